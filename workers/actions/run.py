"""`run`: runs a command on a one-off dyno, which ends after a time in any case, and judges by how the command ended."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from heroku.access import Level
from heroku.errors import NotFound
from heroku.models import Dyno
from heroku.requests import MOST_DYNO_SECONDS
from rules.actions import ActionSpec, Need
from rules.durations import in_words
from rules.texts.pieces import something
from rules.values import Duration
from workers.actions import commands
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Params as Base
from workers.actions.parameters import Secret, Text, VariableName, no_longer_than, resolved

ONE_OFF = "run"
USUAL_SECONDS = 600.0
CHECK_SECONDS = 10.0  # between looks, if the dyno's event does not come first
ENDED_SECONDS = 30.0  # for the event of its end to come, once it is gone
LATE_SECONDS = 120.0  # beyond its time to live


class Params(Base):
    """What to run, and for how long at most."""

    command: Annotated[
        Text,
        BeforeValidator(commands.read),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
    ] = Field(
        description="The command: a line for the shell without templates, or a list of a program and its arguments, "
        "each of them quoted. An argument may be a template where it is not run itself."
    )
    time_to_live: Annotated[Duration, no_longer_than(MOST_DYNO_SECONDS)] = Field(
        USUAL_SECONDS, description="After this the dyno is stopped, whatever it does; at most 24h."
    )
    size: Text | None = Field(None, description="The dyno's size: basic, standard-1x … Default: Heroku's.")
    env: Annotated[dict[VariableName, Secret], AfterValidator(commands.decides_nothing)] = Field(
        default_factory=dict, description="Variables beside the app's config; `$NAME` stands for one of this service's."
    )


def perform(step: Step[Params]) -> Outcome:
    """Start it, and look until it is known how it ended. Raises what the client raises."""
    if "dyno" in step.memory:
        return _check(step)
    env = resolved(step.params.env, step.written.get("env"), step.variable)
    step.memory["known"] = [dyno.id for dyno in _one_offs(step)]
    step.intend(kind="dyno", target=ONE_OFF)
    dyno = step.heroku.run_dyno(
        step.app,
        command=step.params.command,
        size=step.params.size,
        env=env or None,
        time_to_live=int(step.params.time_to_live),
    )
    return _made(step, dyno)


def settle(step: Step[Params]) -> Outcome:
    """A call without an answer: is there a new dyno with this command? If it is over already, nobody can know."""
    found = next((dyno for dyno in _one_offs(step) if _is_ours(step, dyno)), None)
    if found:
        return _made(step, found)
    return Outcome("unknown", "Nothing shows whether the dyno was started; if it was, it is gone again.")


def _one_offs(step: Step[Params]) -> list[Dyno]:
    return [dyno for dyno in step.heroku.dynos(step.app) if dyno.type == ONE_OFF]


def _is_ours(step: Step[Params], dyno: Dyno) -> bool:
    return dyno.id not in step.memory["known"] and dyno.command == step.params.command


def _made(step: Step[Params], dyno: Dyno) -> Outcome:
    step.memory.update(dyno=dyno.id, name=dyno.name, made_at=step.now)
    sentence = f"Started {dyno.name}; it is stopped after {in_words(step.params.time_to_live)} at the latest."
    return Outcome("waiting", sentence, changed=True, own=[dyno.id], look_again=CHECK_SECONDS)


def _check(step: Step[Params]) -> Outcome:
    """How did it end? Its event says so; without one, only that it is gone can be seen."""
    name = step.memory["name"]
    status = step.remembered.exited(step.memory["dyno"])
    if status is not None:
        return _ended(name, status)
    try:
        step.heroku.dyno(step.app, step.memory["dyno"])
    except NotFound:
        return _gone(step, name)
    if step.now - step.memory["made_at"] > step.params.time_to_live + LATE_SECONDS:
        sentence = f"{name} still runs, though its time is over."
        return Outcome("failed", sentence, changed=True, tell_system=True)
    return Outcome("waiting", f"{name} is running.", changed=True, look_again=CHECK_SECONDS)


def _ended(name: str, status: int) -> Outcome:
    output = {"dyno": name, "exit_status": status}
    if status == 0:
        return Outcome("done", f"{name} ended well.", changed=True, output=output)
    return Outcome("failed", f"{name} ended with status {status}.", changed=True, output=output)


def _gone(step: Step[Params], name: str) -> Outcome:
    gone_at = step.memory.setdefault("gone_at", step.now)
    if step.now - gone_at < ENDED_SECONDS:
        sentence = f"{name} is gone; waiting for the event that tells how it ended."
        return Outcome("waiting", sentence, changed=True, look_again=CHECK_SECONDS)
    why = "no event of the entity dyno came: is the app's webhook subscribed to it?"
    return Outcome("unknown", f"{name} is gone, and how it ended is not known: {why}", changed=True)


ACTION = Action(
    spec=ActionSpec(
        name="run",
        params=Params,
        needs=(Need("dynos", Level.FULL),),
        changes=True,
        hears=("dyno",),
        variables=("env",),
        joins={"command": commands.argument, "env": something},
        odd=commands.odd,
    ),
    perform=perform,
    settle=settle,
    reads_live_state=False,
)
