"""/apps/{app}/releases"""

from toolbelt.simulator import releasing, shapes
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import BY_ID, Answer, Asked, Endpoint, listed
from toolbelt.simulator.errors import invalid, not_found
from toolbelt.simulator.paging import Key
from toolbelt.simulator.records import App, Release
from toolbelt.simulator.simulator import Simulator

FIELDS: dict[str, Key] = {"version": lambda release: int(release.version), **BY_ID}


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(owner.releases, asked, lambda release: shapes.release_json(owner, release, simulator.now), FIELDS)


def show(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return Answer(shapes.release_json(owner, release_named(owner, asked.path["release"]), simulator.now))


def create(simulator: Simulator, asked: Asked) -> Answer:
    """A rollback when the body names a release, a release of earlier code when it names a slug."""
    owner, body = asked.app(simulator), bodies.fields(asked)
    if ("release" in body) == ("slug" in body):
        raise invalid("Name either a slug or a release.")
    if "release" in body:
        made = releasing.rollback(simulator.world, owner, bodies.uuid(body, "release"), asked.user)
    else:
        slug, description = bodies.uuid(body, "slug"), bodies.text(body, "description")
        made = releasing.release_slug(simulator.world, owner, slug, description, asked.user)
    return Answer(shapes.release_json(owner, made, simulator.now), 201)


def release_named(app: App, wanted: str) -> Release:
    """The release with this id or version; refused with 404 when there is none."""
    found = next((each for each in app.releases if wanted in {each.id, str(each.version)}), None)
    if found is None:
        raise not_found("release")
    return found


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/releases", "read", show_all),
    Endpoint("POST", "/apps/{app}/releases", "write", create),
    Endpoint("GET", "/apps/{app}/releases/{release}", "read", show),
)
