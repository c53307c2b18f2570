"""One step of a run: settle what is open, perform, and turn whatever happens into a line of the journal."""

from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError

from core import layout
from core.due import ClaimLost
from core.runs import Locked, Paused, StepRecord, StepState
from heroku.access import Level
from heroku.calls import Call, CallRecord
from heroku.errors import AccessDenied, Refused, Unauthorized, Unavailable, Unknown
from rules.rulebook import Step as Written
from rules.templates import TemplateError, render_params
from workers.actions.base import Action, Outcome, State, Step
from workers.visits import FAILED, Visit

LOOK_AFTER_UNKNOWN_SECONDS = 30.0
RETRY_MOST_SECONDS = 60.0
TOKEN_REFUSED_SECONDS = 30.0
APPROVAL_SECONDS = 24 * 3600.0

log = structlog.get_logger()


class Stepping:
    """Takes one step as far as it can go now. What cannot be known is looked up before it is repeated."""

    def __init__(self, visit: Visit, *, field: str, written: Written) -> None:
        self._visit = visit
        self._field = field
        self._written = written
        before = visit.journal.get(field)
        self._before = before
        self._memory: dict[str, Any] = dict(before.memory) if before else {}
        self._intent: tuple[str, ...] = ()
        self._open = before is not None and before.state == "started"  # a call of ours has no known outcome
        self._begun = False  # this look has sent one

    def take(self) -> StepState:
        """The step's new state; `waiting` also says that the run is parked. Raises ClaimLost, Paused, Locked."""
        too_soon = self._too_soon()
        if too_soon > 0:
            self._park(too_soon)
            return "waiting"
        try:
            outcome = self._outcome()
        except (ClaimLost, Paused, Locked, RedisError):
            raise
        except Unknown as error:
            return self._unknown(error)
        except Unauthorized as error:
            outcome = self._later(error, TOKEN_REFUSED_SECONDS)
            self._visit.crew.beat.tell(f"token:{int(self._visit.now // 3600)}", f"Heroku refused our token: {error}")
        except Unavailable as error:
            outcome = self._later(error, self._backoff(error.retry_after))
        except AccessDenied as error:
            outcome = Outcome("denied", f"Denied: {error.reason}.")
        except (Refused, TemplateError, ValidationError) as error:
            outcome = Outcome("failed", f"{self._written.name} failed: {_words(error)}.")
        except Exception as error:
            log.exception("a step failed in a way nobody foresaw", run=self._visit.run.id, step=self._written.name)
            came_to: State = "unknown" if self._begun else "failed"
            outcome = Outcome(came_to, f"{self._written.name} broke: {type(error).__name__}.", tell_system=True)
        return self._write(outcome)

    def _too_soon(self) -> float:
        """Seconds until the outcome of an open call can be known."""
        if self._before is None or not self._open:
            return 0.0
        return self._before.at + LOOK_AFTER_UNKNOWN_SECONDS - self._visit.now

    def _outcome(self) -> Outcome:
        visit = self._visit
        action = visit.crew.actions.get(self._written.action)
        if action is None:
            return Outcome("failed", f"This version of Dynohook has no action {self._written.action}.")
        if self._refused_after_loss(action):
            return Outcome("denied", "Redis lost what it knew of this event's time; a person may replay the event.")
        if action.spec.needs and visit.crew.heroku is None:
            return Outcome("failed", f"{self._written.name} needs Heroku's API, and HEROKU_API_KEY is not set.")
        step = self._step(action)
        if self._open:
            settled = action.settle(step)
            if settled is None and visit.now > visit.run.give_up_at:
                return Outcome(
                    "unknown", f"{self._written.name}: a call got no answer, and nothing came of it in time."
                )
            self._open = False
            if settled is not None:
                return settled
        return self._approval() or action.perform(step)

    def _approval(self) -> Outcome | None:
        """A step that asked a person: denied, or not answered in time."""
        approval = self._answer()
        if approval and approval.get("verdict") == "deny":
            return Outcome("denied", f"{approval.get('by')} denied it: {approval.get('why') or 'no reason given'}.")
        asked_at = self._memory.get("asked_at")
        if asked_at is not None and approval is None and self._visit.now - asked_at > APPROVAL_SECONDS:
            return Outcome("denied", "Nobody approved it within 24 hours.")
        return None

    def _answer(self) -> Mapping[str, Any] | None:
        """What a person said to this step, if it asked."""
        approval = self._visit.run.approval
        return approval if approval and approval.get("field") == self._field else None

    def _refused_after_loss(self, action: Action) -> bool:
        visit = self._visit
        if action.reads_live_state or visit.event is None or visit.event.created_at is None or visit.crew.epoch is None:
            return False
        return visit.event.created_at.timestamp() < visit.crew.epoch.since and "#" not in visit.run.id

    def _step(self, action: Action) -> Step[Any]:
        visit = self._visit
        params = action.spec.params.model_validate(render_params(self._written.params, visit.context()))
        return Step(
            event=visit.event,  # type: ignore[arg-type]
            app=visit.run.app,
            app_name=visit.run.app_name,
            params=params,
            now=visit.now,
            memory=self._memory,
            access=visit.access,
            approval=self._answer(),
            heroku=self._client(),
            remembered=visit.crew.runs,
            intend=self._intend,
            targets=visit.crew.book.targets,
            post=visit.crew.teller.post,
            facts=self._facts(),
        )

    def _facts(self) -> Mapping[str, Any]:
        run = self._visit.run
        return {
            "rule": run.rule,
            "app": run.app_name,
            "event": run.event_id,
            "run": run.id,
            "dedup_key": f"{run.id}:{self._field}",
        }

    def _client(self) -> Any:
        if self._visit.crew.heroku is None:
            return None
        return self._visit.crew.heroku.granted(self._visit.grant(), before=self._before_call, after=self._after_call)

    def _intend(self, *, kind: str, target: str) -> None:
        app = self._visit.run.app
        self._intent = (f"{app}:{kind}:{target}", f"{app}:{kind}:*")

    def _before_call(self, call: Call) -> None:
        """Our last look before the network: is the row still ours, and may it be changed?"""
        visit = self._visit
        if call.endpoint.level <= Level.READ:
            visit.crew.due.renew("act", visit.run.id, token=visit.token)
            return
        if not self._intent:
            raise RuntimeError(f"{call.endpoint.name} changes something and no intent was written down")
        self._memory["intents"] = list(self._intent)
        started = StepRecord("started", visit.now, f"Called {call.endpoint.name}; no answer yet.", memory=self._memory)
        visit.crew.runs.begin(visit.run, token=visit.token, step=self._field, started=started, intents=self._intent)
        visit.journal[self._field] = started
        self._begun = True

    def _after_call(self, record: CallRecord) -> None:
        log.info(
            "heroku call",
            who=record.who,
            run=self._visit.run.id,
            endpoint=record.endpoint,
            app=record.app,
            allowed=record.allowed,
            outcome=record.outcome,
            status=record.status,
            seconds=round(record.seconds, 3),
            request_id=record.request_id,
            remaining=record.remaining,
        )

    def _backoff(self, retry_after: float) -> float:
        tries = self._memory["tries"] = int(self._memory.get("tries", 0)) + 1
        return max(retry_after, min(RETRY_MOST_SECONDS, 2.0 ** min(tries, 6) / 2))

    def _later(self, error: Exception, seconds: float) -> Outcome:
        """Nothing was done; try again, but not for ever."""
        if self._visit.now + seconds > self._visit.run.give_up_at:
            return Outcome("failed", f"{self._written.name} was given up: {_words(error)}.", tell_system=True)
        return Outcome("waiting", f"{_words(error)}; trying again in {seconds:.0f} s.", look_again=seconds)

    def _unknown(self, error: Unknown) -> StepState:
        """It may have happened: the step stands as started, and nobody looks before that can be known."""
        log.warning("a call has no known outcome", run=self._visit.run.id, step=self._written.name, error=_words(error))
        if not self._open and not self._begun:  # a message, say: it may be repeated
            return self._write(self._later(error, self._backoff(1.0)))
        self._park(LOOK_AFTER_UNKNOWN_SECONDS)
        return "waiting"

    def _park(self, seconds: float) -> None:
        self._visit.crew.due.park("act", self._visit.run.id, token=self._visit.token, seconds=seconds)

    def _write(self, outcome: Outcome) -> StepState:
        """Write the outcome down. While a call is open nothing else may be said of the step than that."""
        visit = self._visit
        state: StepState = outcome.state
        at = visit.now
        if self._open and self._before is not None:
            state = "started" if outcome.state == "waiting" else "unknown"
            at = self._before.at
        intents = [] if state == "started" else self._memory.pop("intents", [])
        if outcome.needs_approval:
            self._memory.setdefault("asked_at", visit.now)
        changed = outcome.changed or bool(self._before and self._before.changed)
        visit.write(
            self._field,
            StepRecord(state, at, outcome.sentence, changed, self._memory, outcome.output),
            own=outcome.own,
            bad=(visit.run.app, outcome.bad) if outcome.bad else None,
            close=intents,
            unlock=visit.run.app if intents else None,
            tell=self._tell(outcome),
            then="park" if outcome.state == "waiting" else "go on",
            seconds=APPROVAL_SECONDS if outcome.needs_approval else outcome.look_again,
            state="needs approval" if outcome.needs_approval else None,
            asking=self._field if outcome.needs_approval else None,
        )
        log.info("step", run=visit.run.id, step=self._written.name, state=state, sentence=outcome.sentence)
        return "waiting" if outcome.state == "waiting" else state

    def _tell(self, outcome: Outcome) -> tuple[str, str] | None:
        run = self._visit.run
        asks = outcome.needs_approval
        worth_it = asks or (outcome.tell_system and outcome.state in FAILED)
        if run.rule == layout.SYSTEM or not worth_it:  # trouble with telling of trouble is not told of in turn
            return None
        way = f" Approve or deny: dynohook runs approve|deny {run.id}" if asks else ""
        return f"run:{run.id}:{self._field}", f"{run.app_name}, rule {run.rule}: {outcome.sentence}{way}"


def _words(error: Exception) -> str:
    """An error's message for a sentence; validation errors would show their input."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
    return str(error).rstrip(".")
