"""/apps/{app}/webhooks"""

from typing import Any

from toolbelt.simulator import subscribing
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint, listed
from toolbelt.simulator.hook_shapes import webhook_json
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.subscribing import Wish


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(list(simulator.outbox.of_app(owner.id)), asked, webhook_json)


def show(simulator: Simulator, asked: Asked) -> Answer:
    found = subscribing.of_app(simulator.world, asked.app(simulator), asked.path["webhook"])
    return Answer(webhook_json(found))


def create(simulator: Simulator, asked: Asked) -> Answer:
    """Subscribe; a secret that Heroku had to make up is told in a header, this once."""
    owner, body = asked.app(simulator), bodies.fields(asked, "include", "level", "url")
    made = subscribing.subscribe(simulator.world, owner.id, _wish(body))
    headers = {} if body.get("secret") else {"Heroku-Webhook-Secret": made.secret}
    return Answer(webhook_json(made), 201, headers)


def update(simulator: Simulator, asked: Asked) -> Answer:
    """A secret can be replaced, never read and never taken away."""
    owner, body = asked.app(simulator), bodies.fields(asked)
    found = subscribing.of_app(simulator.world, owner, asked.path["webhook"])
    subscribing.change(simulator.world, found, _wish(body))
    return Answer(webhook_json(found))


def delete(simulator: Simulator, asked: Asked) -> Answer:
    found = subscribing.of_app(simulator.world, asked.app(simulator), asked.path["webhook"])
    simulator.outbox.remove(found.id)
    return Answer(webhook_json(found))


def _wish(body: dict[str, Any]) -> Wish:
    return Wish(
        url=bodies.text(body, "url"),
        include=bodies.texts(body, "include"),
        level=bodies.text(body, "level"),
        secret=bodies.text(body, "secret"),
        authorization=bodies.text(body, "authorization"),
    )


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/webhooks", "read", show_all),
    Endpoint("POST", "/apps/{app}/webhooks", "write", create),
    Endpoint("GET", "/apps/{app}/webhooks/{webhook}", "read", show),
    Endpoint("PATCH", "/apps/{app}/webhooks/{webhook}", "write", update),
    Endpoint("DELETE", "/apps/{app}/webhooks/{webhook}", "write", delete),
)
