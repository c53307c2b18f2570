"""/apps/{app}/dynos"""

from toolbelt.simulator import one_offs, running, shapes
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import BY_ID, Answer, Asked, Endpoint, listed
from toolbelt.simulator.errors import invalid, not_found
from toolbelt.simulator.paging import Key
from toolbelt.simulator.records import App, Dyno
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.sizes import USUAL, size_named

FIELDS: dict[str, Key] = {"name": lambda dyno: str(dyno.name), **BY_ID}


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(list(owner.dynos.values()), asked, lambda dyno: shapes.dyno_json(owner, dyno), FIELDS)


def show(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return Answer(shapes.dyno_json(owner, _named(owner, asked.path["dyno"])))


def run(simulator: Simulator, asked: Asked) -> Answer:
    """A one-off dyno."""
    owner, body = asked.app(simulator), bodies.fields(asked, "command")
    type_ = bodies.text(body, "type") or "run"
    if type_ in owner.formation:
        raise invalid(f"Type {type_} belongs to the formation.")
    made = one_offs.run(
        simulator.world,
        owner,
        bodies.needed_text(body, "command"),
        asked.user,
        size=size_named(bodies.text(body, "size") or USUAL),
        type=type_,
        time_to_live=bodies.whole(body, "time_to_live", least=1, most=one_offs.LONGEST),
        attach=bool(bodies.flag(body, "attach")),
    )
    return Answer(shapes.dyno_json(owner, made), 201)


def restart(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    running.restart(simulator.world, owner, _named(owner, asked.path["dyno"]), asked.user)
    return Answer({}, 202)


def restart_all(simulator: Simulator, asked: Asked) -> Answer:
    running.restart_all(simulator.world, asked.app(simulator), asked.user)
    return Answer({}, 202)


def stop(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    running.stop(simulator.world, owner, _named(owner, asked.path["dyno"]))
    return Answer({}, 202)


def _named(app: App, wanted: str) -> Dyno:
    found = next((dyno for dyno in app.dynos.values() if wanted in {dyno.name, dyno.id}), None)
    if found is None:
        raise not_found("dyno")
    return found


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/dynos", "read", show_all),
    Endpoint("POST", "/apps/{app}/dynos", "write", run),
    Endpoint("DELETE", "/apps/{app}/dynos", "write", restart_all),
    Endpoint("GET", "/apps/{app}/dynos/{dyno}", "read", show),
    Endpoint("DELETE", "/apps/{app}/dynos/{dyno}", "write", restart),
    Endpoint("POST", "/apps/{app}/dynos/{dyno}/actions/stop", "write", stop),
)
