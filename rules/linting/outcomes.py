"""Conditions of steps that can never be true: an outcome that does not exist, or one that ends the list before."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rules.errors import Fault
from rules.linting.subject import PARTS, Place, Subject, warning
from rules.rulebook import Step
from rules.suggesting import closest, listed

FAILED: Final = ("failed", "denied", "unknown")
OUTCOMES: Final = ("done", "not needed", *FAILED)
_IS: Final = re.compile(r"""steps\.(\w+)\.outcome\s*(==|!=)\s*(["'])([^"'\\]*)\3""")


def idle_conditions(subject: Subject) -> Iterator[Fault]:
    """One warning for each comparison with an outcome that cannot be."""
    rule = subject.rule
    for part, steps in zip(PARTS, (rule.do, rule.on_failure), strict=True):
        for number, step in enumerate(steps):
            for name, sign, _, outcome in _IS.findall(step.condition or ""):
                yield from _told((part, number, "if"), steps[:number], name, sign, outcome)


def _told(at: Place, before: Sequence[Step], name: str, sign: str, outcome: str) -> Iterator[Fault]:
    if outcome not in OUTCOMES:
        message = f"no step ever comes to {outcome}: there are {listed(OUTCOMES)}"
        yield warning(at, message, closest(outcome, OUTCOMES))
    elif sign == "==" and outcome in FAILED and _ends_the_list(before, name):
        message = f"if {name} comes to {outcome}, the list ends before this step"
        yield warning(at, f"{message}: write `continue_on_failure: true` with {name}, or take this one in `on_failure`")


def _ends_the_list(before: Sequence[Step], name: str) -> bool:
    return any(step.name == name and not step.continue_on_failure for step in before)
