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


# A gate as a decision keeps it: its name → a sentence made of its numbers.
GATES: Mapping[str, Callable[..., str]] = {
    "planned": lambda run: f"run {run}",
    "planned before": lambda run: f"stopped: it was planned before, as run {run}",
    "queued": lambda run, place: f"run {run}, behind {place} more of the same rule and key",
    "shadow": lambda: "in shadow: nothing was touched",
    "window": lambda seen, wanted: f"that is {seen} of the {wanted} times that it takes",
    "cooldown": lambda milliseconds: f"stopped: it cools down for another {in_words(milliseconds / 1000)}",
    "limit": lambda had, most: f"stopped: {had} of its {most} runs had an effect, and the others are under way",
    "breaker opened": lambda most: f"stopped: it had its {most} runs, so its breaker opened",
    "breaker": lambda: "stopped: its breaker is open until a person closes it",
    "overlap": lambda _: "stopped: a run of the same rule and key is under way",
    "line full": lambda waiting: f"stopped: {waiting} runs of the same rule and key wait already",
    "repeat": lambda first: f"stopped: it repeats what event {first} told",
    "own effect": lambda run: f"stopped: it is the effect of our own run {run}",
    "own account": lambda: "stopped: it was done by the account whose token we use",
    "own app": lambda: "stopped: it is about our own app, which the rule does not name",
    "stale": lambda age, most: f"stopped: it was {in_words(age)} old, and the rule acts up to {in_words(most)}",
    "no key": lambda: "stopped: it lacks the field by which the rule tells cases apart",
    "silenced": lambda until, by, why: f"stopped: it was silenced until {moment(until / 1000)} by {by}: {why}",
    "off": lambda: "stopped: the rule, or ACT, is off",
}


def gate_in_words(gate: Sequence[Any]) -> str:
    """What stopped a rule that matched, or what came of it. One of another version is shown as it stands."""
    name, numbers = (gate[0], gate[1:]) if gate else ("", ())
    try:
        return GATES[name](*numbers)
    except (KeyError, TypeError):
        return " ".join(map(str, gate)) or "nothing more is known"
