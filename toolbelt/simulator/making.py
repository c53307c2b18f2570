"""Apps themselves: made, renamed, put into maintenance, deleted."""

import re
from dataclasses import dataclass

from toolbelt.simulator import releasing, routing, running, sharing, telling
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.records import App
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

NAME = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]")
REGIONS = ("us", "eu")
STACKS = ("heroku-22", "heroku-24", "container")


@dataclass(frozen=True, slots=True)
class Change:
    """What an app is to become; None leaves it as it is."""

    name: str | None = None
    maintenance: bool | None = None
    build_stack: str | None = None


def make(world: World, user: User, name: str | None, *, region: str = "us", stack: str = "heroku-24") -> App:
    """An app without code; it has no release phase until its code says otherwise."""
    name = name or f"round-plum-{world.chance.randint(10_000, 99_999)}"
    check_name(world, name)
    _check_one_of("region", region, REGIONS)
    _check_one_of("stack", stack, STACKS)
    now = world.agenda.now
    app = App(
        id=world.new_id(), name=name, owner=user, created_at=now, updated_at=now, release_phase=False,
        region=region, stack=stack, build_stack=stack, container=stack == "container",
    )  # fmt: skip
    world.apps[app.id] = app
    sharing.own(world, app)
    routing.own(world, app)
    telling.app_changed(world, app, "create", user)
    for description in ("Initial release", "Enable Logplex"):
        releasing.create(world, app, slug=None, description=description, user=user)
    return app


def update(world: World, app: App, change: Change, user: User) -> None:
    """Make the change and tell of it; what is already so is not told."""
    before = (app.name, app.maintenance, app.build_stack)
    if change.name not in {None, app.name}:
        check_name(world, str(change.name))
    if change.build_stack is not None:
        _check_one_of("build stack", change.build_stack, STACKS)
    app.name = change.name or app.name
    app.build_stack = change.build_stack or app.build_stack
    app.maintenance = app.maintenance if change.maintenance is None else change.maintenance
    if before != (app.name, app.maintenance, app.build_stack):
        app.updated_at = world.agenda.now
        telling.app_changed(world, app, "update", user)


def delete(world: World, app: App, user: User) -> None:
    """Stop everything and forget the app; what is planned for it never happens, what is owed is still delivered."""
    for process_type in app.formation:
        running.stop_dynos(world, app, process_type)
    app.updated_at = world.agenda.now
    telling.app_changed(world, app, "destroy", user)
    del world.apps[app.id]


def check_name(world: World, name: str) -> None:
    if not NAME.fullmatch(name):
        raise invalid(
            "Name must start with a letter, end with a letter or digit and can only contain lowercase letters, "
            "digits, and dashes."
        )
    if any(app.name == name for app in world.apps.values()):
        raise invalid(f"Name {name} is already taken.")


def _check_one_of(what: str, wanted: str, known: tuple[str, ...]) -> None:
    if wanted not in known:
        raise invalid(f"Couldn't find {what} {wanted}. Available are {', '.join(known)}.")
