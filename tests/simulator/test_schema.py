"""Every answer of every endpoint is what Heroku's own schema says it is: no unknown field, no wrong type."""

import json
import re
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.simulator.driving import Passing
from tests.simulator.official import Official, blank, read
from toolbelt.simulator.endpoints import ENDPOINTS
from toolbelt.simulator.endpoints.asking import Endpoint
from toolbelt.simulator.outbox import Attempt
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

HOOK = {"include": ["api:release", "dyno"], "level": "sync", "url": "https://hooks.acme.example/"}
CONFIRM = {"confirm": "acme-shop"}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/apps"): {"name": "acme-new", "region": "eu", "stack": "heroku-24"},
    ("PATCH", "/apps/{app}"): {"maintenance": True, "name": "acme-shop"},
    ("DELETE", "/apps/{app}"): CONFIRM,
    ("POST", "/apps/{app}/dynos"): {"command": "sleep 60", "size": "Basic", "time_to_live": 30, "attach": True},
    ("PATCH", "/apps/{app}/formation"): {"updates": [{"type": "worker", "quantity": 2}]},
    ("PATCH", "/apps/{app}/formation/{formation}"): {"quantity": 2, "dyno_size": {"name": "Performance-M"}},
    ("PATCH", "/apps/{app}/config-vars"): {"COLOUR": "blue", "LOG_LEVEL": None},
    ("POST", "/apps/{app}/builds"): {"source_blob": {"url": "https://sources.example.com/it.tgz", "version": "v9"}},
    ("POST", "/apps/{app}/addons"): {"plan": "heroku-redis:mini"},
    ("DELETE", "/apps/{app}/addons/{addon}"): CONFIRM,
    ("POST", "/apps/{app}/domains"): {"hostname": "new.acme.example", "sni_endpoint": None},
    ("POST", "/apps/{app}/collaborators"): {"user": "new@acme.example"},
    ("POST", "/pipelines"): {"name": "acme-other"},
    ("POST", "/apps/{app}/log-sessions"): {"lines": 10, "tail": False},
    ("POST", "/apps/{app}/webhooks"): HOOK,
    ("PATCH", "/apps/{app}/webhooks/{webhook}"): {"level": "notify"},
    ("POST", "/oauth/authorizations"): {"scope": ["read"], "description": "A reader", "expires_in": 600},
}


@pytest.fixture(scope="module")
def official() -> Official:
    return Official(read("heroku-schema.json"))


@pytest.fixture
def names(api: TestClient, simulator: Simulator, shop: App, passing: Passing) -> dict[str, str]:
    """What the places in the paths can stand for, in a world where there is one of everything."""

    def made(path: str, body: Any) -> Any:
        answer = api.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    hook = made("/apps/acme-shop/webhooks", HOOK)
    made("/apps/acme-shop/domains", {"hostname": "shop.acme.example", "sni_endpoint": None})
    made("/apps/acme-shop/collaborators", {"user": "guest@acme.example"})
    made("/apps/acme-shop/addons", {"plan": "papertrail", "name": "papers"})
    simulator.deploy("acme-shop", "fail-release-phase")
    passing(minutes=5)
    return {
        "app": "acme-shop",
        "dyno": "web.1",
        "formation": "web",
        "release": "41",
        "build": shop.builds[-1].id,
        "addon": "papers",
        "domain": "shop.acme.example",
        "collaborator": "guest@acme.example",
        "pipeline": made("/pipelines", {"name": "acme-line"})["id"],
        "webhook": hook["id"],
        "delivery": simulator.outbox.deliveries[-1].id,
        "event": simulator.outbox.events[-1].id,
        "authorization": made("/oauth/authorizations", {"scope": ["global"]})["id"],
    }


@pytest.fixture(scope="module")
def documented() -> dict[tuple[str, str], Any]:
    """The 37 endpoints, by method and path."""
    return {(row["method"], blank(row["path"])): row for row in read("endpoints.json")}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=[f"{each.method} {each.path}" for each in ENDPOINTS])
