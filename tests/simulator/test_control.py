"""The control plane and those who drive it, and the simulator as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import Live
from tests.simulator.receiving import Receiver
from toolbelt.simulator.app import create_app
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.simulator.records import App
from toolbelt.simulator.remote import Remote, wait_for
from toolbelt.simulator.simulator import Simulator

BOUND = 20.0  # seconds for a process to start or to end


def test_the_control_plane_answers_this_machine_only(simulator: Simulator, shop: App) -> None:
    app = create_app(simulator, clock=lambda: simulator.now)
    for host in ("203.0.113.7", "testclient", ""):
        refused = TestClient(app, client=(host, 50_000)).post("/simulator/apps/acme-shop/crash")
        assert refused.status_code == 403
    assert [dyno.state for dyno in shop.dynos.values()] == ["up"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/simulator/apps/acme-shop/deploys", '{"outcome": "explode"}', id="unknown outcome"),
        pytest.param("/simulator/apps/acme-shop/deploys", '{"outcom": "crash"}', id="misspelt"),
        pytest.param("/simulator/apps/acme-shop/config", '{"keys": []}', id="no keys"),
        pytest.param("/simulator/apps", '{"name": "acme-shop"}', id="name taken"),
        pytest.param("/simulator/apps", '{"name": "Acme Shop"}', id="no name for an app"),
        pytest.param("/simulator/faults", '[{"kind": "flood"}]', id="unknown fault"),
        pytest.param("/simulator/faults", '[{"kind": "slow", "seconds": 61}]', id="beyond the bound"),
        pytest.param("/simulator/faults", "not JSON", id="not JSON"),
        pytest.param("/simulator/subscriptions", '{"url": "nowhere"}', id="no url"),
        pytest.param("/simulator/tokens", '{"scope": ["everything"]}', id="unknown scope"),
        pytest.param("/simulator/oauth-clients", "{}", id="client without address"),
        pytest.param("/simulator/apps/acme-shop/config", '{"keys": ["A"], "outcome": "fail-build"}', id="no build"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_a_reason(
    api: TestClient, shop: App, path: str, body: str
) -> None:
    refused = api.post(path, content=body)
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert len(shop.releases) == 41


def test_a_release_phase_that_does_not_exist_cannot_fail(api: TestClient, simulator: Simulator) -> None:
    simulator.add_app("acme-plain", release_phase=False)
    refused = api.post("/simulator/apps/acme-plain/deploys", json={"outcome": "fail-release-phase"})
    assert (refused.status_code, refused.json()["id"]) == (422, "invalid_params")


def test_an_app_that_is_not_there_is_404(api: TestClient) -> None:
    assert api.post("/simulator/apps/acme-none/deploys").status_code == 404


def test_the_remote_tells_the_whole_story(live: Live) -> None:
    """Deploy, crash, roll back by the API as a client would, and see that it is well: one call with an effect."""
    good = live.remote.app("acme-shop").current
    assert good is not None
    live.remote.deploy("acme-shop", "crash")
    live.remote.wait_for(lambda state: state.app("acme-shop").dynos[0].state == "crashed", 10)
    assert live.api.post("/apps/acme-shop/releases", json={"release": good.id}).status_code == 201
    app = live.remote.wait_for(lambda state: (app := state.app("acme-shop")).well and app, 10)
    assert app
    assert app.current is not None
    assert (app.current.description, app.current.version) == ("Rollback to v41", 43)
    assert app.current.slug == good.slug
    assert len(live.remote.calls("POST", effect=True)) == 1
    assert live.remote.calls("POST", effect=False) == []
    assert live.remote.calls("GET") == []


def test_the_remote_shows_all_that_belongs_to_an_app(live: Live) -> None:
    live.remote.change_app("acme-shop", guarded=True)
    assert live.api.delete("/apps/acme-shop").status_code == 423
    app = live.remote.change_app("acme-shop", guarded=False)
    assert [(each.type, each.quantity) for each in app.formation] == [("web", 1), ("worker", 0)]
    assert app.scaled("web").size == "Standard-1X"
    assert [addon.config_vars for addon in app.addons] == [["DATABASE_URL"]]
    assert "DATABASE_URL" in app.config
    assert "DATABASE_URL" not in repr(app.model_copy(update={"addons": []}))
    assert [domain.kind for domain in app.domains] == ["heroku"]
    assert {each.role for each in app.collaborators} == {"owner", "collaborator"}
    assert live.api.delete("/apps/acme-shop").status_code == 200
    assert live.remote.state().apps == []


def test_the_remote_hands_out_tokens_and_clients(live: Live) -> None:
    made = live.remote.issue_token(["identity"], account="guest@acme.example", expires_in=60)
    answer = live.api.get("/account", headers={"Authorization": f"Bearer {made.token}"})
    assert (answer.json()["email"], made.account) == ("guest@acme.example", "guest@acme.example")
    client = live.remote.add_client("https://dashboard.acme.example/callback")
    assert made.token not in repr(made)
    assert client.secret not in repr(client)
    asked = {"client_id": client.id, "response_type": "code"}
    assert live.api.get("/oauth/authorize", params=asked).status_code == 302
    given = live.remote.let_in(client, ["identity"], account="guest@acme.example")
    answer = live.api.get("/account", headers={"Authorization": f"Bearer {given.access_token}"})
    assert (answer.json()["email"], answer.headers["Oauth-Scope"]) == ("guest@acme.example", "identity")
    form = {"grant_type": "refresh_token", "refresh_token": given.refresh_token, "client_secret": client.secret}
    assert live.api.post("/oauth/token", data=form).is_success
    assert given.access_token not in repr(given)
    with pytest.raises(httpx2.HTTPStatusError):
        live.remote.let_in(client.model_copy(update={"id": "none"}))


def test_the_remote_lets_accounts_stand_badly_and_well(live: Live) -> None:
    live.remote.set_account(suspended=True)
    assert live.api.get("/account").json()["id"] == "suspended"
    live.remote.set_account()
    live.remote.set_rate(0)
    assert live.api.get("/account").json()["id"] == "rate_limit"


def test_a_one_off_does_not_make_an_app_unwell(live: Live) -> None:
    live.api.post("/apps/acme-shop/dynos", json={"command": "sleep 60"}).raise_for_status()
    assert live.remote.app("acme-shop").well


def test_calls_are_listed_by_method_and_path(live: Live) -> None:
    for path in ("/account", "/apps/acme-shop", "/apps/acme-shop/dynos?x=1"):
        live.api.get(path)
    assert [call.path for call in live.remote.calls("GET", "/apps/*")] == ["/apps/acme-shop", "/apps/acme-shop/dynos"]
    assert live.remote.calls()[-1].query == "x=1"
    assert [call.number for call in live.remote.calls()] == [1, 2, 3]
    assert live.remote.calls(effect=True) == []


def test_a_refusal_is_raised_by_the_remote(live: Live) -> None:
    with pytest.raises(httpx2.HTTPStatusError):
        live.remote.deploy("acme-none")


def test_waiting_ends_at_its_deadline() -> None:
    with pytest.raises(TimeoutError, match=r"a miracle did not come within 0\.05 seconds"):
        wait_for(lambda: None, 0.05, "a miracle")


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The simulator as a process, and the address that it says."""
    command = [sys.executable, "-m", "toolbelt.simulator", *arguments]
    env = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as running:
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            assert line.startswith("simulator ready on http://127.0.0.1:")
            yield running, line.split()[-1]
        finally:
            running.kill()


