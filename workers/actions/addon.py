"""`addon`: adds an add-on to an app and waits until it is provided, or removes one with what it stores."""

from pydantic import Field

from heroku.access import Level
from heroku.errors import NotFound
from heroku.models import AddOn
from rules.actions import ActionSpec
from workers import marks
from workers.actions import adding
from workers.actions.base import Action, Outcome, Step
from workers.actions.parameters import Secret, Switch, Text, resolved

CHECK_SECONDS = 15.0
CHECK_MOST_SECONDS = 1_800.0
NAMED_MOST = 5  # in a sentence


class Params(adding.Params):
    """Which add-on."""

    add: Text | None = Field(None, description="The plan of the add-on that is to be there: heroku-redis:mini …")
    remove: Text | None = Field(
        None, description="The name or the id of the add-on that is to be there no longer, or its plan, if no other "
        "has that. What it stores is lost. Needs full access and a limit."
    )  # fmt: skip
    name: Text | None = Field(None, description="What the new one is called; Heroku thinks of a name if none is given.")
    attachment: Text | None = Field(None, description="What the names of its config vars begin with.")
    config: dict[Text, Secret] = Field(
        default_factory=dict, description="Options of the provider's own; `$NAME` stands for a variable."
    )
    confirm: Switch = Field(default=False, description="true: say yes where Heroku asks whether it is really meant.")


def perform(step: Step[Params]) -> Outcome:
    """Look, and add or remove; what was added is looked at until it is provided. Raises what the client raises."""
    if step.params.wished == "gone":
        return _remove(step, _fitting(step))
    found = _find(step)
    if found:
        return _came_about(step, found) if step.called else _so_already(step, found)
    if "made_at" in step.memory:
        return Outcome("failed", f"The new add-on of plan {step.params.what} is not there any more.", tell_system=True)
    return _add(step)


def settle(step: Step[Params]) -> Outcome | None:
    """A call without an answer: is it so now?"""
    found = _find(step)
    if step.params.wished == "gone":
        return None if found else _gone(step)
    return _came_about(step, found) if found else None


def _add(step: Step[Params]) -> Outcome:
    params = step.params
    config = resolved(params.config, step.written.get("config"), step.variable)
    step.intend(kind="addon", target=params.what)
    made = step.heroku.create_addon(
        step.app,
        plan=params.what,
        name=params.name,
        attachment=params.attachment,
        config=config or None,
        confirm=step.app_name if params.confirm else None,
    )
    return _came_about(step, made)


def _remove(step: Step[Params], fitting: list[AddOn]) -> Outcome:
    """Of several that fit none is removed: which of them can be spared is not for us to guess."""
    if len(fitting) > 1:
        named = ", ".join(each.name for each in fitting[:NAMED_MOST])
        told = f"{step.app_name} has {len(fitting)} add-ons {step.params.what}: {named}. Name the one to remove."
        return Outcome("failed", told)
    if not fitting:
        told = f"{step.app_name} has no add-on {step.params.what} any more."
        return _gone(step) if step.called else Outcome("not needed", told)
    [found] = fitting
    step.memory.update(id=found.id, name=found.name)
    step.intend(kind="addon", target=found.name)
    try:
        step.heroku.delete_addon(step.app, found.id)
    except NotFound:
        if not step.called:
            return Outcome("not needed", f"{found.name} was removed by somebody else just now.")
    return _gone(step)


def _gone(step: Step[Params]) -> Outcome:
    name = step.memory["name"]
    own = [marks.removed(step.memory["id"])]
    return Outcome("done", f"Removed the add-on {name}.", changed=True, output={"name": name}, own=own)


def _came_about(step: Step[Params], found: AddOn) -> Outcome:
    """It is there; done when it is provided."""
    made_at = step.memory.setdefault("made_at", step.now)
    own, called = [marks.made(found.id)], f"{found.name} ({step.params.what})"
    if found.state == "provisioned":
        output = {"name": found.name, "id": found.id, "config_vars": list(found.config_vars)}
        return Outcome("done", f"Added {called}.", changed=True, output=output, own=own)
    if found.state == "deprovisioned" or step.now - made_at > CHECK_MOST_SECONDS:
        sentence = f"Added {called}, but it is {found.state}."
        return Outcome("failed", sentence, changed=True, own=own, tell_system=True)
    sentence = f"Added {called}; it is being provided."
    return Outcome("waiting", sentence, changed=True, own=own, look_again=CHECK_SECONDS)


def _so_already(step: Step[Params], found: AddOn) -> Outcome:
    return Outcome("not needed", f"{step.app_name} has {found.name} ({step.params.what}) already.")


def _find(step: Step[Params]) -> AddOn | None:
    return next(iter(_fitting(step)), None)


def _fitting(step: Step[Params]) -> list[AddOn]:
    return [each for each in step.heroku.addons(step.app) if _fits(step, each)]


def _fits(step: Step[Params], each: AddOn) -> bool:
    kinds = (each.plan and each.plan.name, each.addon_service and each.addon_service.name)
    if step.params.wished == "gone":
        known = step.memory.get("id")
        return each.id == known if known else step.params.what in (each.id, each.name, *kinds)
    return step.params.what in kinds and step.params.name in (None, each.name)


ACTION = Action(
    spec=ActionSpec(
        name="addon",
        params=Params,
        needs_more=adding.needs("add-ons", add=Level.WRITE),
        destroys=adding.removes,
        changes=True,
        hears=("api:addon",),
        variables=("config",),
    ),
    perform=perform,
    settle=settle,
    reads_live_state=True,
)
