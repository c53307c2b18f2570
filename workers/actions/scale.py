"""`scale`: sees to it that so many dynos of a process type run, and of which size."""

from typing import Self

from pydantic import Field, model_validator

from heroku.access import Level
from heroku.models import Formation
from rules.actions import ActionSpec, Need
from workers import marks
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Params as Base
from workers.actions.parameters import ProcessType, Text, Whole

MOST_DYNOS = 1_000


class Params(Base):
    """Which process type, and how many dynos of it."""

    type: ProcessType = Field(description="The process type, as in the Procfile: web, worker …")
    quantity: Whole | None = Field(None, ge=0, le=MOST_DYNOS, description="Exactly so many dynos.")
    at_least: Whole | None = Field(None, ge=0, le=MOST_DYNOS, description="No fewer; more are left as they are.")
    at_most: Whole | None = Field(None, ge=0, le=MOST_DYNOS, description="No more; fewer are left as they are.")
    size: Text | None = Field(None, description="The size of each: basic, standard-1x … Default: as it is.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.quantity is not None and (self.at_least is not None or self.at_most is not None):
            raise ValueError("quantity is exact: it goes with neither at_least nor at_most")
        if self.quantity is None and self.at_least is None and self.at_most is None and self.size is None:
            raise ValueError("one of quantity, at_least, at_most and size must be given")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least must not be more than at_most")
        return self

    def wanted(self, now: Formation) -> tuple[int, str]:
        """How many of which size it should be, where it is so now."""
        quantity = now.quantity if self.quantity is None else self.quantity
        quantity = max(quantity, self.at_least or 0)
        quantity = quantity if self.at_most is None else min(quantity, self.at_most)
        return quantity, (self.size or now.size or "").lower()


def perform(step: Step[Params]) -> Outcome:
    """Look, and change what is not so. Raises what the client raises."""
    now = _formation(step)
    if now is None:
        return Outcome("failed", f"{step.app_name} has no process type {step.params.type}.")
    if _is_so(step, now):
        return _done(step, now) if step.called else Outcome("not needed", f"{_told(now)} already.")
    quantity, size = step.params.wanted(now)
    step.memory["was"] = [now.quantity, now.size]
    step.intend(kind="formation", target=now.type)
    after = step.heroku.update_formation(step.app, now.type, quantity=quantity, dyno_size=step.params.size and size)
    return _done(step, after)


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is it as it should be now?"""
    now = _formation(step)
    return _done(step, now) if now and _is_so(step, now) else None


def _formation(step: Step[Params]) -> Formation | None:
    return next((each for each in step.heroku.formation(step.app) if each.type == step.params.type), None)


def _is_so(step: Step[Params], now: Formation) -> bool:
    return step.params.wanted(now) == (now.quantity, (now.size or "").lower())


def _done(step: Step[Params], now: Formation) -> Outcome:
    was, size = step.memory["was"]
    how = f" of size {now.size} (they were {size})" if (size or "").lower() != (now.size or "").lower() else ""
    return Outcome(
        "done",
        f"Scaled {now.type} from {was} to {_dynos(now.quantity)}{how}.",
        changed=True,
        output={"type": now.type, "quantity": now.quantity, "size": now.size, "was": was},
        own=[marks.changed(now.id, now.updated_at)],
    )


def _told(now: Formation) -> str:
    size = f" of size {now.size}" if now.size else ""
    return f"{now.type} is scaled to {_dynos(now.quantity)}{size}"


def _dynos(number: int) -> str:
    return f"{number} {'dyno' if number == 1 else 'dynos'}"


ACTION = Action(
    spec=ActionSpec(name="scale", params=Params, needs=(Need("formation", Level.WRITE),), changes=True),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
