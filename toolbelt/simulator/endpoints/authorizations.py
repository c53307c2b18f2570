"""/oauth/authorizations: tokens made and revoked by whoever holds one for everything."""

from toolbelt.simulator import issuing
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint, listed
from toolbelt.simulator.errors import not_found
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.token_shapes import authorization_json

LONGEST = 10**9  # seconds


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    now = simulator.now
    return listed(simulator.world.tokens.of(asked.user), asked, lambda each: authorization_json(each, now))


def show(simulator: Simulator, asked: Asked) -> Answer:
    found = simulator.world.tokens.one_of(asked.user, asked.path["authorization"])
    return Answer(authorization_json(found, simulator.now))


def create(simulator: Simulator, asked: Asked) -> Answer:
    body = bodies.fields(asked, "scope")
    client_id = bodies.text(body, "client")
    client = simulator.world.tokens.clients.get(client_id) if client_id else None
    if client_id and client is None:
        raise not_found("client")
    made = issuing.authorize(
        simulator.world,
        asked.user,
        bodies.texts(body, "scope") or [],
        description=bodies.text(body, "description") or "",
        expires_in=bodies.whole(body, "expires_in", least=1, most=LONGEST),
        client=client,
    )
    return Answer(authorization_json(made, simulator.now), 201)


def delete(simulator: Simulator, asked: Asked) -> Answer:
    found = simulator.world.tokens.one_of(asked.user, asked.path["authorization"])
    simulator.world.tokens.revoke(found)
    return Answer(authorization_json(found, simulator.now))


ENDPOINTS = (
    Endpoint("GET", "/oauth/authorizations", "global", show_all),
    Endpoint("POST", "/oauth/authorizations", "global", create),
    Endpoint("GET", "/oauth/authorizations/{authorization}", "global", show),
    Endpoint("DELETE", "/oauth/authorizations/{authorization}", "global", delete),
)
