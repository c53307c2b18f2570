"""/apps"""

from typing import Any

from toolbelt.simulator import making, shapes, visiting
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import BY_ID, Answer, Asked, Endpoint, fine_time, listed
from toolbelt.simulator.paging import Key
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

FIELDS: dict[str, Key] = {
    **BY_ID,
    "name": lambda app: str(app.name),
    "updated_at": lambda app: fine_time(app.updated_at),
}


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    """Those that the account may see."""
    mine = [app for app in simulator.world.apps.values() if app.open_to(asked.user)]
    return listed(mine, asked, lambda app: _shown(app, asked), FIELDS)


def show(simulator: Simulator, asked: Asked) -> Answer:
    return Answer(_shown(asked.app(simulator), asked))


def create(simulator: Simulator, asked: Asked) -> Answer:
    body = bodies.fields(asked)
    made = making.make(
        simulator.world,
        asked.user,
        bodies.text(body, "name"),
        region=bodies.text(body, "region") or "us",
        stack=bodies.text(body, "stack") or "heroku-24",
    )
    return Answer(_shown(made, asked), 201)


def update(simulator: Simulator, asked: Asked) -> Answer:
    owner, body = asked.app(simulator), bodies.fields(asked)
    change = making.Change(
        name=bodies.text(body, "name"),
        maintenance=bodies.flag(body, "maintenance"),
        build_stack=bodies.text(body, "build_stack"),
    )
    making.update(simulator.world, owner, change, asked.user)
    return Answer(_shown(owner, asked))


def delete(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    asked.confirm(owner, f"Deleting {owner.name}")
    making.delete(simulator.world, owner, asked.user)
    return Answer(_shown(owner, asked))


def _shown(app: App, asked: Asked) -> dict[str, Any]:
    """With an address at which it really answers."""
    return {**shapes.app_json(app), "web_url": visiting.web_url(asked.base_url, app)}


ENDPOINTS = (
    Endpoint("GET", "/apps", "read", show_all),
    Endpoint("POST", "/apps", "write", create),
    Endpoint("GET", "/apps/{app}", "read", show),
    Endpoint("PATCH", "/apps/{app}", "write", update),
    Endpoint("DELETE", "/apps/{app}", "write", delete),
)
