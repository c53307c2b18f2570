"""The formation: which process types an app has, how many dynos of each, and how large."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolbelt.simulator import telling
from toolbelt.simulator.belongings import ProcessType
from toolbelt.simulator.commands import command
from toolbelt.simulator.errors import Refused
from toolbelt.simulator.records import App, Slug
from toolbelt.simulator.running import fit_dynos, stop_dynos
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World


@dataclass(frozen=True, slots=True)
class Change:
    """What one process type is to become; None leaves it as it is."""

    type: str
    quantity: int | None = None
    size: str | None = None


def scale(world: World, app: App, changes: Sequence[Change], user: User) -> list[ProcessType]:
    """Make all of the changes, or none when a type is unknown; what is already so is not told of."""
    found = [(process_type(app, change.type), change) for change in changes]
    for process, change in found:
        _become(world, app, process, change, user)
    return [process for process, _ in found]


def process_type(app: App, wanted: str) -> ProcessType:
    """The process type with this name or id; refused with 404 when there is none."""
    for process in app.formation.values():
        if wanted in {process.type, process.id}:
            return process
    raise Refused(404, "not_found", f"Couldn't find that process type ({wanted}).")


def adopt(world: World, app: App, slug: Slug, user: User) -> None:
    """Let the formation have the process types of this code: new ones come, missing ones go."""
    for gone in [process for process in app.formation.values() if process.type not in slug.processes]:
        _drop(world, app, gone, user)
    for type_ in slug.processes:
        if type_ not in app.formation:
            process = add(world, app, type_, quantity=1 if type_ == "web" else 0)
            telling.formation_changed(world, app, process, "update", user)


def add(world: World, app: App, type_: str, quantity: int) -> ProcessType:
    """Another process type, without a word to anybody."""
    now = world.agenda.now
    made = ProcessType(
        id=world.new_id(), type=type_, command=command(type_), created_at=now, updated_at=now, quantity=quantity
    )
    app.formation[type_] = made
    return made


def _drop(world: World, app: App, process: ProcessType, user: User) -> None:
    stop_dynos(world, app, process.type)
    del app.formation[process.type]
    process.quantity, process.updated_at = 0, world.agenda.now
    telling.formation_changed(world, app, process, "destroy", user)


def _become(world: World, app: App, process: ProcessType, change: Change, user: User) -> None:
    quantity = process.quantity if change.quantity is None else change.quantity
    size = process.size if change.size is None else change.size
    if (quantity, size) == (process.quantity, process.size):
        return
    if size != process.size:
        stop_dynos(world, app, process.type)
    process.quantity, process.size, process.updated_at = quantity, size, world.agenda.now
    world.note(app, "app", "api", f"Scaled to {process.type}@{quantity}:{size} by user {user.email}")
    telling.formation_changed(world, app, process, "update", user)
    fit_dynos(world, app, process, user)
