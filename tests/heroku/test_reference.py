"""Against Heroku's own examples and schema, where a copy of them lies beside the project."""

import json
from pathlib import Path
from typing import Any

import pytest

from heroku.endpoints import TABLE, Endpoint
from heroku.events import content_key, read

REFERENCE = Path(__file__).parents[2] / ".." / "shared" / "data"
PAYLOADS = sorted((REFERENCE / "payloads").glob("*.json"))
ENDPOINTS = REFERENCE / "endpoints.json"
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


@pytest.mark.skipif(not ENDPOINTS.exists(), reason="the list of Heroku's endpoints is not beside the project")
@pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)
def test_an_entry_of_the_table_is_an_endpoint_of_heroku_s(endpoint: Endpoint) -> None:
    listed: dict[str, Any] = {entry["op"]: entry for entry in json.loads(ENDPOINTS.read_bytes())}
    entry = listed[POSTED_TWO_WAYS.get(endpoint.name, endpoint.name)]
    assert (endpoint.method, endpoint.path) == (entry["method"], entry["path"])
    assert (endpoint.scope, endpoint.success) == (entry["scope"], entry["documented_success"])
    assert endpoint.include == entry["webhook"]
    assert endpoint.order is None or endpoint.order in (entry["ranges"] or ["version"])
