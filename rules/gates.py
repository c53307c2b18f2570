"""The gates that need no memory, as a decision keeps them: a name and its numbers, or nothing if none closes."""

from collections.abc import Iterable
from typing import Any

from heroku.events import Event
from rules.correlating import lacking
from rules.deciding import Verdict
from rules.rulebook import Rule
from rules.silences import Silence, silence_over


def standing_gate(event: Event, verdict: Verdict, *, replayed: bool = False) -> list[Any]:
    """The gate that the event and the rule close by themselves. A replay is asked for by a person, however late."""
    gate: str | None = verdict.gate
    if gate == "stale":
        if not replayed:
            return ["stale", int(verdict.age_seconds), int(verdict.bound_seconds)]
        gate = None if verdict.key else "no key"
    if gate is not None:
        return [gate]
    path = lacking(verdict.rule, event)
    return ["no value", path] if path else []


def silence_gate(event: Event, rule: Rule, silences: Iterable[Silence], *, now: float) -> list[Any]:
    """The gate that a person closed for a while; `now` in milliseconds."""
    app = (event.app.id, event.app.name) if event.app else ()
    silence = silence_over(silences, rule.name, app, now=now)
    return silence.gate if silence else []
