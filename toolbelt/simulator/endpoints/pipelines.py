"""/pipelines"""

from toolbelt.simulator import piping
from toolbelt.simulator.belonging_shapes import pipeline_json
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import BY_ID, Answer, Asked, Endpoint, listed
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.paging import Key
from toolbelt.simulator.simulator import Simulator

FIELDS: dict[str, Key] = {**BY_ID, "name": lambda pipeline: str(pipeline.name)}


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    return listed(piping.of(simulator.world, asked.user), asked, pipeline_json, FIELDS)


def show(simulator: Simulator, asked: Asked) -> Answer:
    return Answer(pipeline_json(piping.pipeline_named(simulator.world, asked.path["pipeline"], asked.user)))


def create(simulator: Simulator, asked: Asked) -> Answer:
    """The owner, when one is named, can only be the account itself: there are no teams here."""
    body = bodies.fields(asked, "name")
    owner = bodies.inner(body, "owner")
    if owner is not None and (owner.get("id"), owner.get("type")) != (asked.user.id, "user"):
        raise invalid("Owner must be this account.")
    return Answer(pipeline_json(piping.make(simulator.world, bodies.needed_text(body, "name"), asked.user)), 201)


ENDPOINTS = (
    Endpoint("GET", "/pipelines", "read", show_all),
    Endpoint("POST", "/pipelines", "write", create),
    Endpoint("GET", "/pipelines/{pipeline}", "read", show),
)
