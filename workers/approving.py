"""Asking people: what they said to a step that asks, and the question that a run asks before its first step."""

from collections.abc import Mapping

from heroku.events import Event
from rules.durations import in_words
from rules.plans import steps_in_words
from rules.rulebook import Step as Written
from workers.actions.base import Outcome
from workers.looks import Look
from workers.visits import APPROVAL, Visit
from workers.writing import write

ASKING = Written(name="approval", action="approval", params={})


def may_begin(visit: Visit) -> bool | None:
    """Whether the run's first step may be taken; None while a person is asked. Raises ClaimLost."""
    within = visit.run.plan.get("approve_within")
    if within is None:
        return True
    if visit.state(APPROVAL) in (None, "waiting"):
        look = Look(visit, field=APPROVAL, written=ASKING, answer_seconds=within)
        write(look, denied(look) or _approved(look) or _question(look))
    state = visit.state(APPROVAL)
    return None if state == "waiting" else state == "done"


def denied(look: Look) -> Outcome | None:
    """What asked a person was denied, or not answered in time; None if it was not."""
    answer = look.answer
    if answer and answer.get("verdict") == "deny":
        return Outcome("denied", f"{answer.get('by')} denied it: {answer.get('why') or 'no reason given'}.")
    if look.is_unanswered:
        return Outcome("denied", f"Nobody approved it within {in_words(look.answer_seconds)}.", tell_system=True)
    return None


def _approved(look: Look) -> Outcome | None:
    answer = look.answer
    if answer is None:
        return None
    return Outcome("done", f"{answer.get('by')} approved it: {answer.get('why') or 'no reason given'}.")


def _question(look: Look) -> Outcome:
    visit = look.visit
    event = visit.event
    told = ", ".join(filter(None, (f"{event.include} {event.action}".strip(), *_about(event)))) if event else "an event"
    steps = steps_in_words([Written.from_json(step) for step in visit.run.plan["steps"]], visit.context())
    plan = "; ".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
    return Outcome(
        "waiting",
        f"May it act on event {visit.run.event_id} ({told})? It would: {plan}. "
        f"Without an answer within {in_words(look.answer_seconds)} it does not.",
        needs_approval=True,
    )


def _about(event: Event) -> tuple[str, ...]:
    """What it happened to and how that stands, where the event says so: `web.1` and `crashed`, `v43` and `failed`."""
    data = event.fields.get("data")
    if not isinstance(data, Mapping):
        return ()
    user = data.get("user")
    named = data.get("name") or data.get("hostname") or (user.get("email") if isinstance(user, Mapping) else None)
    version = data.get("version")
    subject = f"v{version}" if isinstance(version, int) else named
    stands = data.get("state") or data.get("status")
    return tuple(word for word in (subject, stands) if isinstance(word, str))
