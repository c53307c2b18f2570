"""What the API shows is what Heroku's own schema says it shows: no unknown field, no wrong type."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

SCHEMA = Path(__file__).parents[3] / "shared" / "data" / "heroku-schema.json"
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}
# Fields that real answers have and the schema does not know, and those that not every real answer has.
BEYOND = {"release": {"slug.commit", "slug.commit_description"}}
LEFT_OUT = {
    "app": {"generation"},
    "build": {"generation"},
    "account": {"identity_provider", "sms_number", "country_of_residence", "default_organization", "default_team"},
}


@pytest.fixture(scope="module")
def schema() -> Any:
    if not SCHEMA.exists():
        pytest.skip("Heroku's schema does not lie beside this checkout")
    return json.loads(SCHEMA.read_text())


def resolved(schema: Any, node: Any) -> Any:
    while "$ref" in node:
        target = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def complaints(schema: Any, kind: str, body: Any) -> Iterator[str]:
    """Everything about the body that the schema's definition of this kind of thing does not allow."""
    properties = schema["definitions"][kind]["properties"]
    beyond, left_out = BEYOND.get(kind, set()), LEFT_OUT.get(kind, set())
    for name in properties.keys() - body.keys() - left_out:
        yield f"{name} is missing"
    yield from unfit(schema, properties, body, beyond, "")


def unfit(schema: Any, properties: Any, body: Any, beyond: set[str], prefix: str) -> Iterator[str]:
    for name, value in body.items():
        path = f"{prefix}{name}"
        if name not in properties:
            if path not in beyond:
                yield f"{path} is not in the schema"
            continue
        node = resolved(schema, properties[name])
        if not fits(node, value):
            yield f"{path} is {value!r}"
        elif isinstance(value, dict) and "properties" in node:
            yield from unfit(schema, node["properties"], value, beyond, f"{path}.")


def fits(node: Any, value: Any) -> bool:
    types = [kind for name in node.get("type", PYTHON_TYPES) for kind in PYTHON_TYPES[name]]
    if type(value) not in types or (value is not None and "enum" in node and value not in node["enum"]):
        return False
    if isinstance(value, str):
        return well_formed(node.get("format"), value) and re.search(node.get("pattern", ""), value) is not None
    return True


def well_formed(form: str | None, value: str) -> bool:
    try:
        match form:
            case "uuid":
                return str(UUID(value)) == value
            case "date-time":
                return datetime.fromisoformat(value).tzinfo is not None
            case _:
                return True
    except ValueError:
        return False


PATHS = [
    ("app", "/apps/acme-shop"),
    ("release", "/apps/acme-shop/releases"),
    ("release", "/apps/acme-box/releases"),
    ("build", "/apps/acme-shop/builds"),
    ("dyno", "/apps/acme-shop/dynos"),
    ("account", "/account"),
    ("rate-limit", "/account/rate-limits"),
]


@pytest.mark.parametrize(("kind", "path"), PATHS, ids=[path for _, path in PATHS])
def test_bodies_obey_the_official_schema(
    schema: Any, api: TestClient, simulator: Simulator, shop: App, kind: str, path: str
) -> None:
    simulator.add_app("acme-box", container=True)
    simulator.deploy("acme-shop", "fail-release-phase")
    simulator.set_config("acme-shop", ["A"])
    body = api.get(path).json()
    things = body if isinstance(body, list) else [body]
    assert things
    assert [complaint for thing in things for complaint in complaints(schema, kind, thing)] == []


@pytest.mark.parametrize(("kind", "path"), [("app", "/apps"), ("build", "/apps/acme-shop/builds")])
def test_lists_can_be_ordered_by_what_the_schema_names(
    schema: Any, api: TestClient, shop: App, kind: str, path: str
) -> None:
    (official,) = (link["ranges"] for link in schema["definitions"][kind]["links"] if link["title"] == "List")
    assert set(api.get(path).headers["Accept-Ranges"].split(", ")) == set(official)


def test_a_webhook_has_the_fields_that_the_schema_requires(
    schema: Any, api: TestClient, simulator: Simulator, shop: App
) -> None:
    simulator.subscribe("https://hooks.acme.example/", app="acme-shop")
    (webhook,) = api.get("/apps/acme-shop/webhooks").json()
    assert set(webhook) == set(schema["definitions"]["app-webhook"]["required"])


def test_the_check_would_notice(schema: Any, api: TestClient, shop: App) -> None:
    body = api.get("/apps/acme-shop/releases/41").json()
    wrong = {**body, "version": "41", "status": "fine", "id": "41", "created_at": "now", "extra": 1}
    del wrong["current"]
    assert set(complaints(schema, "release", wrong)) == {
        "version is '41'",
        "status is 'fine'",
        "id is '41'",
        "created_at is 'now'",
        "extra is not in the schema",
        "current is missing",
    }