def test_every_answer_obeys_the_official_schema(
    official: Official,
    documented: dict[tuple[str, str], Any],
    api: TestClient,
    shop: App,
    names: dict[str, str],
    endpoint: Endpoint,
) -> None:
    body = BODIES.get((endpoint.method, endpoint.path))
    if endpoint.path == "/apps/{app}/releases" and endpoint.method == "POST":
        body = {"release": shop.releases[-3].id}
    answer = api.request(endpoint.method, endpoint.path.format_map(names), json=body)
    row = documented.get((endpoint.method, blank(endpoint.path)))
    assert answer.is_success, answer.text
    assert row is None or answer.status_code == row["documented_success"]
    assert official.about_answer(endpoint.method, endpoint.path, at_heroku(answer)) == []
    assert answer.json() or answer.status_code == 202


def at_heroku(answer: Response) -> Any:
    """The answer with apps at herokuapp.com, as the schema wants it: these answer at the simulator's own address."""
    return json.loads(re.sub(r"http://testserver/visits/([a-z0-9-]+)/", r"https://\1.herokuapp.com/", answer.text))


def test_the_37_endpoints_are_there_with_their_scope(documented: dict[tuple[str, str], Any]) -> None:
    ours = {(each.method, blank(each.path)): each.scope for each in ENDPOINTS}
    assert len(documented) == 37
    assert {key: ours.get(key) for key in documented} == {key: row["scope"] for key, row in documented.items()}
    assert len(ours) == len(ENDPOINTS)


@pytest.mark.parametrize("path", ["/apps/acme-box", "/apps/acme-box/releases", "/apps/acme-box/builds"])
def test_container_apps_in_a_private_space_obey_it_too(
    official: Official, api: TestClient, simulator: Simulator, path: str
) -> None:
    simulator.add_app("acme-box", container=True, private_space=True)
    simulator.deploy("acme-box", "fail-build")
    template = path.replace("acme-box", "{app}")
    assert official.about_answer("GET", template, at_heroku(api.get(path))) == []


def test_a_delivery_obeys_it_before_and_after_its_attempts(
    official: Official, api: TestClient, simulator: Simulator, shop: App
) -> None:
    simulator.subscribe("https://hooks.acme.example/", app="acme-shop")
    simulator.crash("acme-shop")
    (delivery,) = simulator.outbox.deliveries
    id, now = simulator.world.new_id(), simulator.now
    tries = [Attempt(id, now), Attempt(id, now, 500), Attempt(id, now, error="TimeoutError"), Attempt(id, now, 202)]
    for number in range(len(tries) + 1):
        delivery.attempts = tries[:number]
        delivery.next_attempt_at = now if number == 2 else None
        body = api.get(f"/apps/acme-shop/webhook-deliveries/{delivery.id}").json()
        assert official.about_thing("app-webhook-delivery", body) == []
        assert body["num_attempts"] == number


@pytest.mark.parametrize(("kind", "path"), [("app", "/apps"), ("build", "/apps/acme-shop/builds")])
def test_lists_can_be_ordered_by_what_the_schema_names(
    official: Official, api: TestClient, shop: App, kind: str, path: str
) -> None:
    links = official.schema["definitions"][kind]["links"]
    (expected,) = (link["ranges"] for link in links if link["title"] == "List")
    assert set(api.get(path).headers["Accept-Ranges"].split(", ")) == set(expected)


def test_the_check_would_notice(official: Official, api: TestClient, shop: App) -> None:
    body = api.get("/apps/acme-shop/releases/41").json()
    wrong = {**body, "version": "41", "status": "fine", "id": "41", "created_at": "now", "extra": 1}
    del wrong["current"]
    found = official.about_thing("release", wrong)
    for complaint in ("version:", "status:", "id:", "created_at:", "extra is not", "current is missing"):
        assert any(each.startswith(complaint) for each in found), complaint
    assert len(found) == 6
