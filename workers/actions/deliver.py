"""`deliver`: sends what has gathered for a target as one message. The service's own: no rule can name it."""

from pydantic import BaseModel, ConfigDict

from core.outbox import Gathered
from heroku.errors import Refused
from rules.actions import ActionSpec
from workers.actions.base import Action, Outcome, Step
from workers.notes import Message, Note, cut

WORDS_MOST = 2_000  # characters that are remembered, for the case that nobody can be told
BUSY_SECONDS = 5.0  # between looks whether an earlier message is through


class Params(BaseModel):
    """Whom to tell."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    to: str


def perform(step: Step[Params]) -> Outcome:
    """Take along what is there, and send it. Raises Unavailable."""
    name = step.params.to
    try:
        gathered = step.outlet.take(name)
        if gathered is None:
            return Outcome("waiting", f"An earlier message to {name} is still under way.", look_again=BUSY_SECONDS)
        if not gathered.notes:
            return Outcome("not needed", f"Nothing is left to tell {name}.")
        message = _message(name, gathered, run=str(step.facts["run"]))
        step.memory["words"] = cut(f"{message.title}: {message.text}", WORDS_MOST)
        step.outlet.send(message)
    except Refused as error:
        return Outcome("failed", f"{name} was not told: {error}.", tell_system=True)
    many = f" {gathered.stands_for:,} messages in one" if gathered.stands_for > 1 else ""
    return Outcome("done", f"Told {name}{many}.")


def _message(name: str, gathered: Gathered, *, run: str) -> Message:
    """What is sent stays the same however often it is tried: nothing joins what was taken."""
    notes = [Note.from_json(kept) for kept in gathered.notes]
    key = run if gathered.stands_for > 1 else notes[0].key
    return Message(name, key, notes, gathered.stands_for, troubles=gathered.troubles)


def settle(_: Step[Params]) -> None:
    """A message can always be sent again."""


ACTION = Action(
    spec=ActionSpec(name="deliver", params=Params, changes=False),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
