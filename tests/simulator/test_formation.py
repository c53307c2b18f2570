"""The formation is scaled, and the dynos follow."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing, last, told
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.sizes import fixed_id

FORMATION = "/apps/acme-shop/formation"


def dynos(app: App) -> list[tuple[str, str, str]]:
    return sorted((dyno.name, dyno.size, dyno.state) for dyno in app.dynos.values())


def test_more_and_fewer_dynos_start_and_stop(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    assert api.patch(f"{FORMATION}/web", json={"quantity": 3}).json()["quantity"] == 3
    assert told(simulator) == [("api:formation", "update"), *[("api:dyno", "create"), ("dyno", "create")] * 2]
    passing(minutes=1)
    assert dynos(shop) == [(f"web.{number}", "Standard-1X", "up") for number in (1, 2, 3)]
    api.patch(f"{FORMATION}/web", json={"quantity": 0})
    assert shop.dynos == {}
    assert told(simulator)[-3:] == [("dyno", "destroy")] * 3
    assert len(shop.releases) == 41


def test_another_size_replaces_all_dynos_of_the_type(api: TestClient, simulator: Simulator, shop: App) -> None:
    before = shop.dynos["web.1"].id
    answer = api.patch(f"{FORMATION}/web", json={"dyno_size": {"id": fixed_id("Performance-M")}})
    assert answer.json()["dyno_size"]["name"] == answer.json()["size"] == "Performance-M"
    assert dynos(shop) == [("web.1", "Performance-M", "starting")]
    assert shop.dynos["web.1"].id != before
    assert last(simulator, "api:formation")["data"]["size"] == "Performance-M"
    assert "dyno_size" not in last(simulator, "api:formation")["data"]


def test_several_types_change_together(api: TestClient, simulator: Simulator, shop: App) -> None:
    updates = [{"type": "web", "quantity": 2}, {"type": "worker", "quantity": 1, "size": "standard-2x"}]
    answer = api.patch(FORMATION, json={"updates": updates}).json()
    assert [(each["type"], each["quantity"], each["size"]) for each in answer] == [
        ("web", 2, "Standard-1X"),
        ("worker", 1, "Standard-2X"),
    ]
    assert [name for name, _, _ in dynos(shop)] == ["web.1", "web.2", "worker.1"]


def test_what_is_already_so_is_not_told(api: TestClient, simulator: Simulator, shop: App) -> None:
    assert api.patch(f"{FORMATION}/web", json={"quantity": 1}).status_code == 200
    assert told(simulator) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param([{"type": "web", "quantity": 2}, {"type": "clock", "quantity": 1}], 404, id="unknown type"),
        pytest.param([{"type": "web", "quantity": -1}], 422, id="fewer than none"),
        pytest.param([{"type": "web", "quantity": "2"}], 422, id="no number"),
        pytest.param([{"type": "web", "quantity": True}], 422, id="true is no number"),
        pytest.param([{"type": "web", "size": "Huge"}], 422, id="unknown size"),
        pytest.param([{"quantity": 2}], 422, id="no type"),
        pytest.param("web=2", 422, id="no list"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing_at_all(
    api: TestClient, simulator: Simulator, shop: App, body: Any, status: int
) -> None:
    assert api.patch(FORMATION, json={"updates": body}).status_code == status
    assert len(shop.dynos) == 1
    assert told(simulator) == []


def test_a_new_process_type_is_an_update_and_a_lost_one_a_destroy(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    api.patch(f"{FORMATION}/worker", json={"quantity": 1})
    simulator.deploy("acme-shop", processes=["web", "clock"])
    passing(minutes=5)
    events = [each.body for each in simulator.outbox.events if each.include == "api:formation"][1:]
    assert [(each["action"], each["data"]["type"], each["data"]["quantity"]) for each in events] == [
        ("destroy", "worker", 0),
        ("update", "clock", 0),
    ]
    assert list(shop.dynos) == ["web.1"]
    assert [each["type"] for each in api.get(FORMATION).json()] == ["clock", "web"]


def test_the_formation_survives_a_release(api: TestClient, shop: App, simulator: Simulator, passing: Passing) -> None:
    api.patch(f"{FORMATION}/web", json={"quantity": 2})
    simulator.deploy("acme-shop")
    passing(minutes=5)
    assert [(dyno.name, dyno.release.version) for dyno in shop.dynos.values()] == [("web.1", 42), ("web.2", 42)]


def test_people_scale_with_tokens_of_their_own(api: TestClient, simulator: Simulator, shop: App) -> None:
    token = api.post("/simulator/tokens", json={"account": "developer@acme.example"}).json()["token"]
    api.patch(f"{FORMATION}/web", json={"quantity": 2}, headers={"Authorization": f"Bearer {token}"})
    assert last(simulator, "api:formation")["actor"]["email"] == "developer@acme.example"
    api.patch(f"{FORMATION}/web", json={"quantity": 1})
    assert last(simulator, "api:formation")["actor"]["email"] == simulator.world.account.email
