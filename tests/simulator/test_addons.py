"""Add-ons come with their config vars and go with them, each way with a release."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing, last, told
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

ADDONS = "/apps/acme-shop/addons"


def test_an_addon_is_provided_after_a_while_by_its_provider(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    made = api.post(ADDONS, json={"plan": "heroku-redis:mini", "name": "the-queue"})
    assert (made.status_code, made.json()["state"], made.json()["config_vars"]) == (201, "provisioning", [])
    assert "REDIS_URL" not in shop.config
    passing(minutes=5)
    found = api.get(f"{ADDONS}/the-queue").json()
    assert (found["id"], found["state"], found["config_vars"]) == (made.json()["id"], "provisioned", ["REDIS_URL"])
    assert shop.config["REDIS_URL"].startswith("redis://")
    assert told(simulator)[:4] == [
        ("api:addon", "create"),
        ("api:addon-attachment", "create"),
        ("api:addon", "update"),
        ("api:release", "create"),
    ]
    release = last(simulator, "api:release")
    assert release["data"]["description"] == "Attach REDIS (@ref:the-queue)"
    assert release["actor"]["email"] == "datastore@addons.heroku.com"
    assert "heroku-redis:mini" in release["data"]["addon_plan_names"]


def test_an_addon_is_removed_with_its_vars_when_confirmed(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    shop.guarded = True
    path = f"{ADDONS}/postgresql-round-12345"
    assert (refused := api.delete(path)).status_code == 423
    assert refused.json()["id"] == "confirmation_required"
    assert "DATABASE_URL" in shop.config
    removed = api.request("DELETE", path, json={"confirm": "acme-shop"})
    assert (removed.status_code, removed.json()["state"]) == (200, "deprovisioned")
    assert "DATABASE_URL" not in shop.config
    assert last(simulator, "api:addon")["action"] == "destroy"
    assert shop.releases[-1].description == "Detach DATABASE (@ref:postgresql-round-12345)"
    assert shop.releases[-1].addon_plans == ()
    assert api.get(ADDONS).json() == []


def test_what_costs_is_confirmed_where_the_app_is_guarded(api: TestClient, shop: App) -> None:
    shop.guarded = True
    assert api.post(ADDONS, json={"plan": "heroku-redis"}).status_code == 423
    assert api.post(ADDONS, json={"plan": "heroku-redis", "confirm": "acme-shop"}).status_code == 201
    assert api.post(ADDONS, json={"plan": "papertrail:choklad"}).status_code == 201


def test_an_addon_still_being_provided_is_a_conflict_to_remove(api: TestClient, shop: App) -> None:
    api.post(ADDONS, json={"plan": "papertrail", "name": "papers"})
    refused = api.delete(f"{ADDONS}/papers")
    assert (refused.status_code, refused.json()["id"]) == (409, "conflict")


def test_a_second_database_gets_a_place_of_its_own(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    api.post(ADDONS, json={"plan": "heroku-postgresql"})
    api.post(ADDONS, json={"plan": "heroku-postgresql", "attachment": {"name": "ARCHIVE"}})
    passing(minutes=1)
    assert {"DATABASE_URL", "HEROKU_POSTGRESQL_1_URL", "ARCHIVE_URL"} <= set(shop.config)


def test_a_rollback_takes_no_addon_back(api: TestClient, shop: App, passing: Passing) -> None:
    api.post(ADDONS, json={"plan": "heroku-redis"})
    passing(minutes=5)
    api.post("/apps/acme-shop/releases", json={"release": shop.releases[40].id})
    passing(minutes=5)
    assert shop.current is not None
    assert shop.current.description == "Rollback to v41"
    assert {"REDIS_URL", "DATABASE_URL"} <= set(shop.config)
    assert len(shop.addons) == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"plan": "heroku-nothing:big"}, 404, id="unknown plan"),
        pytest.param({}, 422, id="no plan"),
        pytest.param({"plan": "papertrail", "name": "postgresql-round-12345"}, 422, id="name taken"),
        pytest.param({"plan": "papertrail", "name": "1st"}, 422, id="no name"),
        pytest.param({"plan": "papertrail", "attachment": "X"}, 422, id="attachment no object"),
    ],
)
def test_an_addon_that_cannot_be_had_is_refused(
    api: TestClient, simulator: Simulator, shop: App, body: Any, status: int
) -> None:
    assert api.post(ADDONS, json=body).status_code == status
    assert (len(shop.addons), told(simulator)) == (1, [])
