"""/apps/{app}/addons"""

from toolbelt.simulator import provisioning
from toolbelt.simulator.belonging_shapes import addon_json
from toolbelt.simulator.catalogue import costs
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint, listed
from toolbelt.simulator.simulator import Simulator


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(owner.addons, asked, lambda addon: addon_json(owner, addon))


def show(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return Answer(addon_json(owner, provisioning.addon_named(owner, asked.path["addon"])))


def create(simulator: Simulator, asked: Asked) -> Answer:
    owner, body = asked.app(simulator), bodies.fields(asked, "plan")
    attachment = bodies.inner(body, "attachment") or {}
    bodies.inner(body, "config")
    plan = bodies.needed_text(body, "plan")
    if costs(plan):
        asked.confirm(owner, f"Adding {plan}")
    made = provisioning.order(
        simulator.world,
        owner,
        plan,
        asked.user,
        name=bodies.text(body, "name"),
        attachment=bodies.text(attachment, "name"),
    )
    return Answer(addon_json(owner, made), 201)


def delete(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    addon = provisioning.addon_named(owner, asked.path["addon"])
    asked.confirm(owner, f"Removing {addon.name}")
    provisioning.remove(simulator.world, owner, addon, asked.user)
    return Answer(addon_json(owner, addon))


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/addons", "read", show_all),
    Endpoint("POST", "/apps/{app}/addons", "write", create),
    Endpoint("GET", "/apps/{app}/addons/{addon}", "read", show),
    Endpoint("DELETE", "/apps/{app}/addons/{addon}", "write", delete),
)
