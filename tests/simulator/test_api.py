"""The API over HTTP: heads that are checked, answers in the real one's shapes, refusals in its words."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Passing
from toolbelt.simulator.app import create_app
from toolbelt.simulator.rates import POOL, RatePool
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

RELEASES = "/apps/acme-shop/releases"


def test_an_app_is_found_by_name_and_by_id(api: TestClient, shop: App) -> None:
    by_name, by_id = api.get("/apps/acme-shop").json(), api.get(f"/apps/{shop.id}").json()
    assert by_name == by_id
    assert (by_name["id"], by_name["name"]) == (shop.id, "acme-shop")
    assert [app["name"] for app in api.get("/apps").json()] == ["acme-shop"]


def test_a_release_is_found_by_id_and_by_version(api: TestClient, shop: App) -> None:
    release = shop.releases[11]
    assert api.get(f"{RELEASES}/12").json() == api.get(f"{RELEASES}/{release.id}").json()
    assert api.get(f"{RELEASES}/12").json()["version"] == 12
    assert api.get(f"{RELEASES}/v12").status_code == 404


def test_a_rollback_answers_201_with_the_pending_release(api: TestClient, shop: App) -> None:
    target = shop.releases[-2]
    answer = api.post(RELEASES, json={"release": target.id})
    body = answer.json()
    assert answer.status_code == 201
    assert (body["version"], body["description"], body["status"], body["current"]) == (
        42,
        "Rollback to v40",
        "pending",
        False,
    )


def test_a_slug_is_released_with_the_description_given(api: TestClient, shop: App) -> None:
    slug = shop.releases[-2].slug
    assert slug is not None
    body = api.post(RELEASES, json={"slug": slug.id, "description": "Take it back"}).json()
    assert (body["slug"]["id"], body["description"]) == (slug.id, "Take it back")


def test_container_apps_show_no_slug_but_roll_back_all_the_same(simulator: Simulator, api: TestClient) -> None:
    app = simulator.add_app("acme-box", container=True)
    assert api.get("/apps/acme-box/releases/41").json()["slug"] is None
    assert api.post("/apps/acme-box/releases", json={"release": app.releases[-2].id}).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        pytest.param({"release": 40}, 422, "invalid_params", id="a number"),
        pytest.param({"release": "40"}, 422, "invalid_params", id="a number as text"),
        pytest.param({"release": "v40"}, 422, "invalid_params", id="a version"),
        pytest.param({"release": None}, 422, "invalid_params", id="null"),
        pytest.param({"release": str(uuid4())}, 404, "not_found", id="unknown"),
        pytest.param({"slug": str(uuid4())}, 404, "not_found", id="unknown slug"),
        pytest.param({}, 422, "invalid_params", id="neither"),
        pytest.param({"release": str(uuid4()), "slug": str(uuid4())}, 422, "invalid_params", id="both"),
        pytest.param([1], 400, "bad_request", id="no object"),
    ],
)
def test_a_release_that_cannot_be_made_is_refused(
    api: TestClient, shop: App, body: Any, status: int, error: str
) -> None:
    answer = api.post(RELEASES, json=body)
    assert (answer.status_code, answer.json()["id"]) == (status, error)
    assert answer.json()["message"]
    assert len(shop.releases) == 41


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        pytest.param({"Authorization": ""}, 401, "unauthorized", id="no credentials"),
        pytest.param({"Authorization": "Bearer "}, 401, "unauthorized", id="empty token"),
        pytest.param({"Authorization": "Basic Zm9v"}, 401, "unauthorized", id="other scheme"),
        pytest.param({"Accept": "application/json"}, 400, "missing_version", id="plain JSON"),
        pytest.param({"Accept": "application/vnd.heroku+json"}, 400, "missing_version", id="no version"),
        pytest.param({"Accept": "application/vnd.heroku+json; version=2"}, 406, "not_acceptable", id="version 2"),
        pytest.param({"User-Agent": ""}, 400, "bad_request", id="no user agent"),
    ],
)
def test_a_request_with_a_wrong_head_is_refused(
    api: TestClient, shop: App, headers: dict[str, str], status: int, error: str
) -> None:
    answer = api.get("/apps/acme-shop", headers=headers)
    assert (answer.status_code, answer.json()["id"]) == (status, error)


def test_only_the_tokens_given_are_let_in_when_any_are_given(simulator: Simulator, shop: App) -> None:
    app = create_app(simulator, tokens={"HRKU-the-one"}, clock=lambda: simulator.now)
    accept = {"Accept": "application/vnd.heroku+json; version=3.webhooks"}
    client = TestClient(app, headers=accept)
    statuses = [
        client.get("/account", headers={"Authorization": f"Bearer {token}"}).status_code
        for token in ("HRKU-the-one", "HRKU-another")
    ]
    assert statuses == [200, 401]
    made = client.post(
        "/oauth/authorizations", json={"scope": ["identity"]}, headers={"Authorization": "Bearer HRKU-the-one"}
    ).json()
    issued = {"Authorization": f"Bearer {made['access_token']['token']}"}
    assert client.get("/account", headers=issued).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/nothing/here", id="unknown path"),
        pytest.param("PATCH", RELEASES, id="unknown verb"),
        pytest.param("GET", "/apps/acme-else", id="unknown app"),
        pytest.param("GET", f"{RELEASES}/99", id="unknown release"),
        pytest.param("GET", "/apps/acme-shop/builds/99", id="unknown build"),
    ],
)
def test_what_is_not_there_is_404_with_an_id_and_a_message(api: TestClient, shop: App, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert (answer.status_code, answer.json()["id"]) == (404, "not_found")
    assert answer.json()["message"]


def test_every_answer_has_its_own_request_id_and_says_what_is_left(api: TestClient, shop: App) -> None:
    first, second = api.get("/account"), api.get("/apps/none")
    assert first.headers["Request-Id"] != second.headers["Request-Id"]
    assert [first.headers["RateLimit-Remaining"], second.headers["RateLimit-Remaining"]] == ["4499", "4498"]


def test_asking_what_is_left_costs_nothing(api: TestClient) -> None:
    assert [api.get("/account/rate-limits").json() for _ in range(3)] == [{"remaining": POOL}] * 3


def test_an_empty_pool_refuses_until_it_is_refilled(api: TestClient, shop: App, passing: Passing) -> None:
    api.put("/simulator/rate", json={"remaining": 1})
    assert api.get("/account").status_code == 200
    refused = api.post(RELEASES, json={"release": shop.releases[-2].id})
    assert (refused.status_code, refused.json()["id"]) == (429, "rate_limit")
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert len(shop.releases) == 41
    passing(seconds=0.9)
    assert api.get("/account").status_code == 200


def test_the_pool_never_holds_more_than_it_can(simulator: Simulator) -> None:
    pool = RatePool(at=simulator.now, left=10)
    assert pool.remaining(simulator.now + timedelta(minutes=2)) == 160
    assert pool.remaining(simulator.now + timedelta(days=2)) == POOL


def test_builds_and_dynos_are_shown(api: TestClient, simulator: Simulator, shop: App) -> None:
    build = simulator.deploy("acme-shop")
    newest = api.get("/apps/acme-shop/builds", headers={"Range": "started_at ..; order=desc,max=1"})
    assert [each["id"] for each in newest.json()] == [build.id]
    assert api.get(f"/apps/acme-shop/builds/{build.id}").json()["status"] == "pending"
    assert [dyno["state"] for dyno in api.get("/apps/acme-shop/dynos").json()] == ["up"]


@pytest.mark.parametrize("path", ["/apps", "/apps/acme-shop", RELEASES, "/apps/acme-shop/config-vars"])
def test_an_answer_that_the_caller_has_already_is_not_sent_again(api: TestClient, shop: App, path: str) -> None:
    first = api.get(path)
    again = api.get(path, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Request-Id"]
    assert api.get(path, headers={"If-None-Match": '"other"'}).json() == first.json()


def test_a_changed_list_is_sent_again(api: TestClient, shop: App) -> None:
    tag = api.get(RELEASES).headers["ETag"]
    api.post(RELEASES, json={"release": shop.releases[-2].id})
    assert api.get(RELEASES, headers={"If-None-Match": tag}).status_code == 200


def test_a_page_of_a_list_has_a_tag_of_its_own(api: TestClient, shop: App) -> None:
    first = api.get(RELEASES, headers={"Range": "version ..; max=10"})
    other = api.get(RELEASES, headers={"Range": "version ]10..; max=10", "If-None-Match": first.headers["ETag"]})
    same = api.get(RELEASES, headers={"Range": "version ..; max=10", "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, other.status_code, same.status_code) == (206, 206, 304)
    assert same.headers["Next-Range"] == first.headers["Next-Range"]


def test_a_change_has_no_tag(api: TestClient, shop: App) -> None:
    changed = api.patch("/apps/acme-shop", json={"maintenance": True}, headers={"If-None-Match": "*"})
    assert changed.status_code == 200
    assert "ETag" not in changed.headers
