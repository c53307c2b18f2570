"""Why a rule did or did not act on an event, in sentences."""

from typing import assert_never

from rules.deciding import Gate, Verdict
from rules.durations import in_words
from rules.model import Mode


def sentence(verdict: Verdict) -> str:
    """The verdict for a reader who knows the rule's name and little else."""
    name = verdict.rule.name
    if not verdict.matched:
        return f"{name} {unmatched(verdict.rule.match.clauses[verdict.clause], verdict.seen)}"
    if verdict.gate is None:
        return f"{name} matched{_in_shadow(verdict)}."
    return f"{name} matched, but {_stopped(verdict, verdict.gate)}."


def unmatched(clause: str, seen: str | None) -> str:
    """What it wants and what it saw instead; None if that is not known any more."""
    saw = "" if seen is None else f", and saw {seen}"
    return f"did not match: it wants that {clause.removeprefix('when ')}{saw}."


def passed_over(condition: str, seen: str) -> str:
    """Why a step was not taken whose `if` was not true."""
    return f"Passed over: it is for when {condition}, and saw {seen}."


def _in_shadow(verdict: Verdict) -> str:
    if verdict.mode is Mode.LIVE:
        return ""
    cause = "" if verdict.rule.mode is Mode.SHADOW else ", as the brake is on"
    return f" in shadow: what it would do is recorded, nothing is touched{cause}"


def _stopped(verdict: Verdict, gate: Gate) -> str:
    match gate:
        case "off":
            return "it is off" if verdict.rule.mode is Mode.OFF else "the brake holds every rule off"
        case "own app":
            return "the event is about this service's own app, which it does not name"
        case "stale":
            age, bound = in_words(verdict.age_seconds), in_words(verdict.bound_seconds)
            return f"the event was {age} old already; it acts on events up to {bound} old"
        case "no key":
            return f"there is nothing at {verdict.rule.each or 'app.id'} to tell this case from others by"
        case _:
            assert_never(gate)
