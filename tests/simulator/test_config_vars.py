"""Config vars: set, removed, read back, restored by a rollback, and never told by value."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing, last, told
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

CONFIG = "/apps/acme-shop/config-vars"


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        pytest.param({"A": "1", "B": "2"}, "Set A, B config vars", id="two"),
        pytest.param({"A": "1"}, "Set A config vars", id="one"),
        pytest.param({"DATABASE_URL": None}, "Remove DATABASE_URL config vars", id="removed"),
        pytest.param({"A": "1", "DATABASE_URL": None}, "Set A, DATABASE_URL config vars", id="both"),
    ],
)
def test_a_change_is_a_release_that_names_the_keys(
    api: TestClient, simulator: Simulator, shop: App, changes: Any, description: str
) -> None:
    expected = {key: value for key, value in {**shop.config, **changes}.items() if value is not None}
    assert api.patch(CONFIG, json=changes).json() == expected
    assert api.get(CONFIG).json() == expected == api.get("/apps/acme-shop/releases/42/config-vars").json()
    assert (shop.releases[-1].description, shop.releases[-1].slug) == (description, shop.releases[-2].slug)
    assert told(simulator) == [("api:release", "create")]


@pytest.mark.parametrize("changes", [{}, {"NEVER_SET": None}, {"KEPT": "so"}], ids=["none", "absent", "the same"])
def test_what_is_already_so_is_no_release(
    api: TestClient, simulator: Simulator, shop: App, changes: dict[str, Any]
) -> None:
    shop.config["KEPT"] = "so"
    assert api.patch(CONFIG, json=changes).status_code == 200
    assert len(shop.releases) == 41


@pytest.mark.parametrize("changes", [{"A B": "1"}, {"A": 1}, {"A": {"B": "1"}}], ids=["name", "number", "object"])
def test_a_change_that_makes_no_sense_is_refused(
    api: TestClient, simulator: Simulator, shop: App, changes: dict[str, Any]
) -> None:
    before = dict(shop.config)
    assert api.patch(CONFIG, json={"GOOD": "1", **changes}).status_code == 422
    assert (shop.config, len(shop.releases)) == (before, 41)


def test_values_stand_in_no_event(api: TestClient, simulator: Simulator, shop: App, passing: Passing) -> None:
    api.patch(CONFIG, json={"PASSWORD": "hush-hush"})
    passing(minutes=2)
    assert "PASSWORD" in last(simulator, "api:release")["data"]["description"]
    assert "hush-hush" not in json.dumps([each.body for each in simulator.outbox.events])
    assert "hush-hush" not in repr(shop)
    assert not [line for line in shop.log.lines if "hush-hush" in line.text]


def test_a_value_can_say_that_it_crashes_the_app(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    api.patch(CONFIG, json={"POOL": "crash"})
    passing(minutes=5)
    assert [dyno.state for dyno in shop.dynos.values()] == ["crashed"]
    api.post("/apps/acme-shop/releases", json={"release": shop.releases[40].id})
    passing(minutes=5)
    assert "POOL" not in api.get(CONFIG).json()
    assert [dyno.state for dyno in shop.dynos.values()] == ["up"]


def test_an_old_release_shows_the_config_of_its_time(api: TestClient, shop: App) -> None:
    api.patch(CONFIG, json={"A": "1"})
    assert "A" not in api.get("/apps/acme-shop/releases/41/config-vars").json()
    assert api.get("/apps/acme-shop/releases/99/config-vars").status_code == 404
