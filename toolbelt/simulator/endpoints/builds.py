"""/apps/{app}/builds"""

from typing import Any
from urllib.parse import urlsplit

from toolbelt.simulator import deploying, shapes
from toolbelt.simulator.endpoints import bodies
from toolbelt.simulator.endpoints.asking import BY_ID, Answer, Asked, Endpoint, fine_time, listed
from toolbelt.simulator.errors import invalid, not_found
from toolbelt.simulator.outputs import output_url
from toolbelt.simulator.paging import Key
from toolbelt.simulator.records import App, Build, Outcome, Source
from toolbelt.simulator.simulator import Simulator

FIELDS: dict[str, Key] = {"started_at": lambda build: fine_time(build.created_at), **BY_ID}


def show_all(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    return listed(owner.builds, asked, lambda build: _shown(asked, owner, build), FIELDS)


def show(simulator: Simulator, asked: Asked) -> Answer:
    owner = asked.app(simulator)
    found = next((each for each in owner.builds if each.id == asked.path["build"]), None)
    if found is None:
        raise not_found("build")
    return Answer(_shown(asked, owner, found))


def create(simulator: Simulator, asked: Asked) -> Answer:
    """Build from a link, which is not followed: what becomes of the build was ordered at the control plane."""
    owner = asked.app(simulator)
    source = _source(asked)
    outcome, owner.next_outcome = owner.next_outcome, Outcome.SUCCEED
    return Answer(_shown(asked, owner, deploying.build(simulator.world, owner, source, outcome, asked.user)), 201)


def _shown(asked: Asked, owner: App, build: Build) -> dict[str, Any]:
    """With a link at which its output can be read, which the events of the simulator do not have."""
    return shapes.build_json(owner, build) | {"output_stream_url": output_url(asked.base_url, owner.id, build)}


def _source(asked: Asked) -> Source:
    body = bodies.fields(asked, "source_blob")
    blob = bodies.inner(body, "source_blob") or {}
    url = bodies.needed_text(blob, "url")
    if urlsplit(url).scheme not in {"http", "https"}:
        raise invalid("Source_blob.url must be http or https.")
    packs = body.get("buildpacks") or []
    if not isinstance(packs, list) or not all(isinstance(pack, dict) for pack in packs):
        raise invalid("Buildpacks must be a list of objects.")
    named = tuple(bodies.text(pack, "name") or bodies.needed_text(pack, "url") for pack in packs)
    return Source(
        url=url,
        version=bodies.text(blob, "version"),
        version_description=bodies.text(blob, "version_description"),
        checksum=bodies.text(blob, "checksum"),
        buildpacks=named or ("heroku/python",),
    )


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/builds", "read", show_all),
    Endpoint("POST", "/apps/{app}/builds", "write", create),
    Endpoint("GET", "/apps/{app}/builds/{build}", "read", show),
)
