"""One step of a run: settle what is open, perform, and turn whatever happens into an outcome."""

from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError
from redis.exceptions import RedisError

from core.due import ClaimLost
from core.runs import Locked, Paused, StepState
from heroku.errors import AccessDenied, HerokuError, Unauthorized, Unavailable, Unknown
from rules.actions import ActionSpec
from rules.files.phrasing import in_words
from rules.rulebook import Step as Written
from rules.texts.templates import TemplateError, render_params
from workers.actions.base import RENDERED, Action, Outcome, State, Step
from workers.actions.parameters import NotSet
from workers.approving import denied
from workers.calling import Braked, Calls, Leaving, Stalled, note_what_came
from workers.conditions import passed_over
from workers.looks import LOOK_AFTER_UNKNOWN_SECONDS, Look
from workers.visits import Visit
from workers.writing import write

TOKEN_REFUSED_SECONDS = 30.0

log = structlog.get_logger()


class Stepping:
    """Takes one step as far as it can go now. What cannot be known is looked up before it is repeated."""

    def __init__(self, visit: Visit, *, field: str, written: Written) -> None:
        self._visit = visit
        self._look = Look(visit, field=field, written=written)

    def take(self) -> StepState:
        """The step's new state; `waiting` also says that the run is parked. Raises what stops a visit: ClaimLost,
        Paused, Locked, Leaving, RedisError."""
        if self._look.too_soon > 0:
            return self._park(self._look.too_soon)
        passed = passed_over(self._look)
        if passed:
            return write(self._look, passed)
        try:
            outcome = self._outcome()
            self._look.gets_on()
        except (ClaimLost, Paused, Locked, Leaving, RedisError):
            raise
        except HerokuError as error:
            return self._called_in_vain(error)
        except Stalled as error:
            return self._looked_up_later(error)
        except (Braked, NotSet, TemplateError, ValidationError) as error:
            state: State = "denied" if isinstance(error, Braked) else "failed"
            return write(self._look, Outcome(state, f"{self._look.name} {state}: {words(error)}."))
        except Exception as error:
            log.exception("a step failed in a way nobody foresaw", run=self._visit.run.id, step=self._look.name)
            return self._broken(error)
        return write(self._look, outcome)

    def _called_in_vain(self, error: HerokuError) -> StepState:
        look = self._look
        match error:
            case Unknown() if look.begun:
                return self._looked_up_later(error)
            case Unauthorized():
                self._visit.crew.beat.tell(f"token:{int(look.now // 3600)}", f"Heroku refused our token: {error}")
                outcome = self._put_off(error, TOKEN_REFUSED_SECONDS)
            case Unavailable():
                outcome = self._put_off(error, error.retry_after)
            case Unknown():  # of a message, which may be repeated
                outcome = self._put_off(error, 1.0)
            case AccessDenied():
                outcome = Outcome("denied", f"Denied: {self._visit.in_words(error.reason)}.")
            case _:
                outcome = Outcome("failed", f"{look.name} failed: {self._said(error)}.")
        return write(look, outcome)

    def _broken(self, error: Exception) -> StepState:
        """A bug of ours. After a call it is looked up what came of that; nothing else is tried again."""
        if self._look.begun:
            return self._looked_up_later(error)
        sentence = f"{self._look.name} broke: {type(error).__name__}."
        return write(self._look, Outcome("failed", sentence, tell_system=True))

    def _outcome(self) -> Outcome:
        visit, look = self._visit, self._look
        action = visit.crew.actions.get(look.written.action)
        if action is None:
            return Outcome("failed", f"This version of Dynohook has no action {look.written.action}.")
        if self._is_refused_after_loss(action):
            return Outcome("denied", "Redis lost what it knew of this event's time; a person may replay the event.")
        if action.spec.needed(look.written.params) and visit.crew.heroku is None:
            return Outcome("failed", f"{look.name} needs Heroku's API, and HEROKU_API_KEY is not set.")
        step = self._step(action)
        return self._settled(action, step) or denied(self._look) or action.perform(step)

    def _settled(self, action: Action, step: Step[Any]) -> Outcome | None:
        """What became of an open call; None if there is none, or if nothing came of it and it may be made again."""
        look = self._look
        if not look.open:
            return None
        outcome = action.settle(step)
        look.open = False
        note_what_came(look, outcome)
        if outcome is None and look.left <= 0:
            why = "a call got no answer, and Heroku shows nothing that came of it"
            return Outcome("failed", f"{look.name} was given up: {why}.", tell_system=True)
        return outcome

    def _is_refused_after_loss(self, action: Action) -> bool:
        """An event from before Redis lost its data may have been acted on; a person's replay says that it should be."""
        visit = self._visit
        if action.reads_live_state or visit.event is None or visit.event.created_at is None or visit.crew.epoch is None:
            return False
        return visit.event.created_at.timestamp() < visit.crew.epoch.since and "#" not in visit.run.id

    def _step(self, action: Action) -> Step[Any]:
        visit, look = self._visit, self._look
        calls = Calls(look, changes=action.spec.changes)
        return Step(
            event=visit.event,  # type: ignore[arg-type]
            app=visit.run.app,
            app_name=visit.run.app_name,
            params=self._params(action.spec),
            written=look.written.params,
            now=visit.now,
            memory=look.memory,
            called="called" in look.memory,
            access=visit.access,
            approval=look.answer,
            heroku=calls.client(),  # type: ignore[arg-type]
            remembered=visit.crew.runs,
            intend=calls.intend,
            targets=visit.crew.book.targets,
            outlet=calls.outlet(),
            asking=calls.asking(),
            fetch=calls.fetch,
            variable=visit.crew.environment.get,
            facts=self._facts(),
        )

    def _params(self, spec: ActionSpec) -> BaseModel:
        """As the action wants them. Raises TemplateError, which says what the templates came to that does not fit."""
        rendered = self._rendered(spec)
        try:
            return spec.params.model_validate(rendered, context=RENDERED)
        except ValidationError as error:
            raise TemplateError(in_words(error, spec.params, rendered)) from None

    def _rendered(self, spec: ActionSpec) -> dict[str, Any]:
        """Rendered; but the service's own messages are no templates, and quote words that come from elsewhere."""
        params = self._look.written.params
        if self._visit.is_system:
            return params
        return render_params(params, self._visit.context(), joins=spec.joins)

    def _facts(self) -> Mapping[str, Any]:
        run = self._visit.run
        about = run.plan.get("about", {})  # what the service tells of: another run, an event or a rule
        return {
            "rule": run.rule,
            "app": run.app_name,
            "event": run.event_id,
            "run": "" if about else run.id,
            **about,
            "dedup_key": f"{run.id}:{self._look.field}",
        }

    def _put_off(self, error: Exception, seconds: float) -> Outcome:
        """Nothing was done; try again, but not for ever."""
        look = self._look
        look.is_put_off()
        if look.left <= 0:
            return Outcome("failed", f"{look.name} was given up: {self._said(error)}.", tell_system=True)
        wait = look.backoff(seconds)
        return Outcome("waiting", f"{self._said(error)}; trying again in {wait:.0f} s.", look_again=wait)

    def _said(self, error: Exception) -> str:
        return self._visit.in_words(words(error))

    def _looked_up_later(self, error: Exception) -> StepState:
        """The step stands as started, and nobody looks before it can be known what came of the call."""
        said = words(error) if isinstance(error, (Unknown, Stalled)) else type(error).__name__
        log.warning("a call has no known outcome", run=self._visit.run.id, step=self._look.name, error=said)
        return self._park(LOOK_AFTER_UNKNOWN_SECONDS)

    def _park(self, seconds: float) -> StepState:
        self._visit.crew.due.park("act", self._visit.run.id, token=self._visit.token, seconds=seconds)
        return "waiting"


def words(error: Exception) -> str:
    """An error's message for a sentence; validation errors would show their input."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
    return str(error).rstrip(".")
