"""`collaborator`: lets somebody work on an app, or lets them no longer."""

from typing import Annotated

from pydantic import Field

from heroku.access import Level
from heroku.errors import NotFound
from heroku.models import Collaborator
from rules.actions import ActionSpec
from workers import marks
from workers.actions import adding
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Shaped, Switch, Text

Person = Annotated[
    Text, Shaped(r"[^\s@]+@[^\s@]+|[0-9a-fA-F-]{36}", "must be an e-mail address, or the id of an account")
]


class Params(adding.Params):
    """Whom, and whether they may."""

    add: Person | None = Field(None, description="Who is let in: an e-mail address or the id of an account.")
    remove: Person | None = Field(
        None, description="Who is put out: an e-mail address or the id of an account. Needs full access and a limit."
    )
    silent: Switch = Field(default=False, description="true: Heroku tells the one who is let in nothing by e-mail.")


def perform(step: Step[Params]) -> Outcome:
    """Look, and let in or put out. Raises what the client raises."""
    found = _find(step)
    if (found is not None) == (step.params.wished == "there"):
        return _came_about(step, found) if step.called else Outcome("not needed", _so_already(step))
    return _remove(step, found) if found else _add(step)


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is it so now?"""
    found = _find(step)
    return _came_about(step, found) if (found is not None) == (step.params.wished == "there") else None


def _add(step: Step[Params]) -> Outcome:
    who = step.params.what
    step.intend(kind="collaborator", target=who)
    return _came_about(step, step.heroku.create_collaborator(step.app, user=who, silent=step.params.silent))


def _remove(step: Step[Params], found: Collaborator) -> Outcome:
    if found.role == "owner":
        return Outcome("failed", f"{step.params.what} owns {step.app_name} and cannot be removed.")
    step.memory["id"] = found.id
    step.intend(kind="collaborator", target=found.user.email if found.user and found.user.email else step.params.what)
    try:
        step.heroku.delete_collaborator(step.app, _name(found))
    except NotFound:
        if not step.called:
            return Outcome("not needed", f"{step.params.what} was removed by somebody else just now.")
    return _came_about(step, None)


def _came_about(step: Step[Params], found: Collaborator | None) -> Outcome:
    who = step.params.what
    if found:
        own, sentence = marks.made(found.id), f"{who} can work on {step.app_name} now."
    else:
        own, sentence = marks.removed(step.memory["id"]), f"{who} cannot work on {step.app_name} any more."
    return Outcome("done", sentence, changed=True, output={"user": who}, own=[own])


def _find(step: Step[Params]) -> Collaborator | None:
    who = step.params.what.lower()
    return next((each for each in step.heroku.collaborators(step.app) if who in _names(each)), None)


def _names(each: Collaborator) -> set[str]:
    names = {each.id, *((each.user.email, each.user.id) if each.user else ())}
    return {name.lower() for name in names if name}


def _name(each: Collaborator) -> str:
    return (each.user and (each.user.email or each.user.id)) or each.id


def _so_already(step: Step[Params]) -> str:
    who, app = step.params.what, step.app_name
    return f"{who} works on {app} already." if step.params.wished == "there" else f"{who} does not work on {app}."


ACTION = Action(
    spec=ActionSpec(
        name="collaborator",
        params=Params,
        needs_more=adding.needs("collaborators", add=Level.FULL),
        destroys=adding.removes,
        changes=True,
    ),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
