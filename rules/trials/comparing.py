"""What a test of rules expected, held against what happened."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rules.deciding import Verdict
from rules.holding import Gate
from rules.trials.cases import ExpectModel, ExpectNotModel, TestModel
from rules.trials.happening import offset
from rules.trials.memory import PLANNED
from rules.trials.rehearsing import Firing


class Sighting(NamedTuple):
    """What a rule made of an event when it came, or later (then there is no verdict). `gate` is empty unless it
    matched; `at` is in seconds from the start of the test."""

    rule: str
    at: float
    event: str
    verdict: Verdict | None
    gate: Gate

    @property
    def spared(self) -> bool:
        """Whether the rule did not fire for it, and will not."""
        return not self.gate or self.gate[0] not in {*PLANNED, "waits"}


class Silent(NamedTuple):
    """A rule was expected to fire, and did not; `sightings` tell what stopped it."""

    expected: ExpectModel
    sightings: tuple[Sighting, ...]


class Different(NamedTuple):
    """A rule fired as expected, but not quite: for each thing what was expected and what happened."""

    expected: ExpectModel
    differences: tuple[tuple[str, str, str], ...]


class Unexpected(NamedTuple):
    """A rule fired, and nobody expected it; or it was expected not to."""

    firing: Firing


class OtherGate(NamedTuple):
    """A rule was to be stopped by a gate, and was not stopped by that one."""

    expected: ExpectNotModel
    sightings: tuple[Sighting, ...]


class Broken(NamedTuple):
    """The test itself cannot be run as it stands."""

    message: str


Failure = Silent | Different | Unexpected | OtherGate | Broken


def compare(test: TestModel, firings: Sequence[Firing], sightings: Sequence[Sighting]) -> Iterator[Failure]:
    """Everything that differs: each expectation takes one firing, and none may be left."""
    left, later = list(firings), []
    for expected in test.expect:
        if (firing := _take(left, expected, at=expected.at, key=expected.key)) is None:
            later.append(expected)
        elif differences := tuple(_differences(expected, firing)):
            yield Different(expected, differences)
    for expected in later:
        if firing := _take(left, expected, at=None, key=None):
            yield Different(expected, tuple(_differences(expected, firing)))
        else:
            yield Silent(expected, tuple(one for one in sightings if one.rule == expected.rule))
    for firing in firings:
        if firing in left or any(_is(firing, unwanted.rule, unwanted.at) for unwanted in test.expect_not):
            yield Unexpected(firing)
    for unwanted in test.expect_not:
        seen = tuple(one for one in sightings if one.rule == unwanted.rule)
        then = [one for one in seen if unwanted.at in (None, one.at)]
        if unwanted.gate is not None and all(one.gate[:1] != (unwanted.gate,) for one in then):
            yield OtherGate(unwanted, seen)


def _take(left: list[Firing], expected: ExpectModel, *, at: float | None, key: str | None) -> Firing | None:
    """The first firing of the rule, at that time and for that key if they are given; it is taken off the list."""
    for firing in left:
        if _is(firing, expected.rule, at) and (key is None or key in _keys(firing)):
            left.remove(firing)
            return firing
    return None


def _is(firing: Firing, rule: str, at: float | None) -> bool:
    return firing.judged.rule.name == rule and at in (None, offset(firing.judged.at))


def _keys(firing: Firing) -> list[str]:
    """What the firing is counted by; where that is the app, people know it by its name."""
    judged = firing.judged
    app = judged.event.app.name if judged.event.app and judged.rule.each is None else None
    return [app, judged.key] if app and app != judged.key else [judged.key]


def _differences(expected: ExpectModel, firing: Firing) -> Iterator[tuple[str, str, str]]:
    at, steps = offset(firing.judged.at), [taken.step.name for taken in firing.steps]
    if expected.at not in (None, at):
        yield "at", f"{expected.at:g}s", f"{at:g}s"
    if expected.key is not None and expected.key not in _keys(firing):
        yield "key", expected.key, " or ".join(_keys(firing))
    if expected.do is not None and expected.do != steps:
        yield "do", f"[{', '.join(expected.do)}]", f"[{', '.join(steps)}]"
    taken = {one.step.name: one for one in firing.steps}
    for name, text in (expected.texts or {}).items():
        said = list(texts_of(taken[name].params)) if name in taken else []
        if not any(text in one for one in said):
            yield f"text of {name}", f"… {text} …", " | ".join(said) if name in taken else "(the step is not taken)"


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a step's parameters."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_of(inner)
