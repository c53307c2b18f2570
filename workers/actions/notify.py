"""`notify`: has people told: in the log at once, elsewhere by a message that holds up no run.

At least once; whoever gets it twice can tell by the dedup key.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from heroku.errors import Refused
from rules.actions import ActionSpec
from rules.texts.templates import MAX_OUTPUT
from rules.values import one_or_more
from workers.actions.base import RENDERED, Action, Outcome, Step
from workers.notes import Note
from workers.outlets import HANDED

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

    to: Annotated[
        list[str],
        BeforeValidator(_several),
        Field(min_length=1, description="A target, or several."),
        one_or_more({"type": "string"}),
    ]
    text: Annotated[
        str,
        AfterValidator(_says_something),
        Field(max_length=LONGEST, description="The message; may be a template."),
    ]
    title: Annotated[str, Field(max_length=LONGEST, description="Its first line; the app and the rule, if absent.")] = (
        ""
    )
    incident: Annotated[
        str,
        Field(
            max_length=LONGEST,
            description="What the trouble is called: PagerDuty keeps one incident for each. Default: rule and app.",
        ),
    ] = ""
    resolve: Annotated[bool, Field(description="true: says that the incident is over.")] = False


def perform(step: Step[Params]) -> Outcome:
    """Hand it to each target; one that is not there keeps none of the others from hearing."""
    params = step.params
    note = Note.of(params.text, facts=step.facts, title=params.title, incident=params.incident, resolve=params.resolve)
    came: dict[str, list[str]] = {}
    refused = []
    for name in dict.fromkeys(params.to):
        try:
            came.setdefault(step.outlet.tell(name, note), []).append(name)
        except Refused as error:
            refused.append(f"{error}.")
    said = [f"{how.capitalize()}{' to' if how == HANDED else ''} {', '.join(names)}." for how, names in came.items()]
    return Outcome("failed" if refused else "done", " ".join([*(said or ["Told nobody."]), *refused]))


def settle(_: Step[Params]) -> None:
    """A message can always be sent again."""


ACTION = Action(
    spec=ActionSpec(name="notify", params=Params, needs=(), changes=False),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