def test_as_a_process_it_says_where_it_listens_serves_and_ends_when_told(receiver: Receiver) -> None:
    options = ["--app", "acme-shop", "--app", "acme-news", "--releases", "5", "--speed", "1000", "--repeat", "2"]
    webhook = ["--webhook-url", receiver.url, "--secret", "known", "--include", "api:build"]
    with process("--port", "0", *options, *webhook) as (running, address):
        with Remote(address) as remote:
            assert [app.name for app in remote.state().apps] == ["acme-shop", "acme-news"]
            remote.deploy("acme-news")
            wait_for(lambda: len(receiver.received) == 4, BOUND)
        running.send_signal(signal.SIGTERM)
        assert running.wait(BOUND) in {0, -signal.SIGTERM}
    assert {received.document["resource"] for received in receiver.received} == {"build"}


def test_an_answer_held_back_does_not_hold_up_the_end() -> None:
    with (
        process("--app", "acme-shop") as (running, address),
        Remote(address) as remote,
        socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), BOUND) as waiting,
    ):
        remote.order_faults(Fault(kind=Kind.TIME_OUT_BEFORE))
        waiting.sendall(b"GET /account HTTP/1.1\r\nHost: here\r\n\r\n")
        wait_for(remote.calls, BOUND)
        running.send_signal(signal.SIGTERM)
        assert running.wait(BOUND) in {0, -signal.SIGTERM}
