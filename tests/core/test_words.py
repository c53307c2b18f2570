"""Every gate that a decision can keep has its words."""

import re
from typing import Any

import pytest

from core.scripts import HERE
from core.telling.words import GATES, gate_in_words

NOON = 1_763_812_800_000  # milliseconds: 2025-11-22 12:00:00 UTC
TOLD: list[tuple[list[Any], str]] = [
    (["planned", "e1:a"], "run e1:a"),
    (["fires", "live"], "it would act"),
    (["fires", "shadow"], "it would be recorded, in shadow, and touch nothing"),
    (["open"], "what it asks of earlier events is not known"),
    (["planned before", "e1:a"], "stopped: it was planned before, as run e1:a"),
    (["queued", "e1:a", 2], "run e1:a, behind 2 more of the same rule and key"),
    (["shadow"], "in shadow: nothing was touched"),
    (["off"], "stopped: the rule, or ACT, is off"),
    (["own app"], "stopped: it is about our own app, which the rule does not name"),
    (["stale", 7_200, 3_600], "stopped: it was 2 h old, and the rule acts up to 1 h"),
    (["no key"], "stopped: it lacks the field by which the rule tells cases apart"),
    (["no value", "data.id"], "stopped: there is nothing at data.id, which the rule needs to look at other events"),
    (["silenced", NOON, "ada", "move"], "stopped: silenced until 2025-11-22 12:00:00 UTC: move (ada)"),
    (["repeat", "e0"], "stopped: it repeats what event e0 told"),
    (["own effect", "e0:a"], "stopped: it is the effect of our own run e0:a"),
    (["own account"], "stopped: it was done by the account whose token we use"),
    (["chain", 4], "stopped: 4 of our own runs led to it, one by another, and that is enough"),
    (["stopped by", "a"], "stopped: rule a acts on it, and ends the list of rules there"),
    (["first seen"], "stopped: we had not seen this before, so nothing is known to have changed"),
    (["unchanged", "2"], "stopped: nothing has changed, it is 2 as before"),
    (["overtaken"], "stopped: a newer state was seen before it"),
    (["other change", "1", "2"], "stopped: it changed from 1 to 2, and the rule is about another change"),
    (["after", 1_800_000], "stopped: what it follows did not come in the 30 min before"),
    (["came", "e2"], "stopped: what would have been missing came, as event e2"),
    (["waits", "after", NOON], "it waits for what may have come before it and been overtaken, until 2025-11-22 12:"),
    (["waits", "missing", NOON], "it waits for what may still come, until 2025-11-22 12:00:00 UTC"),
    (
        ["waits", "quiet", NOON],
        "it waits for quiet, until 2025-11-22 12:00:00 UTC; if more comes by then, only the last of it goes on",
    ),
    (["waits full", 5_000], "stopped: 5000 rules are put off already, which is the most"),
    (["rule changed"], "stopped: the rule was changed meanwhile, and would not have been put off any more"),
    (["window", 1, 2], "window 1 of 2"),
    (["cooldown", 252_000], "stopped: cooldown, 4 min 12 s left"),
    (["limit", 1, 3], "stopped: limit, 1 of 3 runs had an effect, and the others are under way"),
    (["breaker opened", 3], "stopped: limit, 3 of 3 runs had an effect, so its breaker opened"),
    (["breaker"], "stopped: its breaker is open until a person closes it"),
    (["overlap", 1], "stopped: a run of the same rule and key is under way"),
    (["line full", 11], "stopped: 11 runs of the same rule and key wait already"),
]


@pytest.mark.parametrize(("gate", "words"), TOLD, ids=[" ".join(map(str, gate[:2])) for gate, _ in TOLD])
def test_a_gate_is_told_in_words_with_its_numbers(gate: list[Any], words: str) -> None:
    assert gate_in_words(gate).startswith(words)


def test_every_gate_that_has_words_is_told_here() -> None:
    assert {gate[0] for gate, _ in TOLD} == set(GATES)


def test_every_gate_that_the_scripts_write_has_words() -> None:
    scripts = "".join((HERE / f"{name}.lua").read_text() for name in ("_gates", "decide", "waited"))
    answered = set(re.findall(r"(?:return|and|or) \{'([a-z ]+)'", scripts))
    assert {"window", "cooldown", "own effect", "stopped by", "waits"} <= answered
    assert answered <= set(GATES)


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        pytest.param(["phase of the moon", 3], "phase of the moon 3", id="of another version"),
        pytest.param(["window", 1], "window 1", id="with other numbers"),
        pytest.param(["waits", "a bus", NOON], f"waits a bus {NOON}", id="of another kind"),
        pytest.param([], "nothing more is known", id="none"),
    ],
)
def test_a_gate_that_is_not_known_is_shown_as_it_stands(gate: list[Any], words: str) -> None:
    assert gate_in_words(gate) == words
