"""Rules, texts and events made to exhaust whoever reads them: each ends soon, in bounded memory, most with an error."""

import json
import subprocess
import sys
from typing import Any

import pytest

from rules.errors import RuleErrors
from rules.files.loading import MAX_PROBLEMS, Source, load
from tests.rules.factories import ACTIONS
from tests.rules.hostile.__main__ import MORE_MEGABYTES, UNIT_SIZE
from tests.rules.hostile.cases import FAMILIES
from toolbelt.crew import HOME

# Times what an ordinary rule file of the same size takes in the same process: enough for a busy machine, and far from
# what grows with the square of a size, or faster.
MOST_TIMES = 20.0
WAITS_SECONDS = 100.0  # for a family; one that hangs is named

DONE = {  # what is allowed, and ends well
    "yaml": set[str](),
    "rules": {
        "a wide tree of matches", "many apps", "many clauses", "many steps", "many targets", "many texts in one step",
        "matches in matches", "not not", "one of many", "wide matches",
    },
    "expressions": {
        "a division by nothing", "a number that does not fit", "a pattern that goes back", "a text without end",
        "not not",
    },
    "templates": {"a long loop", "a mapping printed", "a slice", "joined with itself", "the event printed"},
    "globs": {
        "a needle without end", "against many", "many globs", "many stars", "sets that are not closed",
        "stars before what is everywhere", "very many stars",
    },
}  # fmt: skip


def tried(family: str) -> tuple[float, list[dict[str, Any]]]:
    """What an ordinary file took, and what came of each attempt."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.rules.hostile", family],
            cwd=HOME, capture_output=True, text=True, timeout=WAITS_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
        raise AssertionError(f"it hangs: {said.decode().splitlines()[-1:]}") from None
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0, f"it died at {lines[-1:]}:\n{ran.stderr[-2_000:]}"
    unit, *told = map(json.loads, lines)
    return unit["unit"], [line for line in told if "name" in line]


def is_slow(attempt: dict[str, Any], unit: float) -> bool:
    """Whether it took longer than so many times an ordinary file of its size."""
    return bool(attempt["seconds"] > MOST_TIMES * unit * max(1.0, attempt["size"] / UNIT_SIZE))


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the bound of memory is of Linux's kind")


@LINUX
@pytest.mark.parametrize("family", FAMILIES)
def test_every_attempt_ends_soon_and_in_bounded_memory(family: str) -> None:
    unit, attempts = tried(family)

    assert {attempt["name"] for attempt in attempts} == set(FAMILIES[family])
    expected = {name: "done" if name in DONE[family] else "error" for name in FAMILIES[family]}
    assert {attempt["name"]: attempt["outcome"] for attempt in attempts} == expected
    assert [attempt for attempt in attempts if is_slow(attempt, unit)] == []


@pytest.mark.parametrize(
    ("seconds", "size", "slow"), [(0.19, 10, False), (0.21, 10, True), (0.39, 8_000, False), (0.41, 8_000, True)]
)
def test_what_is_slow_goes_by_the_size(seconds: float, size: int, *, slow: bool) -> None:
    assert is_slow({"seconds": seconds, "size": size}, 0.01) is slow


@LINUX
def test_the_bound_of_memory_holds() -> None:
    """Else a campaign that passes would say nothing."""
    eat = f"""
from tests.rules.hostile.__main__ import bound_memory, seconds
from tests.rules.hostile.cases import Case
bound_memory()
print(seconds(Case(lambda: str(len(bytes({MORE_MEGABYTES} * 1_000_000))), 1))[0])
"""
    ran = subprocess.run(
        [sys.executable, "-c", eat], cwd=HOME, capture_output=True, text=True, timeout=WAITS_SECONDS, check=True
    )
    assert ran.stdout == "memory\n"


def test_more_problems_than_anybody_mends_at_once_are_cut_and_it_is_said() -> None:
    text = "version: 1\nrules:\n" + "  - {nmae: a}\n" * 1_000
    with pytest.raises(RuleErrors) as caught:
        load([Source("rules.yaml", text)], actions=ACTIONS)
    problems = caught.value.problems
    assert MAX_PROBLEMS < len(problems) < MAX_PROBLEMS + 10
    assert problems[-1].message.startswith("this and what follows is not looked at")
    assert "name" in {problem.suggestion for problem in problems}
