"""Against Heroku's own examples and schema, where a copy of them lies beside the project."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from heroku.access import GROUPS
from heroku.endpoint import Endpoint
from heroku.endpoints import BESIDES, PUBLIC
from heroku.events import content_key, read

REFERENCE = Path(__file__).parents[2] / ".." / "shared" / "data"
PAYLOADS = sorted((REFERENCE / "payloads").glob("*.json"))
ENDPOINTS = REFERENCE / "endpoints.json"
SCHEMA = REFERENCE / "heroku-schema.json"
POSTED_TWO_WAYS = {"rollback": "create_release", "release_slug": "create_release"}


@pytest.mark.skipif(not PAYLOADS, reason="Heroku's example deliveries are not beside the project")
def test_heroku_s_own_examples_are_read() -> None:
    keys = set()
    for path in PAYLOADS:
        body = path.read_bytes()
        doc, event = json.loads(body), read(body)
        metadata = doc["webhook_metadata"]["event"]
        assert (event.id, event.include) == (metadata["id"], metadata["include"]), path.name
        assert (event.resource, event.action, event.data) == (doc["resource"], doc["action"], doc["data"]), path.name
        assert None not in (event.app, event.actor, event.created_at, event.updated_at, event.version), path.name
        keys.add(content_key(event))
    assert len(keys) == len(PAYLOADS)


beside = pytest.mark.skipif(not ENDPOINTS.exists(), reason="the list of Heroku's endpoints is not beside the project")
GROUP_NAMES = dict.fromkeys(GROUPS, "") | {"account": "account-&-limits"}


@beside
@pytest.mark.parametrize("endpoint", PUBLIC, ids=lambda endpoint: endpoint.name)
def test_an_entry_of_the_table_is_an_endpoint_of_heroku_s(endpoint: Endpoint) -> None:
    listed: dict[str, Any] = {entry["op"]: entry for entry in json.loads(ENDPOINTS.read_bytes())}
    entry = listed[POSTED_TWO_WAYS.get(endpoint.name, endpoint.name)]
    assert (endpoint.method, endpoint.path) == (entry["method"], entry["path"])
    assert (endpoint.scope, endpoint.success) == (entry["scope"], entry["documented_success"])
    assert endpoint.include == entry["webhook"]
    assert endpoint.many == (entry["list"] or endpoint.name == "batch_update_formation")
    assert set(endpoint.ranges) == set(entry["ranges"] or endpoint.ranges)
    assert (GROUP_NAMES[endpoint.group] or endpoint.group) == entry["group"].lower().replace(" ", "-")
    if endpoint.name not in ("rollback", "update_config_vars"):  # whose bodies are not described as they are
        properties, required = entry["body_properties"] or {}, entry["body_required"] or []
        assert {*endpoint.required, *endpoint.optional} <= set(properties)
        assert set(endpoint.required) == set(required)


@beside
def test_every_endpoint_of_heroku_s_list_is_in_the_table() -> None:
    ours = {POSTED_TWO_WAYS.get(endpoint.name, endpoint.name) for endpoint in PUBLIC}
    assert ours == {entry["op"] for entry in json.loads(ENDPOINTS.read_bytes())}


@pytest.mark.skipif(not SCHEMA.exists(), reason="Heroku's schema is not beside the project")
@pytest.mark.parametrize("endpoint", PUBLIC + BESIDES, ids=lambda endpoint: endpoint.name)
def test_an_entry_of_the_table_is_a_link_of_the_schema(endpoint: Endpoint) -> None:
    schema = json.loads(SCHEMA.read_bytes())
    shape = re.sub(r"\{.*?\}", "{}", endpoint.path)
    links = {
        (link["method"], re.sub(r"\{.*?\}", "{}", link["href"])): (definition["stability"], link)
        for definition in schema["definitions"].values()
        for link in definition.get("links", ())
    }
    stability, link = links[endpoint.method, shape]
    assert endpoint.stability == stability
    if endpoint in BESIDES and "properties" in link.get("schema", {}):
        assert {*endpoint.required, *endpoint.optional} <= set(link["schema"]["properties"])
        assert set(endpoint.required) == set(link["schema"].get("required", []))
