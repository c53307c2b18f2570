"""Webhooks over the API, and their deliveries and events, from which missed ones are fetched back."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from heroku.events import read
from tests.simulator.driving import Passing
from toolbelt.simulator.outbox import Attempt
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

HOOKS, DELIVERIES, EVENTS = (f"/apps/acme-shop/{name}" for name in ("webhooks", "webhook-deliveries", "webhook-events"))
HOOK = {"include": ["dyno"], "level": "sync", "url": "https://hooks.acme.example/"}


def test_a_webhook_made_without_a_secret_is_told_it_once(api: TestClient, shop: App) -> None:
    made = api.post(HOOKS, json=HOOK)
    secret = made.headers["Heroku-Webhook-Secret"]
    assert (made.status_code, len(secret)) == (201, 58)
    shown = [
        api.get(HOOKS),
        api.get(f"{HOOKS}/{made.json()['id']}"),
        api.patch(f"{HOOKS}/{made.json()['id']}", json={}),
    ]
    assert [each["id"] for each in shown[0].json()] == [made.json()["id"]]
    assert shown[1].json() == made.json()
    assert not [each for each in shown if secret in each.text or "Heroku-Webhook-Secret" in each.headers]


def test_what_nothing_here_tells_of_can_be_subscribed_to_all_the_same(api: TestClient, shop: App) -> None:
    assert api.post(HOOKS, json=HOOK | {"include": ["api:sni-endpoint"]}).status_code == 201


def test_a_webhook_with_a_secret_of_its_own_is_told_none(api: TestClient, shop: App) -> None:
    made = api.post(HOOKS, json=HOOK | {"secret": "known"})
    assert "Heroku-Webhook-Secret" not in made.headers
    assert "known" not in made.text


def test_a_webhook_is_changed_where_the_change_says_so(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    made = api.post(HOOKS, json=HOOK | {"secret": "old", "authorization": "Bearer old"}).json()
    passing(minutes=1)
    change = {"include": ["api:release", "api:build"], "secret": "new", "url": "https://hooks.acme.example/new"}
    changed = api.patch(f"{HOOKS}/{made['id']}", json=change).json()
    assert changed["include"] == ["api:build", "api:release"]
    assert (changed["url"], changed["level"]) == (change["url"], "sync")
    assert changed["updated_at"] > changed["created_at"] == made["created_at"]
    subscription = simulator.outbox.subscriptions[made["id"]]
    assert (subscription.secret, subscription.authorization) == ("new", "Bearer old")
    api.patch(f"{HOOKS}/{made['id']}", json={"secret": None})
    assert subscription.secret == "new"


def test_a_webhook_is_deleted_and_gone(api: TestClient, simulator: Simulator, shop: App) -> None:
    made = api.post(HOOKS, json=HOOK).json()
    assert api.delete(f"{HOOKS}/{made['id']}").json() == made
    assert [api.request(verb, f"{HOOKS}/{made['id']}").status_code for verb in ("GET", "DELETE")] == [404, 404]
    assert api.get(HOOKS).json() == []


def test_a_webhook_of_one_app_is_not_found_in_another(api: TestClient, simulator: Simulator, shop: App) -> None:
    simulator.add_app("acme-news")
    made = api.post(HOOKS, json=HOOK).json()
    assert api.get("/apps/acme-news/webhooks").json() == []
    assert api.delete(f"/apps/acme-news/webhooks/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"include": ["release"]}, id="unknown entity"),
        pytest.param({"include": []}, id="no entity"),
        pytest.param({"include": "dyno"}, id="no list"),
        pytest.param({"level": "loud"}, id="unknown level"),
        pytest.param({"url": "ftp://hooks.acme.example/"}, id="other scheme"),
        pytest.param({"secret": 7}, id="secret not text"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused(api: TestClient, shop: App, change: dict[str, Any]) -> None:
    assert api.post(HOOKS, json=HOOK | change).status_code == 422
    made = api.post(HOOKS, json=HOOK).json()
    assert api.patch(f"{HOOKS}/{made['id']}", json=change).status_code == 422
    assert api.get(HOOKS).json() == [made]


@pytest.mark.parametrize("name", ["include", "level", "url"])
def test_a_webhook_that_says_too_little_is_refused(api: TestClient, shop: App, name: str) -> None:
    refused = api.post(HOOKS, json={key: value for key, value in HOOK.items() if key != name})
    assert (refused.status_code, refused.json()["message"]) == (422, f"Require params: {name}.")


def test_deliveries_are_listed_by_their_status(api: TestClient, simulator: Simulator, shop: App) -> None:
    hook = api.post(HOOKS, json=HOOK).json()
    for _ in range(2):
        simulator.crash("acme-shop")
        api.delete("/apps/acme-shop/dynos")
    first, *others = simulator.outbox.deliveries
    first.status = "failed"
    first.attempts = [Attempt(simulator.world.new_id(), simulator.now, 500)]
    (failed,) = api.get(f"{DELIVERIES}?eq[status]=failed").json()
    assert api.get(f"{DELIVERIES}/{first.id}").json() == failed
    assert (failed["id"], failed["num_attempts"], failed["last_attempt"]["code"]) == (first.id, 1, 500)
    assert (failed["webhook"]["id"], failed["event"]["id"]) == (hook["id"], first.event.id)
    assert len(api.get(f"{DELIVERIES}?eq%5Bstatus%5D=pending").json()) == len(others)
    assert len(api.get(DELIVERIES).json()) == len(others) + 1


@pytest.mark.parametrize("query", ["eq[status]=lost", "eq[include]=dyno", "status=failed"])
def test_an_unknown_filter_is_refused(api: TestClient, shop: App, query: str) -> None:
    assert api.get(f"{DELIVERIES}?{query}").status_code == 400


def test_events_can_be_fetched_back_though_nobody_had_subscribed(
    api: TestClient, simulator: Simulator, shop: App
) -> None:
    simulator.add_app("acme-news")
    for app in ("acme-shop", "acme-news"):
        simulator.crash(app)
    (event,) = api.get(EVENTS).json()
    assert api.get(f"{EVENTS}/{event['id']}").json() == event
    assert (event["include"], event["payload"]["action"]) == ("dyno", "destroy")
    assert event["payload"]["data"]["app"]["name"] == "acme-shop"
    assert "webhook_metadata" not in event["payload"]
    assert not simulator.outbox.deliveries


def test_an_event_fetched_back_tells_what_its_delivery_told(
    api: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    simulator.subscribe("https://hooks.acme.example/", app="acme-shop", secret="known")
    simulator.deploy("acme-shop", "crash")
    passing(minutes=5)
    fetched = {each["id"]: each for each in api.get(EVENTS).json()}
    delivered = [read(each.packed(simulator.world.new_id())[0]) for each in simulator.outbox.deliveries]
    assert len(fetched) == len(delivered) > 5
    for event in delivered:
        payload = fetched[event.id]["payload"]
        assert (event.include, event.action, event.data) == (
            fetched[event.id]["include"],
            payload["action"],
            payload["data"],
        )


@pytest.mark.parametrize("path", [f"{DELIVERIES}/none", f"{EVENTS}/none"])
def test_what_was_never_there_is_404(api: TestClient, shop: App, path: str) -> None:
    assert api.get(path).status_code == 404


def test_in_a_private_space_a_release_is_told_again_under_other_ids(simulator: Simulator, passing: Passing) -> None:
    simulator.add_app("acme-quiet", private_space=True)
    simulator.deploy("acme-quiet")
    passing(minutes=5)
    releases = [each.body for each in simulator.outbox.events if each.include == "api:release"]
    builds = [each for each in simulator.outbox.events if each.include == "api:build"]
    assert (len(releases), len(builds)) == (9, 2)
    assert len({each["id"] for each in releases}) == 9
    contents = [{**each, "id": None} for each in releases]
    assert all(each == contents[number - number % 3] for number, each in enumerate(contents))


def test_in_a_private_space_a_crashed_dyno_has_no_cool_off(simulator: Simulator, passing: Passing) -> None:
    simulator.add_app("acme-quiet", private_space=True)
    simulator.deploy("acme-quiet", "crash")
    passing(minutes=5)
    crashes = [each for each in simulator.outbox.events if each.body["data"].get("state") == "crashed"]
    assert len(crashes) > 4
