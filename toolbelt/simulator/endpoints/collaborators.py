"""/apps/{app}/collaborators"""

from toolbelt.simulator import sharing
from toolbelt.simulator.belonging_shapes import collaborator_json
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint, listed
from toolbelt.simulator.simulator import Simulator


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(owner.collaborators, asked, lambda each: collaborator_json(owner, each))


def create(simulator: Simulator, asked: Asked) -> Answer:
    owner, body = asked.app(simulator), bodies.fields(asked, "user")
    bodies.flag(body, "silent")
    made = sharing.invite(simulator.world, owner, bodies.needed_text(body, "user"), asked.user)
    return Answer(collaborator_json(owner, made), 201)


def delete(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    found = sharing.remove(simulator.world, owner, asked.path["collaborator"], asked.user)
    return Answer(collaborator_json(owner, found))


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/collaborators", "read", show_all),
    Endpoint("POST", "/apps/{app}/collaborators", "write", create),
    Endpoint("DELETE", "/apps/{app}/collaborators/{collaborator}", "write", delete),
)
