"""The gates of a rule in words: what each asks, and how it stands where that is known."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.peeking import Standing
from core.telling.words import gate_in_words, in_milliseconds
from rules.durations import in_words
from rules.model import Mode
from rules.rulebook import Rule
from rules.subscriptions import Subscription

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


def asked(rule: Rule) -> Iterator[tuple[str, str]]:
    """Each gate of the rule that looks at more than the event, in their order: its name, and what it asks."""
    if rule.changed:
        yield "changed", f"{rule.changed.path} is not what it was{_from_to(rule)}"
    if rule.after:
        yield "after", f"{_on(rule.after.on)} came in the {in_words(rule.after.within_seconds)} before"
    if rule.count:
        yield "count", f"it happens {rule.count.at_least} times within {in_words(rule.count.within_seconds)}"
    if rule.missing:
        yield "missing", f"{_on(rule.missing.on)} does not come in the {in_words(rule.missing.within_seconds)} after"
    if rule.quiet:
        yield "quiet", f"nothing more comes for {in_words(rule.quiet.seconds)}"
    if rule.cooldown_seconds:
        yield "cooldown", f"it rests for {in_words(rule.cooldown_seconds)} after it fired"
    if rule.limit:
        runs = "1 run" if rule.limit.max == 1 else f"{rule.limit.max} runs"
        yield "limit", f"at most {runs} with an effect in {in_words(rule.limit.within_seconds)}"
    if rule.mode is Mode.LIVE:
        yield "overlap", f"one run at a time for each key; others {OTHERS[rule.overlap]}"
    if rule.approve_within_seconds:
        yield "approval", f"a person says yes within {in_words(rule.approve_within_seconds)}"


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


OTHERS = {"queue": "wait in a line", "skip": "are passed over"}


def _stands(standing: Standing | None, *, known: bool) -> str:
    if standing is None:
        return "" if known else " (would be asked)"
    name = standing.gate[0] if standing.gate else ""
    how = {"": "open", "waits": "it would wait", "breaker": "closed, its breaker is open"}.get(name, "closed")
    return f": {', '.join(filter(None, (how, STANDINGS[standing.name](**standing.numbers))))}"


def _on(subscriptions: tuple[Subscription, ...]) -> str:
    return " or ".join(map(str, subscriptions))


def _from_to(rule: Rule) -> str:
    changed = rule.changed
    parts = (("from", changed.was), ("to", changed.now)) if changed else ()
    return "".join(f" {word} {' or '.join(map(str, values))}" for word, values in parts if values)
