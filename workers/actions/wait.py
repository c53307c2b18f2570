"""`wait`: lets some time pass before the next step, as a row on the due list and not as a sleeping thread."""

from pydantic import Field

from rules.actions import ActionSpec
from rules.durations import in_words
from rules.values import Duration
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Params as Base

EARLY_SECONDS = 0.5  # a look that comes a little early is not worth another one


class Params(Base):
    """How long."""

    seconds: Duration = Field(alias="for", description="How long: 30s, 5m, 2h.")


def perform(step: Step[Params]) -> Outcome:
    """The first look begins it; a later one sees whether it is over."""
    began = step.memory.setdefault("began_at", step.now)
    left = began + step.params.seconds - step.now
    if left <= EARLY_SECONDS:
        return Outcome("done", f"Waited {in_words(step.params.seconds)}.")
    return Outcome("waiting", f"Waiting {in_words(step.params.seconds)}.", look_again=left)


def settle(_: Step[Params]) -> None:
    """It makes no call."""


ACTION = Action(
    spec=ActionSpec(name="wait", params=Params),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
