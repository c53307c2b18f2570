"""A rule as it is looked over: as it was written, and as it was compiled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from heroku.fields import SENT
from rules.actions import ActionSpec
from rules.errors import Fault
from rules.model import RuleModel
from rules.rulebook import Rule, Step
from rules.steps import Actions
from rules.subscriptions import Subscription, parse

Place = tuple[str | int, ...]
PARTS = ("do", "on_failure")


class Taken(NamedTuple):
    """A step, where its parameters stand in the rule, and the action that it takes."""

    step: Step
    at: Place
    spec: ActionSpec


class Heard(NamedTuple):
    """An entity that is listened to, and those of its actions that Heroku sends and that are asked for."""

    include: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule that loads: `model` is what was written, `rule` what became of it."""

    model: RuleModel
    rule: Rule
    actions: Actions

    @property
    def heard(self) -> tuple[Heard, ...]:
        """The events that can reach the rule."""
        return heard(self.rule.on)

    def steps(self) -> Iterator[Taken]:
        """The rule's steps, those of `do` first."""
        for part, steps in zip(PARTS, (self.rule.do, self.rule.on_failure), strict=True):
            for number, step in enumerate(steps):
                yield Taken(step, (part, number, step.action), self.actions[step.action])

    def expressions(self) -> Iterator[tuple[Place, str]]:
        """The expressions of `when` and of the steps' `if`, and where they stand."""
        texts = self.model.when or []
        for index, text in enumerate(texts):
            yield ("when", index) if len(texts) > 1 else ("when",), text
        for step, at, _ in self.steps():
            if step.condition:
                yield (*at[:2], "if"), step.condition


def heard(on: tuple[Subscription, ...]) -> tuple[Heard, ...]:
    """What comes of these subscriptions, by entity; nothing of one that Heroku never sends."""
    wanted: dict[str, set[str]] = {}
    for include, action in on:
        wanted.setdefault(include, set()).update([action] if action else SENT[include])
    found = (Heard(include, tuple(word for word in SENT[include] if word in wanted[include])) for include in wanted)
    return tuple(each for each in found if each.actions)


def heard_of(on: list[str]) -> tuple[Heard, ...]:
    """The same for subscriptions as they are written."""
    return heard(tuple(parse(text) for text in on))


def warning(at: Place, message: str, suggestion: str | None = None, *, at_key: bool = False) -> Fault:
    """Something that is allowed and hardly meant."""
    return Fault(at, message, suggestion, at_key, severity="warning")


def plain(value: Any) -> bool:
    """Whether a value is one scalar."""
    return isinstance(value, (str, int, float, bool))
