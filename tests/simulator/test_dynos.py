"""Dynos are restarted, stopped and run once over the API."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing, last, told
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

DYNOS = "/apps/acme-shop/dynos"


def test_a_restarted_dyno_makes_room_for_another_at_once(api: TestClient, simulator: Simulator, shop: App) -> None:
    before = shop.dynos["web.1"].id
    assert api.delete(f"{DYNOS}/{before}").status_code == 202
    assert api.get(f"{DYNOS}/{before}").status_code == 404
    assert shop.dynos["web.1"].id != before
    assert told(simulator)[:3] == [("dyno", "destroy"), ("api:dyno", "create"), ("dyno", "create")]


def test_all_dynos_restart_but_one_offs_go_on(api: TestClient, shop: App) -> None:
    api.patch("/apps/acme-shop/formation/worker", json={"quantity": 1})
    one_off = api.post(DYNOS, json={"command": "sleep 60"}).json()
    before = {dyno.name: dyno.id for dyno in shop.dynos.values()}
    assert api.delete(DYNOS).status_code == 202
    after = {dyno.name: dyno.id for dyno in shop.dynos.values()}
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] == after[name]] == [one_off["name"]]


def test_a_stopped_dyno_is_started_again_by_the_platform(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    assert api.post(f"{DYNOS}/web.1/actions/stop").status_code == 202
    assert shop.dynos == {}
    passing(minutes=1)
    assert [(dyno.name, dyno.state) for dyno in shop.dynos.values()] == [("web.1", "up")]


def test_a_restart_keeps_crashing_code_crashing(api: TestClient, simulator: Simulator, shop: App, passing: Any) -> None:
    simulator.deploy("acme-shop", "crash")
    passing(minutes=5)
    api.delete(DYNOS)
    assert [dyno.state for dyno in shop.dynos.values()] == ["starting"]
    passing(minutes=1)
    assert [dyno.state for dyno in shop.dynos.values()] == ["crashed"]


@pytest.mark.parametrize(
    ("command", "seconds", "end"),
    [
        pytest.param({"command": "rake db:migrate"}, 26, ("complete", 0), id="ends well after a while"),
        pytest.param({"command": "exit 3"}, 26, ("crashed", 3), id="ends badly"),
        pytest.param({"command": "sleep 100"}, 106, ("complete", 0), id="says how long"),
        pytest.param({"command": "sleep 100", "time_to_live": 30}, 30, ("crashed", 143), id="its time is up"),
    ],
)
def test_a_one_off_runs_and_ends(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing, command: Any, seconds: int, end: Any
) -> None:
    made = api.post(DYNOS, json=command).json()
    assert (made["type"], made["state"], made["release"]["version"]) == ("run", "starting", 41)
    assert made["name"].startswith("run.")
    passing(seconds=seconds - 1)
    assert made["name"] in shop.dynos
    passing(seconds=1)
    assert made["name"] not in shop.dynos
    data = last(simulator, "dyno")["data"]
    assert ((data["state"], data["exit_status"]), data["management"]) == (end, "run")
    assert told(simulator) == [("api:dyno", "create"), ("dyno", "create"), ("dyno", "update"), ("dyno", "destroy")]


def test_a_one_off_that_is_restarted_only_ends(api: TestClient, shop: App, passing: Passing) -> None:
    made = api.post(DYNOS, json={"command": "sleep 60", "attach": True}).json()
    assert made["attach_url"].startswith("rendezvous://")
    assert made["attach_url"] not in repr(shop.dynos)
    assert api.delete(f"{DYNOS}/{made['name']}").status_code == 202
    passing(minutes=5)
    assert list(shop.dynos) == ["web.1"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no command"),
        pytest.param({"command": ""}, id="empty command"),
        pytest.param({"command": "ls", "size": "Huge"}, id="unknown size"),
        pytest.param({"command": "ls", "time_to_live": 0}, id="no time"),
        pytest.param({"command": "ls", "time_to_live": 86_401}, id="more than a day"),
        pytest.param({"command": "ls", "type": "web"}, id="a type of the formation"),
        pytest.param({"command": "ls", "attach": "yes"}, id="attach no boolean"),
    ],
)
def test_a_one_off_that_makes_no_sense_is_refused(api: TestClient, shop: App, body: Any) -> None:
    assert api.post(DYNOS, json=body).status_code == 422
    assert list(shop.dynos) == ["web.1"]


def test_nothing_runs_before_there_is_code(api: TestClient) -> None:
    api.post("/apps", json={"name": "acme-new"})
    assert api.post("/apps/acme-new/dynos", json={"command": "ls"}).status_code == 422
