"""`notify`: tells people. At least once; whoever gets it twice can tell by the dedup key."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rules.actions import ActionSpec
from workers.actions.base import Action, Outcome, Step


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Params(BaseModel):
    """Whom to tell, and what."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    to: Annotated[list[str], BeforeValidator(_several), Field(min_length=1, description="A target, or several.")]
    text: Annotated[str, Field(min_length=1, max_length=4_000, description="The message; may be a template.")]


def perform(step: Step[Params]) -> Outcome:
    """Send to each target that has not had it yet. Raises Unavailable or Refused for the first one that fails."""
    told = step.memory.setdefault("told", [])
    for name in [name for name in step.params.to if name not in told]:
        target = step.targets.get(name)
        if target is None:
            return Outcome("failed", f"There is no target {name!r} any more.")
        step.post(name, target, step.params.text, facts=step.facts)
        told.append(name)
    return Outcome("done", f"Told {', '.join(step.params.to)}.", output={"text": step.params.text})


def settle(_: Step[Params]) -> None:
    """A message can always be sent again."""


ACTION = Action(
    spec=ActionSpec(name="notify", params=Params, needs=(), changes=False),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
