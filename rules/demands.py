"""What a rule asks of more than the event that it judges, in words: earlier events, times, numbers, people."""

from collections.abc import Iterator

from rules.durations import in_words
from rules.model import Mode
from rules.rulebook import Rule
from rules.subscriptions import Subscription

OTHERS = {"queue": "wait in a line", "skip": "are passed over"}


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


def _on(subscriptions: tuple[Subscription, ...]) -> str:
    return " or ".join(map(str, subscriptions))


def _from_to(rule: Rule) -> str:
    changed = rule.changed
    parts = (("from", changed.was), ("to", changed.now)) if changed else ()
    return "".join(f" {word} {' or '.join(map(str, values))}" for word, values in parts if values)
