"""A backtest holds what rules would have done, and little else, however long the record is."""

import tracemalloc
from datetime import timedelta

from rules.holding import milliseconds
from rules.rulebook import Rulebook
from rules.trials.backtesting import Backtest, Fired, difference
from tests.rules.factories import ACTIONS, NOON, book, event, rule_text

NOON_MS = milliseconds(NOON.timestamp())
RULES = """
each: data.id
count: {at_least: 2, within: 1m}
after: {on: api:build.update, within: 1m, same: {data.id: data.id}}
changed: data.quantity
fresh_within: 1m
cooldown: 1m
"""


def peak_bytes(rules: Rulebook, days: int) -> int:
    """The most that is held at once over so many days, each with two events about something else."""
    backtest = Backtest(rules, actions=ACTIONS)
    tracemalloc.start()
    try:
        for number in range(days):
            for include in ("api:build", "api:release"):
                at = NOON + timedelta(days=number)
                told = event(include, created_at=at, id=f"r{number}", quantity=number, filler="x" * 200)
                backtest.take(told, now=NOON_MS + number * 86_400_000)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_is_held_does_not_grow_with_the_record() -> None:
    rules = book(rule_text(RULES, on="api:release.update"))
    peak_bytes(rules, 1_000)  # what is made once

    assert peak_bytes(rules, 2_400) < 1.3 * peak_bytes(rules, 1_200)


def test_beyond_a_number_firings_are_only_counted() -> None:
    backtest = Backtest(book(rule_text("each: data.id")), actions=ACTIONS, most=3)

    for number in range(5):
        backtest.take(event(created_at=NOON, id=f"r{number}"), now=NOON_MS + number)

    assert (len(backtest.fired), backtest.tallies["a-rule"].fired) == (3, 5)


def fired(rule: str, event: str, *, mode: str = "live", do: tuple[str, ...] = ("notify",)) -> Fired:
    return Fired(0, rule, mode, "shop", "key", event, do)


def test_a_difference_is_told_by_rule_and_event() -> None:
    same, gone, new = fired("a", "e1"), fired("a", "e2"), fired("b", "e2")
    before, now = fired("a", "e3"), fired("a", "e3", mode="shadow")

    found = difference([same, gone, before], [same, new, now])

    assert found == ((new,), (gone,), ((before, now),))
