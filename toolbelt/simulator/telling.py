"""Turns a change into the webhook event that Heroku makes of it, in the shapes of its real deliveries.

Three habits are kept on purpose. Times come in three formats. The entity `dyno` has no `sequence`, no `updated_at`,
`published_at: null`, and no times inside its data. `previous_data` is always empty.
https://devcenter.heroku.com/articles/webhook-events
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from toolbelt.simulator import belonging_shapes, shapes
from toolbelt.simulator.belongings import Addon, Collaborator, Domain, ProcessType
from toolbelt.simulator.commands import command
from toolbelt.simulator.outbox import Event
from toolbelt.simulator.records import App, Build, Dyno, Release
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World

VERSION = "application/vnd.heroku+json; version=3"


def app_changed(world: World, app: App, action: str, actor: User) -> None:
    """Tell of the app itself: `api:app`, whose data names no app beside it."""
    _tell(world, app, "api:app", action, shapes.app_json(app), actor)


def release_changed(world: World, app: App, release: Release, action: str) -> None:
    """Tell of a release: `api:release`; in a private space three or four times, under different ids."""
    data = shapes.release_json(app, release, world.agenda.now)
    data["app"]["process_tier"] = "production"
    data["stack"] = shapes.stack_name(app)
    processes = release.slug.processes if release.slug else ()
    data["pstable"] = {each: {"command": command(each)} for each in processes}
    for _ in range(3 + release.version % 2 if app.private_space else 1):
        _tell(world, app, "api:release", action, data, release.user)


def build_changed(world: World, app: App, build: Build, action: str) -> None:
    """Tell of a build: `api:build`."""
    data = shapes.build_json(app, build)
    data["app"] = shapes.app_ref(app)
    if data["release"] and build.release:
        data["release"]["version"] = build.release.version
    _tell(world, app, "api:build", action, data, build.user)


def formation_changed(world: World, app: App, process: ProcessType, action: str, actor: User) -> None:
    """Tell of a process type: `api:formation`; a new one is an update too."""
    data = belonging_shapes.formation_json(app, process)
    del data["dyno_size"]
    _tell(world, app, "api:formation", action, data, actor)


def addon_changed(world: World, app: App, addon: Addon, action: str, actor: User) -> None:
    """Tell of an add-on: `api:addon`."""
    _tell(world, app, "api:addon", action, belonging_shapes.addon_json(app, addon), actor)


def attachment_changed(world: World, app: App, addon: Addon, action: str, actor: User) -> None:
    """Tell of an add-on's place in the app: `api:addon-attachment`."""
    _tell(world, app, "api:addon-attachment", action, belonging_shapes.attachment_json(app, addon), actor)


def domain_changed(world: World, app: App, domain: Domain, action: str, actor: User) -> None:
    """Tell of a host name: `api:domain`."""
    _tell(world, app, "api:domain", action, belonging_shapes.domain_json(app, domain), actor)


def collaborator_changed(world: World, app: App, collaborator: Collaborator, action: str, actor: User) -> None:
    """Tell of who may work on the app: `api:collaborator`."""
    _tell(world, app, "api:collaborator", action, belonging_shapes.collaborator_json(app, collaborator), actor)


def dyno_created(world: World, app: App, dyno: Dyno, actor: User) -> None:
    """Tell of a dyno that the API made: `api:dyno`, which never tells of its end."""
    _tell(world, app, "api:dyno", "create", shapes.dyno_json(app, dyno), actor)


def dyno_changed(world: World, app: App, dyno: Dyno, action: str) -> None:
    """Tell of a dyno's life: the entity `dyno`, crashes included."""
    data = shapes.dyno_json(app, dyno)
    for absent in ("attach_url", "created_at", "updated_at"):
        del data[absent]
    management = "run" if dyno.one_off else f"formation:{dyno.type}"
    data |= {"exit_status": dyno.exit_status, "management": management}
    now = world.agenda.now
    body = _body(world, "dyno", action, data, world.platform)
    body |= {"created_at": now.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "published_at": None}
    _publish(world, app, "dyno", body)


def _tell(world: World, app: App, include: str, action: str, data: dict[str, Any], actor: User) -> None:
    now = world.agenda.now
    body = _body(world, include.removeprefix("api:"), action, data, actor)
    body |= {
        "sequence": None,
        "created_at": _microsecond(now),
        "updated_at": _microsecond(now),
        "published_at": shapes.second(now),
    }
    _publish(world, app, include, body)


def _body(world: World, resource: str, action: str, data: dict[str, Any], actor: User) -> dict[str, Any]:
    return {
        "id": world.new_id(),
        "data": data,
        "actor": shapes.user_ref(actor),
        "action": action,
        "version": VERSION,
        "resource": resource,
        "previous_data": {},
    }


def _publish(world: World, app: App, include: str, body: dict[str, Any]) -> None:
    event = Event(id=body["id"], app_id=app.id, include=include, body=body, at=world.agenda.now)
    world.outbox.publish(event, _ids(world), world.agenda.now)


def _ids(world: World) -> Iterator[str]:
    while True:
        yield world.new_id()


def _microsecond(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
