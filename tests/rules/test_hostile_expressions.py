"""Expressions written to exhaust whoever asks them: refused on loading, or answered soon and in little memory."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rules.errors import ExpressionError
from rules.texts.expression_syntax import MAX_CALLS, MAX_LOOPS, MAX_PATTERN, MAX_PATTERNS
from rules.texts.expressions import compile_expression
from rules.values import MAX_EXPRESSION

LARGE = {"data": {"long": "x" * 16_000, "many": list(range(100)), "texts": ["x" * 4_000] * 20}}
ENOUGH_SECONDS = 5.0  # of processor time; generous, unbounded it is minutes
ENOUGH_MEGABYTES = 100


def times(number: int, text: str, *, join: str = " || ") -> str:
    return join.join([text] * number)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("x" * (MAX_EXPRESSION + 1), "is longer than", id="long"),
        pytest.param("[1].all(a, [1].all(b, true))", "a loop in a loop", id="loop in a loop"),
        pytest.param(
            "data.many.all(a, size(data.many.filter(b, true)) > 0)", "a loop in a loop", id="filter in a loop"
        ),
        pytest.param(times(MAX_LOOPS + 1, "data.many.all(a, true)"), "loops", id="many loops"),
        pytest.param("data.many.map(a, data.long) == []", "map is not a function", id="building a list"),
        pytest.param(
            "data.many.all(a, data.long + data.long != '')", "is not allowed in a loop", id="texts joined in a loop"
        ),
        pytest.param(
            f"data.many.all(a, {times(MAX_CALLS + 1, 'data.long.contains(a)')})", "calls in loops", id="calls in loops"
        ),
        pytest.param("data.many.all(a, data.long.matches('x'))", "a pattern in a loop", id="pattern in a loop"),
        pytest.param(times(MAX_PATTERNS + 1, "data.long.matches('x')"), "patterns", id="many patterns"),
        pytest.param(f"data.long.matches('{'x' * MAX_PATTERN}')", "characters are allowed", id="long pattern"),
        pytest.param("data.long.matches('x{50}{50}')", "may multiply", id="repeats of repeats"),
        pytest.param("data.long.matches('x*.{0,900}.{0,900}y')", "may multiply", id="many states"),
        pytest.param(r"data.long.matches('(\\pL{9}){9}')", "classes like", id="unicode classes"),
        pytest.param("data.long.matches(data.texts[0])", "written out", id="pattern of a stranger"),
        pytest.param("(" * 1_900 + "true" + ")" * 1_900, "nested too deeply", id="brackets"),
        pytest.param("[" * 1_900 + "]" * 1_900 + " == []", "nested too deeply", id="lists"),
        pytest.param("data" + ".x" * 1_900 + " == 1", "nested too deeply", id="fields"),
        pytest.param("1" + "+1" * 1_900 + " > 0", "nested too deeply", id="sums"),
        pytest.param("true ? true : " * 250 + "true", "nested too deeply", id="choices"),
        pytest.param("data.x{a: 1} == data", "nothing is built", id="messages"),
        pytest.param("bytes(data.long) == b''", "bytes is not a function", id="bytes"),
        pytest.param("'" * 3_999, "quote", id="quotes"),
        pytest.param("?" * 3_999, "cannot be read", id="marks"),
    ],
)
def test_what_could_go_on_without_end_is_refused(text: str, message: str) -> None:
    started = time.process_time()

    with pytest.raises(ExpressionError, match=message):
        compile_expression(text)

    assert time.process_time() - started < ENOUGH_SECONDS


def heaviest() -> dict[str, str]:
    """The most that can be had of each kind of work."""
    sums = "(" + times(28, "data.long", join=" + ") + ")"
    return {
        "calls": "data.many.exists(a, " + times(MAX_CALLS, "data.long.contains('xxxxy')") + ")",
        "lists compared": f"data.many.all(a, {times(28, 'data.texts == data.texts', join=' && ')})",
        "lists searched": f"data.many.all(a, {times(28, '!(data.long in data.texts)', join=' && ')})",
        "copies": "data.many.all(a, [data, data, data] == [data, data, data])",
        "filters": "size(data.texts" + ".filter(a, true)" * MAX_LOOPS + ") > 0",
        "sums": times(8, f"{sums} == ''"),
        "patterns": times(MAX_PATTERNS, "data.long.matches('x*.{0,10}.{0,10}y')"),
        "unrolled": times(MAX_PATTERNS, "data.long.matches('[^y]*x([^y][^y][^y]){100}z')"),
        "greedy": times(MAX_PATTERNS, "data.long.matches('(((x+x+)+x*)+(x?x?)*)+y$')"),
        "truths": times(650, "true", join="&&"),
        "signs": "-" * 3_900 + "1 > 0",
        "literals": f"[{times(1_800, '1', join=',')}].all(a, a == 1)",
    }


@pytest.mark.parametrize("kind", heaviest())
def test_the_heaviest_that_is_allowed_is_answered_soon(kind: str) -> None:
    expression = compile_expression(heaviest()[kind])
    started = time.process_time()

    expression.verdict(LARGE)

    assert time.process_time() - started < ENOUGH_SECONDS


def test_the_heaviest_that_is_allowed_takes_little_memory() -> None:
    home = Path(__file__).parents[2]
    asked = subprocess.run(
        [sys.executable, "-c", "from tests.rules.test_hostile_expressions import ask_everything; ask_everything()"],
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )

    assert int(asked.stdout) < ENOUGH_MEGABYTES


def ask_everything() -> None:
    """Print how many megabytes more the heaviest expressions took than a small one; run in a process of its own."""
    compile_expression("data.long == ''").verdict(LARGE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text in heaviest().values():
        compile_expression(text).verdict(LARGE)
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1_024)
