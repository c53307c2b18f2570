"""Builds from a link: what becomes of them was ordered, the link is never followed."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing, told
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

BUILDS = "/apps/acme-shop/builds"
SOURCE = {"url": "https://sources.example.com/it.tgz?signature=hush", "version": "0123456789abcdef"}


def test_a_build_is_released_under_its_version(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    made = api.post(BUILDS, json={"source_blob": SOURCE, "buildpacks": [{"name": "heroku/go"}]})
    assert (made.status_code, made.json()["status"], made.json()["release"]) == (201, "pending", None)
    assert [pack["name"] for pack in made.json()["buildpacks"]] == ["heroku/go"]
    passing(minutes=2)
    done = api.get(f"{BUILDS}/{made.json()['id']}").json()
    assert (done["status"], done["release"]["id"]) == ("succeeded", shop.releases[-1].id)
    assert (shop.releases[-1].description, shop.releases[-1].current) == ("Deploy 01234567", True)
    assert shop.releases[-1].user == simulator.world.account
    assert "hush" not in repr(shop)


@pytest.mark.parametrize(
    ("outcome", "status", "releases", "dynos"),
    [
        pytest.param("fail-build", "failed", 41, "up", id="the build fails"),
        pytest.param("fail-release-phase", "succeeded", 42, "up", id="the release phase fails"),
        pytest.param("crash", "succeeded", 42, "crashed", id="the dynos crash"),
    ],
)
def test_the_next_build_turns_out_as_ordered_and_the_one_after_well(
    api: TestClient, shop: App, passing: Passing, outcome: str, status: str, releases: int, dynos: str
) -> None:
    api.patch("/simulator/apps/acme-shop", json={"next_outcome": outcome})
    api.post(BUILDS, json={"source_blob": SOURCE})
    passing(minutes=5)
    assert (shop.builds[-1].status, len(shop.releases)) == (status, releases)
    assert [dyno.state for dyno in shop.dynos.values()] == [dynos]
    api.post(BUILDS, json={"source_blob": SOURCE})
    passing(minutes=5)
    assert [dyno.state for dyno in shop.dynos.values()] == ["up"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no source"),
        pytest.param({"source_blob": {}}, id="no link"),
        pytest.param({"source_blob": {"url": "file:///etc/hosts"}}, id="other scheme"),
        pytest.param({"source_blob": "https://sources.example.com/it.tgz"}, id="no object"),
        pytest.param({"source_blob": SOURCE, "buildpacks": ["heroku/go"]}, id="buildpacks no objects"),
    ],
)
def test_a_build_that_makes_no_sense_is_refused(api: TestClient, simulator: Simulator, shop: App, body: Any) -> None:
    assert api.post(BUILDS, json=body).status_code == 422
    assert told(simulator) == []
