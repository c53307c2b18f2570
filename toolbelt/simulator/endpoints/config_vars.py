"""/apps/{app}/config-vars and those of a release: the only answers that hold their values."""

import re

from toolbelt.simulator import configuring
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint
from toolbelt.simulator.endpoints.releases import release_named
from toolbelt.simulator.errors import invalid
from toolbelt.simulator.simulator import Simulator

KEY = re.compile(r"\w+")


def show(simulator: Simulator, asked: Asked) -> Answer:
    return Answer(dict(asked.app(simulator).config))


def show_of_release(simulator: Simulator, asked: Asked) -> Answer:
    return Answer(dict(release_named(asked.app(simulator), asked.path["release"]).config))


def update(simulator: Simulator, asked: Asked) -> Answer:
    """Those named are set, those named null are removed, the others stay."""
    owner, changes = asked.app(simulator), bodies.fields(asked)
    for key in changes:
        if not KEY.fullmatch(key):
            raise invalid("Config vars can only have letters, digits and underscores in their names.")
        bodies.text(changes, key)
    configuring.update(simulator.world, owner, changes, asked.user)
    return Answer(dict(owner.config))


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/config-vars", "read-protected", show),
    Endpoint("PATCH", "/apps/{app}/config-vars", "write-protected", update),
    Endpoint("GET", "/apps/{app}/releases/{release}/config-vars", "read-protected", show_of_release),
)
