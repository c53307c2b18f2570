"""Who may work on an app: its owner, and the collaborators that are let in and put out."""

import re

from toolbelt.simulator import telling
from toolbelt.simulator.belongings import Collaborator
from toolbelt.simulator.errors import Refused, forbidden, invalid, not_found
from toolbelt.simulator.records import App
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def own(world: World, app: App) -> None:
    """The owner, who is one of the collaborators from the beginning."""
    app.collaborators.append(_made(world, app.owner, "owner"))


def add(world: World, app: App, user: User) -> Collaborator:
    """Another collaborator, without a word to anybody."""
    made = _made(world, user, "collaborator")
    app.collaborators.append(made)
    return made


def invite(world: World, app: App, wanted: str, actor: User) -> Collaborator:
    """Let in whoever has this address or id; an address that nobody has becomes an account."""
    if any(wanted in {each.user.email, each.user.id} for each in app.collaborators):
        raise invalid("User is already a collaborator on app.")
    if not ADDRESS.fullmatch(wanted):
        raise not_found("user") if "@" not in wanted else invalid("User must be an email address or an id.")
    made = add(world, app, world.user(wanted))
    telling.collaborator_changed(world, app, made, "create", actor)
    return made


def remove(world: World, app: App, wanted: str, actor: User) -> Collaborator:
    """Put out the collaborator with this address or id; the owner stays."""
    found = next((each for each in app.collaborators if wanted in {each.id, each.user.email, each.user.id}), None)
    if found is None:
        raise not_found("collaborator")
    if found.role == "owner":
        raise _owner_stays(app)
    app.collaborators.remove(found)
    telling.collaborator_changed(world, app, found, "destroy", actor)
    return found


def _owner_stays(app: App) -> Refused:
    return forbidden(f"The owner of {app.name} cannot be removed from it.")


def _made(world: World, user: User, role: str) -> Collaborator:
    now = world.agenda.now
    return Collaborator(id=world.new_id(), user=user, role=role, created_at=now, updated_at=now)
