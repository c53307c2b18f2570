"""The gates of a rule in words: what each asks, and how it stands where that is known."""

from collections.abc import Callable, Mapping
from typing import Any

from core.peeking import Standing
from core.telling.words import gate_in_words, in_milliseconds
from rules.demands import asked
from rules.rulebook import Rule

# How a gate stands, made of its numbers.
STANDINGS: Mapping[str, Callable[..., str]] = {
    "changed": lambda was, now: f"it was {was} and is {now}" if was else f"it is {now}, seen for the first time",
    "after": lambda came: f"it came, as event {came}" if came else "none came",
    "count": lambda seen, at_least: f"{seen} of {at_least} with this one",
    "missing": lambda came: f"it came, as event {came}" if came else "none came yet",
    "quiet": lambda: "",
    "cooldown": lambda left: f"{in_milliseconds(left)} left" if left else "over",
    "limit": lambda had, under_way, most: f"{had} of {most} had an effect, {under_way} under way",
    "overlap": lambda waiting: f"{waiting} under way or waiting" if waiting else "none is under way",
}
ORDER = ("changed", "after", "count", "missing", "quiet", "cooldown", "limit", "overlap", "approval")
# By which gate of a rule a decision was stopped, where the two are not called alike.
CLOSED_BY: Mapping[str, str] = {
    **dict.fromkeys(("first seen", "unchanged", "overtaken", "other change"), "changed"),
    **dict.fromkeys(("window",), "count"),
    **dict.fromkeys(("came",), "missing"),
    **dict.fromkeys(("breaker", "breaker opened"), "limit"),
    **dict.fromkeys(("line full", "queued"), "overlap"),
}


def standing(rule: Rule, known: Mapping[str, Standing]) -> list[str]:
    """The rule's gates, with the numbers that were just read; without any if there is no Redis to ask."""
    return [f"{name}: {asks}{_stands(known.get(name), known=bool(known))}" for name, asks in asked(rule)]


def passed(rule: Rule, gate: list[Any]) -> list[str]:
    """The rule's gates as a decision went through them: those before the one that closed were open then."""
    closed = CLOSED_BY.get(gate[0], gate[1] if gate[0] == "waits" else gate[0])
    if closed not in ORDER and gate[0] not in ("planned", "shadow"):
        return []
    before = ORDER[: ORDER.index(closed)] if closed in ORDER else ORDER[:-1]
    return [
        f"{name}: {asks}: {gate_in_words(gate) if name == closed else 'open' if name in before else 'not asked yet'}"
        for name, asks in asked(rule)
    ]


def _stands(standing: Standing | None, *, known: bool) -> str:
    if standing is None:
        return "" if known else " (would be asked)"
    name = standing.gate[0] if standing.gate else ""
    how = {"": "open", "waits": "it would wait", "breaker": "closed, its breaker is open"}.get(name, "closed")
    return f": {', '.join(filter(None, (how, STANDINGS[standing.name](**standing.numbers))))}"
