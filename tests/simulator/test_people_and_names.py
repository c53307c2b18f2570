"""Domains and collaborators come and go."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing, last, told
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

DOMAINS, PEOPLE = "/apps/acme-shop/domains", "/apps/acme-shop/collaborators"


def test_a_domain_is_served_after_a_while_and_can_be_removed(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    made = api.post(DOMAINS, json={"hostname": "shop.acme.example", "sni_endpoint": None})
    assert (made.status_code, made.json()["status"], made.json()["kind"]) == (201, "pending", "custom")
    passing(minutes=1)
    removed = api.delete(f"{DOMAINS}/shop.acme.example")
    assert (removed.status_code, removed.json()["id"]) == (200, made.json()["id"])
    assert told(simulator) == [("api:domain", action) for action in ("create", "update", "destroy")]
    assert [each["kind"] for each in api.get(DOMAINS).json()] == ["heroku"]


def test_a_domain_removed_in_the_meantime_is_never_served(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    made = api.post(DOMAINS, json={"hostname": "shop.acme.example", "sni_endpoint": None}).json()
    api.delete(f"{DOMAINS}/{made['id']}")
    passing(minutes=1)
    assert told(simulator) == [("api:domain", "create"), ("api:domain", "destroy")]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        pytest.param({"hostname": "shop.acme.example"}, 422, "Require params: sni_endpoint.", id="no sni_endpoint"),
        pytest.param({}, 422, "Require params: hostname, sni_endpoint.", id="nothing"),
        pytest.param({"hostname": "no host", "sni_endpoint": None}, 422, "no host is not a valid", id="no host"),
        pytest.param(
            {"hostname": "taken.acme.example", "sni_endpoint": None},
            422,
            "taken.acme.example is currently in use by another app.",
            id="taken",
        ),
        pytest.param({"hostname": "a.acme.example", "sni_endpoint": "x"}, 404, "Couldn't find that SNI", id="sni"),
    ],
)
def test_a_domain_that_cannot_be_added_is_refused(
    api: TestClient, simulator: Simulator, shop: App, body: Any, status: int, message: str
) -> None:
    simulator.add_app("acme-news")
    api.post("/apps/acme-news/domains", json={"hostname": "taken.acme.example", "sni_endpoint": None})
    refused = api.post(DOMAINS, json=body)
    assert refused.status_code == status
    assert refused.json()["message"].startswith(message)
    assert len(shop.domains) == 1


def test_herokus_own_name_stays(api: TestClient, shop: App) -> None:
    assert api.delete(f"{DOMAINS}/{shop.domains[0].hostname}").status_code == 403
    assert api.delete(f"{DOMAINS}/none.acme.example").status_code == 404
    assert len(shop.domains) == 1


def test_a_collaborator_is_let_in_and_put_out(api: TestClient, simulator: Simulator, shop: App) -> None:
    made = api.post(PEOPLE, json={"user": "guest@acme.example", "silent": True})
    assert (made.status_code, made.json()["role"]) == (201, "collaborator")
    assert last(simulator, "api:collaborator")["data"]["user"]["email"] == "guest@acme.example"
    assert api.delete(f"{PEOPLE}/guest@acme.example").json()["id"] == made.json()["id"]
    assert told(simulator) == [("api:collaborator", "create"), ("api:collaborator", "destroy")]
    assert {each["role"] for each in api.get(PEOPLE).json()} == {"owner", "collaborator"}


@pytest.mark.parametrize(
    ("user", "status"),
    [
        pytest.param("developer@acme.example", 422, id="already in"),
        pytest.param("a@b", 422, id="no address"),
        pytest.param("someone", 404, id="no such user"),
        pytest.param(7, 422, id="no text"),
    ],
)
def test_who_cannot_be_let_in_is_refused(
    api: TestClient, simulator: Simulator, shop: App, user: Any, status: int
) -> None:
    assert api.post(PEOPLE, json={"user": user}).status_code == status
    assert (len(shop.collaborators), told(simulator)) == (2, [])


def test_the_owner_stays(api: TestClient, shop: App) -> None:
    assert api.delete(f"{PEOPLE}/{shop.owner.email}").status_code == 403
    assert api.delete(f"{PEOPLE}/nobody@acme.example").status_code == 404
