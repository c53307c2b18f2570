"""Events are late and overtake each other: what comes of them is what would have come of them in their own order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heroku.events import Event
from rules.holding import milliseconds
from rules.rulebook import Rulebook
from rules.trials.memory import Memory
from tests.rules.factories import NOON, book, event, rule_text

NOON_MS = milliseconds(NOON.timestamp())
WITHIN = 20  # seconds

# (ours or a partner's, when it happened, how much later it came), in seconds
happenings = st.lists(
    st.tuples(st.sampled_from(["ours", "partner"]), st.integers(0, 90), st.integers(0, 9)), min_size=1, max_size=12
)


def watching(extra: str) -> Rulebook:
    return book(rule_text(f"{extra}\neach: data.n", on="api:release.update"))


def told(number: int, kind: str, at: int) -> Event:
    include = "api:release" if kind == "ours" else "api:build"
    made = event(include, created_at=NOON + timedelta(seconds=at), n=number)
    return replace(made, id=f"e{number}", fields={**made.fields, "id": f"e{number}"})


def fired(rules: Rulebook, happened: list[tuple[str, int, int]]) -> set[int]:
    """The numbers of our events for which the rule fired, however they came."""
    memory, found = Memory(rules), []
    coming = [(at + late, told(number, kind, at)) for number, (kind, at, late) in enumerate(happened)]
    for came, one in sorted(coming, key=lambda each: each[0]):
        now = NOON_MS + came * 1_000
        found += list(memory.due(now))
        found += memory.take(one, now=now)[1]
    found += list(memory.due(NOON_MS + 1_000_000))
    return {int(judged.event.id[1:]) for judged in found if judged.fires}


def partners(happened: list[tuple[str, int, int]], since: int, until: int) -> bool:
    return any(kind == "partner" and since <= at <= until for kind, at, _ in happened)


@given(happenings)
def test_after_looks_at_when_things_happened(happened: list[tuple[str, int, int]]) -> None:
    expected = {
        number
        for number, (kind, at, _) in enumerate(happened)
        if kind == "ours" and partners(happened, at - WITHIN, at)
    }

    assert fired(watching("after: {on: api:build.update, within: 20s}"), happened) == expected


@given(happenings)
def test_missing_looks_at_when_things_happened(happened: list[tuple[str, int, int]]) -> None:
    expected = {
        number
        for number, (kind, at, _) in enumerate(happened)
        if kind == "ours" and not partners(happened, at, at + WITHIN)
    }

    assert fired(watching("missing: {on: api:build.update, within: 20s}"), happened) == expected


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=10, unique_by=lambda one: one[1]))
def test_changed_ends_with_the_newest_state_however_the_states_came(states: list[tuple[int, int]]) -> None:
    """A state is a value and when it was; after all of them have come, only another value is a change."""
    memory = Memory(watching("changed: data.quantity"))
    newest = max(states, key=lambda state: state[1])[0]

    def come(number: int, quantity: int, at: int) -> list[Any]:
        told = event(created_at=NOON, id="f1", quantity=quantity, n=number, updated_at=f"2025-05-17T12:00:{at:02}Z")
        _, [judged] = memory.take(replace(told, id=f"e{number}"), now=NOON_MS + 60_000 + number)
        return list(judged.gate)

    for number, (quantity, at) in enumerate(states):
        come(number, quantity, at)

    assert come(100, newest, 50) == ["unchanged", str(newest)]
    assert come(101, newest + 1, 51) == ["shadow"]
