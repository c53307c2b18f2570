"""Why a rule did or did not act on an event, clause by clause and in sentences."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple, assert_never

from heroku.events import Event
from rules.deciding import NOWHERE, Gate, Verdict, decide
from rules.durations import in_words
from rules.matching import ClauseVerdict
from rules.model import Mode
from rules.rulebook import Rulebook


class Explanation(NamedTuple):
    """One rule's verdict on one event, with every clause held against it and the whole in a sentence."""

    verdict: Verdict
    clauses: tuple[ClauseVerdict, ...]
    sentence: str


def explain(
    rulebook: Rulebook,
    event: Event,
    *,
    now: datetime,
    brake: Mode = Mode.LIVE,
    own_app: AbstractSet[str] = NOWHERE,
) -> tuple[Explanation, ...]:
    """An explanation for every rule that listens to such events, in file order. Arguments as for `decide`."""
    decision = decide(rulebook, event, now=now, brake=brake, own_app=own_app)
    return tuple(
        Explanation(verdict, tuple(verdict.rule.match.describe(event.fields)), sentence(verdict))
        for verdict in decision.verdicts
    )


def sentence(verdict: Verdict) -> str:
    """The verdict for a reader who knows the rule's name and little else."""
    name = verdict.rule.name
    if not verdict.matched:
        clause = verdict.rule.match.clauses[verdict.clause].removeprefix("when ")
        return f"{name} did not match: it wants that {clause}, and saw {verdict.seen}."
    if verdict.gate is None:
        return f"{name} matched{_in_shadow(verdict)}."
    return f"{name} matched, but {_stopped(verdict, verdict.gate)}."


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
