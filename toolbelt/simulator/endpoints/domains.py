"""/apps/{app}/domains"""

from toolbelt.simulator import routing
from toolbelt.simulator.belonging_shapes import domain_json
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import BY_ID, Answer, Asked, Endpoint, listed
from toolbelt.simulator.errors import not_found
from toolbelt.simulator.paging import Key
from toolbelt.simulator.simulator import Simulator

FIELDS: dict[str, Key] = {"hostname": lambda domain: str(domain.hostname), **BY_ID}


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(owner.domains, asked, lambda domain: domain_json(owner, domain), FIELDS)


def create(simulator: Simulator, asked: Asked) -> Answer:
    """`sni_endpoint` must be said, though it may be null; no app here has one to name."""
    owner, body = asked.app(simulator), bodies.fields(asked, "hostname", "sni_endpoint")
    hostname = bodies.needed_text(body, "hostname")
    if bodies.text(body, "sni_endpoint") is not None:
        raise not_found("SNI endpoint")
    return Answer(domain_json(owner, routing.add(simulator.world, owner, hostname, asked.user)), 201)


def delete(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return Answer(domain_json(owner, routing.remove(simulator.world, owner, asked.path["domain"], asked.user)))


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/domains", "read", show_all),
    Endpoint("POST", "/apps/{app}/domains", "write", create),
    Endpoint("DELETE", "/apps/{app}/domains/{domain}", "write", delete),
)
