"""/apps/{app}/formation"""

from typing import Any

from toolbelt.simulator import scaling
from toolbelt.simulator.belonging_shapes import formation_json
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import BY_ID, Answer, Asked, Endpoint, listed
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.paging import Key
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.sizes import size_named

MOST = 100
FIELDS: dict[str, Key] = {"type": lambda process: str(process.type), **BY_ID}


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(list(owner.formation.values()), asked, lambda process: formation_json(owner, process), FIELDS)


def update(simulator: Simulator, asked: Asked) -> Answer:
    owner, body = asked.app(simulator), bodies.fields(asked)
    (process,) = scaling.scale(simulator.world, owner, [_change(asked.path["formation"], body)], asked.user)
    return Answer(formation_json(owner, process))


def update_several(simulator: Simulator, asked: Asked) -> Answer:
    owner, body = asked.app(simulator), bodies.fields(asked, "updates")
    updates = body["updates"]
    if not isinstance(updates, list) or not all(isinstance(each, dict) for each in updates):
        raise invalid("Updates must be a list of objects.")
    changes = [_change(bodies.needed_text(each, "type"), each) for each in updates]
    processes = scaling.scale(simulator.world, owner, changes, asked.user)
    return Answer([formation_json(owner, process) for process in processes])


def _change(type_: str, body: dict[str, Any]) -> scaling.Change:
    size = _size(body)
    return scaling.Change(
        type=type_,
        quantity=bodies.whole(body, "quantity", least=0, most=MOST),
        size=None if size is None else size_named(size),
    )


def _size(body: dict[str, Any]) -> str | None:
    """`dyno_size` names a size by its name or its id; `size` is its older form."""
    wanted = bodies.inner(body, "dyno_size")
    if wanted is None:
        return bodies.text(body, "size")
    return bodies.text(wanted, "name") or bodies.text(wanted, "id")


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/formation", "read", show_all),
    Endpoint("PATCH", "/apps/{app}/formation", "write", update_several),
    Endpoint("PATCH", "/apps/{app}/formation/{formation}", "write", update),
)
