"""`notify`: tells people. At least once; whoever gets it twice can tell by the dedup key."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from heroku.errors import Refused, Unavailable
from rules.actions import ActionSpec
from rules.templates import MAX_OUTPUT
from workers.actions.base import RENDERED, Action, Outcome, Step

LONGEST = MAX_OUTPUT  # characters: whatever a template renders can be sent


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _says_something(text: str, info: ValidationInfo) -> str:
    """A rule must say something; what its template then renders may be empty, as an event may lack anything."""
    if not text.strip() and info.context != RENDERED:
        raise ValueError("must not be empty")
    return text


class Params(BaseModel):
    """Whom to tell, and what."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    to: Annotated[list[str], BeforeValidator(_several), Field(min_length=1, description="A target, or several.")]
    text: Annotated[
        str,
        AfterValidator(_says_something),
        Field(max_length=LONGEST, description="The message; may be a template."),
    ]


def perform(step: Step[Params]) -> Outcome:
    """Send to each target that has not had it yet; one that cannot be reached keeps none of the others waiting.
    Raises Unavailable if some are to be tried again."""
    told: list[str] = step.memory.setdefault("told", [])
    refused: dict[str, str] = step.memory.setdefault("refused", {})
    busy: Unavailable | None = None
    for name in [name for name in dict.fromkeys(step.params.to) if name not in told and name not in refused]:
        try:
            _tell(step, name)
            told.append(name)
        except Unavailable as error:
            busy = error
        except Refused as error:
            refused[name] = str(error)
    if busy:
        raise busy
    sentence = f"Told {', '.join(told)}." if told else "Told nobody."
    if refused:
        return Outcome("failed", f"{sentence} {'; '.join(refused.values())}.")
    return Outcome("done", sentence)


def _tell(step: Step[Params], name: str) -> None:
    target = step.targets.get(name)
    if target is None:
        raise Refused(method="POST", path=f"target {name}", message="there is no such target any more")
    step.post(name, target, step.params.text.strip() or "(The text of this message came out empty.)", facts=step.facts)


def settle(_: Step[Params]) -> None:
    """A message can always be sent again."""


ACTION = Action(
    spec=ActionSpec(name="notify", params=Params, needs=(), changes=False),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
