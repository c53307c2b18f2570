"""Writing down what came of a look at a step, and telling whoever must hear of it."""

import structlog

from core import links
from core.runs import StepRecord, StepState
from workers.actions.base import Outcome
from workers.looks import Look
from workers.visits import FAILED

SURE_SECONDS = 1.0  # after the time for an answer is over: whoever looks then sees every answer that was in time

log = structlog.get_logger()


def write(look: Look, outcome: Outcome) -> StepState:
    """The step's new state; after `waiting` the run is parked. Raises ClaimLost."""
    visit = look.visit
    state, at, sentence = _came_to(look, outcome)
    settled = state != "started"
    intents = look.memory.pop("intents", []) if settled else []
    if settled:
        look.memory.pop("call", None)
    if outcome.needs_approval:
        look.asks()
    changed = outcome.changed or bool(look.before and look.before.changed)
    visit.write(
        look.field,
        StepRecord(state, at, sentence, changed, look.memory, outcome.output),
        own=outcome.own,
        bad=(visit.run.app, outcome.bad) if outcome.bad else None,
        close=intents,
        unlock=visit.run.app if settled else None,
        tell=_told(look, outcome, state, sentence, changed=changed),
        then="park" if outcome.state == "waiting" else "go on",
        seconds=look.answer_until + SURE_SECONDS - visit.now if outcome.needs_approval else outcome.look_again,
        state="needs approval" if outcome.needs_approval else None,
        ask_until=look.answer_until if outcome.needs_approval else None,
    )
    log.info("step", run=visit.run.id, step=look.name, state=state, sentence=sentence)
    return "waiting" if outcome.state == "waiting" else state


def _came_to(look: Look, outcome: Outcome) -> tuple[StepState, float, str]:
    """State, since when, and sentence. Of an open call nothing else may be said than that it is open."""
    if not look.open or look.before is None:
        return outcome.state, look.now, outcome.sentence
    if outcome.state == "waiting":
        return "started", look.before.at, outcome.sentence
    unsure = "" if outcome.state == "unknown" else "It is not known what became of a call. "
    return "unknown", look.before.at, f"{unsure}{outcome.sentence}"


def _told(look: Look, outcome: Outcome, state: StepState, sentence: str, *, changed: bool) -> tuple[str, str] | None:
    """What the `system` target hears: a question, and a failure that leaves Heroku changed or nobody knows how."""
    run, asks = look.visit.run, outcome.needs_approval
    worth_it = asks or (state in FAILED and (outcome.tell_system or changed or state == "unknown"))
    if look.visit.is_last_resort or not worth_it:
        return None
    which = f":{int(look.memory['asked_at'] * 1000)}" if asks else ""
    way = f" Approve or deny: {_ways(look)}" if asks else ""
    about = "" if look.visit.is_system else f"{run.app_name}, rule {run.rule}: "
    return f"run:{run.id}:{look.field}{which}", f"{about}{sentence}{way}"


def _ways(look: Look) -> str:
    """Where an answer may be given."""
    run, console = look.visit.run.id, look.visit.crew.teller.console
    page = f"{links.run(console, run)} or " if console else ""
    return f"{page}bin/dynohook runs approve|deny {run}"
