"""Times and gates in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rules.durations import in_words


def moment(at: float) -> str:
    """Seconds since 1970 as a person reads them, always in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago(at: float, now: float) -> str:
    return f"{in_words(now - at)} ago" if now >= at else f"in {in_words(at - now)}"


def in_milliseconds(number: float) -> str:
    return in_words(number / 1000)


WAITS: Mapping[str, str] = {
    "after": "it waits for what may have come before it and been overtaken",
    "missing": "it waits for what may still come",
    "quiet": "it waits for quiet",
}

MEANWHILE: Mapping[str, str] = {"quiet": "; if more comes by then, only the last of it goes on"}

# A gate as a decision keeps it: its name → a sentence made of its numbers.
GATES: Mapping[str, Callable[..., str]] = {
    "planned": lambda run: f"run {run}",
    "fires": lambda mode: "it would act" if mode == "live" else "it would be recorded, in shadow, and touch nothing",
    "open": lambda: "what it asks of earlier events is not known",
    "planned before": lambda run: f"stopped: it was planned before, as run {run}",
    "queued": lambda run, place: f"run {run}, behind {place} more of the same rule and key",
    "shadow": lambda: "in shadow: nothing was touched",
    "off": lambda: "stopped: the rule, or ACT, is off",
    "own app": lambda: "stopped: it is about our own app, which the rule does not name",
    "stale": lambda age, most: f"stopped: it was {in_words(age)} old, and the rule acts up to {in_words(most)}",
    "no key": lambda: "stopped: it lacks the field by which the rule tells cases apart",
    "no value": lambda path: f"stopped: there is nothing at {path}, which the rule needs to look at other events",
    "silenced": lambda until, by, why: f"stopped: silenced until {moment(until / 1000)}: {why} ({by})",
    "repeat": lambda first: f"stopped: it repeats what event {first} told",
    "own effect": lambda run: f"stopped: it is the effect of our own run {run}",
    "own account": lambda: "stopped: it was done by the account whose token we use",
    "chain": lambda depth: f"stopped: {depth} of our own runs led to it, one by another, and that is enough",
    "stopped by": lambda rule: f"stopped: rule {rule} acts on it, and ends the list of rules there",
    "first seen": lambda: "stopped: we had not seen this before, so nothing is known to have changed",
    "unchanged": lambda now: f"stopped: nothing has changed, it is {now} as before",
    "overtaken": lambda: "stopped: a newer state was seen before it",
    "other change": lambda was, now: f"stopped: it changed from {was} to {now}, and the rule is about another change",
    "after": lambda within: f"stopped: what it follows did not come in the {in_milliseconds(within)} before",
    "came": lambda event: f"stopped: what would have been missing came, as event {event}",
    "waits": lambda kind, due: f"{WAITS[kind]}, until {moment(due / 1000)}{MEANWHILE.get(kind, '')}",
    "waits full": lambda waiting: f"stopped: {waiting} rules are put off already, which is the most",
    "rule changed": lambda: "stopped: the rule was changed meanwhile, and would not have been put off any more",
    "window": lambda seen, wanted: f"window {seen} of {wanted}",
    "cooldown": lambda left: f"stopped: cooldown, {in_milliseconds(left)} left",
    "limit": lambda had, most: f"stopped: limit, {had} of {most} runs had an effect, and the others are under way",
    "breaker opened": lambda most: f"stopped: limit, {most} of {most} runs had an effect, so its breaker opened",
    "breaker": lambda: "stopped: its breaker is open until a person closes it",
    "overlap": lambda _: "stopped: a run of the same rule and key is under way",
    "line full": lambda waiting: f"stopped: {waiting} runs of the same rule and key wait already",
}


def gate_in_words(gate: Sequence[Any]) -> str:
    """What stopped a rule that matched, or what came of it. One of another version is shown as it stands."""
    name, numbers = (gate[0], gate[1:]) if gate else ("", ())
    try:
        return GATES[name](*numbers)
    except (KeyError, TypeError):
        return " ".join(map(str, gate)) or "nothing more is known"
