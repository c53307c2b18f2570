"""Apps are made, changed and deleted over the API, and each time somebody is told."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing, last, told
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator


def test_a_new_app_has_two_releases_and_no_code(api: TestClient, simulator: Simulator) -> None:
    made = api.post("/apps", json={"name": "acme-new"})
    assert (made.status_code, made.json()["name"], made.json()["owner"]["email"]) == (
        201,
        "acme-new",
        simulator.world.account.email,
    )
    assert [each["description"] for each in api.get("/apps/acme-new/releases").json()] == [
        "Initial release",
        "Enable Logplex",
    ]
    assert api.get("/apps/acme-new/dynos").json() == []
    assert told(simulator, "api:app") == [("api:app", "create")]
    assert "app" not in last(simulator, "api:app")["data"]


def test_an_app_without_a_name_gets_one(api: TestClient, simulator: Simulator) -> None:
    assert api.post("/apps").json()["name"].startswith("round-plum-")


def test_the_first_build_of_a_new_app_brings_its_formation(
    api: TestClient, simulator: Simulator, passing: Passing
) -> None:
    api.post("/apps", json={"name": "acme-new"})
    api.post("/apps/acme-new/builds", json={"source_blob": {"url": "https://sources.example.com/it.tgz"}})
    passing(minutes=2)
    assert [(each["type"], each["quantity"]) for each in api.get("/apps/acme-new/formation").json()] == [("web", 1)]
    assert [each["state"] for each in api.get("/apps/acme-new/dynos").json()] == ["up"]
    assert told(simulator, "api:formation") == [("api:formation", "update")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"name": "Acme"}, "Name must start with a letter", id="capitals"),
        pytest.param({"name": "acme-shop"}, "Name acme-shop is already taken.", id="taken"),
        pytest.param({"name": 7}, "Name must be a text.", id="no text"),
        pytest.param({"name": "acme-new", "region": "mars"}, "Couldn't find region mars", id="region"),
        pytest.param({"name": "acme-new", "stack": "cedar-10"}, "Couldn't find stack cedar-10", id="stack"),
    ],
)
def test_an_app_that_makes_no_sense_is_refused(
    api: TestClient, simulator: Simulator, shop: App, body: Any, message: str
) -> None:
    refused = api.post("/apps", json=body)
    assert (refused.status_code, refused.json()["id"]) == (422, "invalid_params")
    assert refused.json()["message"].startswith(message)
    assert told(simulator) == []


def test_maintenance_and_a_new_name_are_told_once(api: TestClient, simulator: Simulator, shop: App) -> None:
    for _ in range(2):
        answer = api.patch("/apps/acme-shop", json={"maintenance": True, "build_stack": "heroku-22"})
        assert (answer.json()["maintenance"], answer.json()["build_stack"]["name"]) == (True, "heroku-22")
    assert told(simulator) == [("api:app", "update")]
    assert api.patch("/apps/acme-shop", json={"name": "acme-store"}).json()["id"] == shop.id
    assert api.get("/apps/acme-shop").status_code == 404
    assert last(simulator, "api:app")["data"]["name"] == "acme-store"


def test_deleting_a_guarded_app_wants_to_be_confirmed(api: TestClient, simulator: Simulator, shop: App) -> None:
    shop.guarded = True
    for path in ("/apps/acme-shop", "/apps/acme-shop?confirm=acme-else"):
        refused = api.delete(path)
        assert (refused.status_code, refused.json()["id"]) == (423, "confirmation_required")
    assert "acme-shop" in refused.json()["message"]
    assert told(simulator) == []
    assert api.delete("/apps/acme-shop?confirm=acme-shop").status_code == 200
    assert api.get("/apps/acme-shop").status_code == 404


def test_what_was_planned_for_a_deleted_app_never_happens(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    simulator.subscribe("https://hooks.acme.example/", app="acme-shop")
    simulator.deploy("acme-shop")
    api.post("/apps/acme-shop/addons", json={"plan": "papertrail"})
    passing(seconds=41)
    assert api.delete("/apps/acme-shop").status_code == 200
    before = told(simulator)
    assert before[-1] == ("api:app", "destroy")
    passing(hours=1)
    assert told(simulator) == before
    assert simulator.events()[-1]["action"] == "destroy"


def test_an_app_of_another_account_is_forbidden_and_not_listed(api: TestClient, simulator: Simulator) -> None:
    stranger = api.post("/simulator/tokens", json={"account": "guest@acme.example"}).json()["token"]
    headers = {"Authorization": f"Bearer {stranger}"}
    simulator.add_app("acme-shop")
    refused = api.get("/apps/acme-shop", headers=headers)
    assert (refused.status_code, refused.json()["id"]) == (403, "forbidden")
    assert api.get("/apps", headers=headers).json() == []
    api.post("/apps/acme-shop/collaborators", json={"user": "guest@acme.example"})
    assert [app["name"] for app in api.get("/apps", headers=headers).json()] == ["acme-shop"]


def test_pipelines_are_made_and_found_by_name_and_id(api: TestClient) -> None:
    made = api.post("/pipelines", json={"name": "acme-line"})
    assert made.status_code == 201
    for wanted in ("acme-line", made.json()["id"]):
        assert api.get(f"/pipelines/{wanted}").json() == made.json()
    assert api.get("/pipelines").json() == [made.json()]
    assert api.post("/pipelines", json={"name": "acme-line"}).json()["message"] == "Name is already taken."
    assert api.post("/pipelines", json={"name": "A"}).status_code == 422
    assert api.get("/pipelines/acme-none").status_code == 404
