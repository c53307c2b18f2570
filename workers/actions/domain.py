"""`domain`: adds a host name to an app, or takes it away."""

from typing import Annotated

from pydantic import Field

from heroku.access import Level
from heroku.errors import NotFound
from heroku.models import Domain
from rules.actions import ActionSpec
from workers import marks
from workers.actions import adding
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Shaped, Text

HostName = Annotated[Text, Shaped(r"(\*\.)?[^\s/:@*?#\\]+", "must be a host name: www.acme.example")]


class Params(adding.Params):
    """Which host name."""

    add: HostName | None = Field(None, description="The host name that the app is to answer to.")
    remove: HostName | None = Field(
        None, description="The host name that it is to answer to no longer. Needs full access and a limit."
    )
    sni_endpoint: Text | None = Field(None, description="The certificate's endpoint, for a domain that is added.")


def perform(step: Step[Params]) -> Outcome:
    """Look, and add or remove. Raises what the client raises."""
    found = _find(step)
    if (found is not None) == (step.params.wished == "there"):
        return _came_about(step, found) if step.called else Outcome("not needed", _so_already(step))
    step.intend(kind="domain", target=step.params.what)
    if found is None:
        return _came_about(
            step, step.heroku.create_domain(step.app, hostname=step.params.what, sni_endpoint=step.params.sni_endpoint)
        )
    step.memory["id"] = found.id
    try:
        step.heroku.delete_domain(step.app, found.id)
    except NotFound:
        if not step.called:
            return Outcome("not needed", f"{step.params.what} was removed by somebody else just now.")
    return _came_about(step, None)


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is it so now?"""
    found = _find(step)
    return _came_about(step, found) if (found is not None) == (step.params.wished == "there") else None


def _came_about(step: Step[Params], found: Domain | None) -> Outcome:
    name = step.params.what
    if found is None:
        gone = f"{step.app_name} does not answer to {name} any more."
        return Outcome("done", gone, changed=True, output={"hostname": name}, own=[marks.removed(step.memory["id"])])
    where = f" Its DNS must point to {found.cname}." if found.cname else ""
    return Outcome(
        "done",
        f"{step.app_name} answers to {name} now.{where}",
        changed=True,
        output={"hostname": name, "cname": found.cname},
        own=[marks.made(found.id)],
    )


def _find(step: Step[Params]) -> Domain | None:
    name = step.params.what.lower()
    return next((each for each in step.heroku.domains(step.app) if name in (each.hostname.lower(), each.id)), None)


def _so_already(step: Step[Params]) -> str:
    app, name = step.app_name, step.params.what
    return f"{app} answers to {name} already." if step.params.wished == "there" else f"{app} does not answer to {name}."


ACTION = Action(
    spec=ActionSpec(
        name="domain",
        params=Params,
        needs_more=adding.needs("domains", add=Level.WRITE),
        destroys=adding.removes,
        changes=True,
    ),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
