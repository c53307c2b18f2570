"""Logs are read through a link that is a secret of its own, with new lines as they are written."""

import threading
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Live, Passing
from toolbelt.simulator.logbook import LINES_KEPT
from toolbelt.simulator.records import App
from toolbelt.simulator.remote import wait_for
from toolbelt.simulator.simulator import Simulator

SESSIONS = "/apps/acme-shop/log-sessions"


@pytest.fixture
def anonymous(api: TestClient) -> TestClient:
    """Sends no token, as befits a log session."""
    return TestClient(api.app, base_url=str(api.base_url))


def read(api: TestClient, anonymous: TestClient, **options: Any) -> list[str]:
    link = urlsplit(api.post(SESSIONS, json=options).json()["logplex_url"]).path
    return anonymous.get(link).text.splitlines()


def test_a_crash_can_be_read_about(
    api: TestClient, anonymous: TestClient, simulator: Simulator, shop: App, passing: Passing
) -> None:
    simulator.deploy("acme-shop", "crash")
    passing(minutes=5)
    shown = read(api, anonymous)
    assert [line for line in shown if "heroku[web.1]: State changed from up to crashed" in line]
    assert [line for line in shown if "app[web.1]: RuntimeError" in line]
    assert [line for line in shown if "app[api]: Release v42 created by user developer@acme.example" in line]
    assert shown == sorted(shown, key=lambda line: line.split()[0])


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        pytest.param({"source": "app"}, "app[", id="source"),
        pytest.param({"dyno_name": "web.1"}, "[web.1]", id="dyno"),
        pytest.param({"type": "web"}, "[web.", id="type"),
        pytest.param({"source": "heroku", "type": "web"}, "heroku[web.", id="both"),
    ],
)
def test_only_what_was_asked_for_is_shown(
    api: TestClient, anonymous: TestClient, simulator: Simulator, shop: App, options: Any, wanted: str
) -> None:
    simulator.crash("acme-shop")
    api.patch("/apps/acme-shop/formation/worker", json={"quantity": 1})
    every = read(api, anonymous)
    shown = read(api, anonymous, **options)
    assert shown == [line for line in every if wanted in line]
    assert 0 < len(shown) < len(every)


@pytest.mark.parametrize(("asked", "shown"), [(0, 0), (3, 3), (None, 100), (LINES_KEPT, LINES_KEPT)])
def test_the_last_lines_are_shown_as_many_as_asked_for(
    api: TestClient, anonymous: TestClient, simulator: Simulator, shop: App, asked: int | None, shown: int
) -> None:
    for number in range(LINES_KEPT + 10):
        simulator.world.note(shop, "app", "web.1", f"line {number}")
    found = read(api, anonymous, **({} if asked is None else {"lines": asked}))
    assert len(found) == shown
    assert not found or found[-1].endswith(f"line {LINES_KEPT + 9}")


@pytest.mark.parametrize("options", [{"lines": -1}, {"lines": 1_501}, {"tail": "yes"}, {"source": 1}])
def test_a_session_that_makes_no_sense_is_refused(api: TestClient, shop: App, options: Any) -> None:
    assert api.post(SESSIONS, json=options).status_code == 422


def test_a_link_is_good_for_five_minutes_and_wants_no_token(
    api: TestClient, anonymous: TestClient, shop: App, passing: Passing
) -> None:
    made = api.post(SESSIONS).json()
    link = urlsplit(made["logplex_url"]).path
    assert made["id"] not in link
    assert (anonymous.get(link).status_code, api.get(link).status_code) == (200, 400)
    assert anonymous.get("/logplex/sessions/none").status_code == 404
    passing(minutes=6)
    assert anonymous.get(link).status_code == 410
    passing(minutes=6)
    api.post(SESSIONS)
    assert anonymous.get(link).status_code == 404


def test_new_lines_come_while_somebody_reads(live: Live) -> None:
    link = live.api.post(SESSIONS, json={"tail": True, "lines": 0}).json()["logplex_url"]
    assert link.startswith(live.remote.base_url)
    heard: list[str] = []
    stopped = threading.Event()

    def listen() -> None:
        with httpx2.Client(trust_env=False) as client, client.stream("GET", link) as answer:
            for line in answer.iter_lines():
                heard.append(line)
                if stopped.is_set() or "Build started" in line:
                    return

    reader = threading.Thread(target=listen, daemon=True)
    reader.start()
    try:
        wait_for(lambda: live.remote.deploy("acme-shop") and not reader.is_alive(), 10)
    finally:
        stopped.set()
        reader.join(10)
    assert [line for line in heard if "Build started by user" in line]
