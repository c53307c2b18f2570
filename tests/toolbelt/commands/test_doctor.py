"""The doctor at a service that is well, and at one that is not."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from core import layout
from core.beat import Beat
from core.hands import Hands
from core.settings import read
from heroku.oauth import IdHost, authorize_url
from tests.toolbelt.commands.conftest import NOTHING_SET, OURS, Terminal, no_secret_in
from toolbelt import needs
from toolbelt.crew import HOME

RULES = """\
version: 1
rules:
  - name: take-back
    mode: live
    on: dyno.destroy
    match: {data.state: crashed}
    access: {releases: write}
    do: [rollback: {to: last-good}]
  - {name: watch, on: api:domain.create, do: [notify: {to: log, text: seen}]}
"""


@pytest.fixture(autouse=True)
def well(terminal: Terminal, tmp_path: Path) -> None:
    """Everything as it should be, but that Heroku is a fake one, and nobody wanted a console."""
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    changes = {"RULES_PATH": str(path), "HEROKU_APP_ID": "an-id", "WEBHOOK_SECRET": "sesame" * 4}
    terminal.environment.update(changes)
    book = needs.rules(read(environment={"RULES_PATH": str(path)}))
    Beat(terminal.redis, worker="w", rules=book.digest, version="v").tick()
    terminal.heroku.set_account()
    terminal.heroku.set_rate(4_000)


def found(terminal: Terminal, *words: str, **changes: str | None) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The doctor's lines, by area and name."""
    ran = terminal.run("doctor", *words, "--json", **changes)
    assert no_secret_in(ran.output)
    told = json.loads(ran.stdout)
    assert ran.exit_code == (1 if told["worst"] == "broken" else 0)
    lines: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in told["findings"]:
        assert bool(each["do"]) == (each["state"] != "ok"), each
        lines.setdefault((each["area"], each["name"]), []).append(each)
    return lines


def test_a_service_that_is_well_is_told_line_by_line(terminal: Terminal) -> None:
    app = terminal.new_app()
    terminal.run("subscribe", app)
    lines = found(terminal, "--app", app)
    assert [name for name, [each] in lines.items() if each["state"] != "ok"] == [
        ("settings", "HEROKU_API_URL"),
        ("console", "password"),
    ]
    says = {name: each["says"] for name, [each] in lines.items()}
    assert says["rules", "loading"] == "2 rules (1 live, 1 shadow)"
    assert says["settings", "others"] == "set: RULES_PATH, WEBHOOK_AUTHORIZATION"
    assert says["workers", "seen"] == "1"
    assert says["workers", "rules"].startswith("the same as here (")
    assert says["heroku", "scopes"] == "global: enough for the rules"
    assert says["heroku", "pool"].endswith(" of 4,500 calls left")
    assert says["webhooks", app] == "right: api:domain, api:release, dyno"
    assert "@" in says["heroku", "account"]


def test_people_see_the_same_with_a_heading_for_each_part(terminal: Terminal) -> None:
    ran = terminal.run("doctor")
    assert ran.exit_code == 0
    headings = [line for line in ran.output.splitlines() if line and not line.startswith(" ")]
    areas = ["Settings", "Rules", "Console", "Redis", "Workers", "Heroku"]
    assert headings == [*areas, "Nothing is broken, 2 to look at."]
    assert "   ok          WEBHOOK_SECRET   set\n" in ran.output
    assert "→ right for the simulator only; else: heroku config:unset HEROKU_API_URL\n" in ran.output


@pytest.mark.parametrize(
    ("changes", "line", "state", "says"),
    [
        pytest.param({"WEBHOOK_SECRET": None}, ("settings", "WEBHOOK_SECRET"), "broken", "not set", id="no secret"),
        pytest.param({"WEBHOOK_SECRET": "sesame"}, ("settings", "WEBHOOK_SECRET"), "attention", "guessed", id="short"),
        pytest.param({"REDIS_URL": None}, ("settings", "REDIS_URL"), "broken", "not set", id="no Redis"),
        pytest.param({"REDIS_URL": "sesame"}, ("settings", "reading"), "broken", "an address", id="no address of one"),
        pytest.param(
            {"REDIS_URL": "redis://:sesame@127.0.0.1:9/0"}, ("redis", "answers"), "broken", "no (", id="Redis away"
        ),
        pytest.param({"PUBLIC_URL": None}, ("settings", "PUBLIC_URL"), "attention", "not set", id="no address"),
        pytest.param(
            {"PUBLIC_URL": "http://127.0.0.1:9", "HEROKU_API_URL": None, "HEROKU_API_KEY": None},
            ("settings", "PUBLIC_URL"),
            "attention",
            "this machine",
            id="an address of this machine",
        ),
        pytest.param({"HEROKU_API_KEY": None}, ("settings", "HEROKU_API_KEY"), "attention", "not set", id="no token"),
        pytest.param(
            {"HEROKU_API_KEY": None}, ("rules", "loading"), "broken", "take-back", id="a live rule and no token"
        ),
        pytest.param(
            {"HEROKU_API_KEY": None, "HEROKU_OAUTH_CLIENT_SECRET": "sesame"},
            ("settings", "HEROKU_OAUTH"),
            "broken",
            "HEROKU_OAUTH_REFRESH_TOKEN is missing",
            id="half of OAuth",
        ),
        pytest.param({"HEROKU_API_KEY": "HRKU-sesame"}, ("heroku", "account"), "broken", "401", id="another token"),
        pytest.param({"HEROKU_API_KEY": "a sesame"}, ("heroku", "account"), "broken", "cannot be used", id="no header"),
        pytest.param({"ACT": "shadow"}, ("settings", "ACT"), "attention", "touch nothing", id="shadow"),
        pytest.param({"ACT": "off"}, ("settings", "ACT"), "attention", "decides", id="off"),
        pytest.param({"ACT": "sesame"}, ("settings", "reading"), "broken", "ACT: ", id="no such brake"),
        pytest.param({"HEROKU_APP_ID": None}, ("settings", "HEROKU_APP_ID"), "attention", "itself", id="no metadata"),
        pytest.param({"RULES_YAML": "version: 7"}, ("rules", "loading"), "broken", "RULES_YAML:1", id="no rules"),
    ],
)
def test_what_is_not_right_is_told_with_a_way_out(
    terminal: Terminal, changes: dict[str, str | None], line: tuple[str, str], state: str, says: str
) -> None:
    [seen] = found(terminal, **changes)[line]
    assert seen["state"] == state
    assert says in seen["says"]


def test_what_the_token_lacks_is_named_endpoint_by_endpoint(terminal: Terminal) -> None:
    token = terminal.heroku.issue_token(["read", "identity"]).token
    lines = found(terminal, HEROKU_API_KEY=token)["heroku", "scopes"]
    assert [each["says"] for each in lines] == [
        f"take-back may call {endpoint}, which needs write or write-protected or global; the token has identity, read"
        for endpoint in ("rollback", "release_slug")
    ]
    assert {(each["state"], each["do"]) for each in lines} == {
        ("broken", "heroku authorizations:create -s identity,read,write")
    }


def test_a_token_that_tells_nothing_of_its_account_is_judged_all_the_same(terminal: Terminal) -> None:
    token = terminal.heroku.issue_token(["write"]).token
    lines = found(terminal, HEROKU_API_KEY=token)
    assert lines["heroku", "account"][0]["state"] == "attention"
    assert lines["heroku", "scopes"][0]["says"] == "write: enough for the rules"


def test_oauth_stands_in_for_a_token(terminal: Terminal) -> None:
    address, client = terminal.heroku.base_url, terminal.heroku.add_client("https://dashboard.acme.example/back")
    asked = authorize_url(client.id, scope=["read", "identity"], state="s", base_url=address)
    back = httpx2.get(asked, follow_redirects=False, trust_env=False).headers["Location"]
    host = IdHost(client.secret, base_url=address)
    given = host.exchange(parse_qs(urlsplit(back).query)["code"][0])
    host.close()
    assert given.refresh_token
    lines = found(
        terminal,
        HEROKU_API_KEY=None,
        HEROKU_ID_URL=address,
        HEROKU_OAUTH_CLIENT_SECRET=client.secret,
        HEROKU_OAUTH_REFRESH_TOKEN=given.refresh_token.get_secret_value(),
    )
    assert lines["settings", "HEROKU_OAUTH"][0]["state"] == lines["heroku", "account"][0]["state"] == "ok"
    assert "the token has identity, read" in lines["heroku", "scopes"][0]["says"]


def test_a_suspended_account_is_broken(terminal: Terminal) -> None:
    terminal.heroku.set_account(suspended=True)
    [account] = found(terminal)["heroku", "account"]
    assert (account["state"], "suspended" in account["says"]) == ("broken", True)


def test_a_pool_that_runs_dry_is_told_and_not_drained(terminal: Terminal) -> None:
    terminal.heroku.set_rate(50)
    lines = found(terminal)
    assert {name: lines["heroku", name][0]["state"] for name in ("pool", "account", "scopes")} == {
        "pool": "attention",
        "account": "attention",
        "scopes": "ok",
    }
    assert "50 of 4,500 calls left" in lines["heroku", "pool"][0]["says"]


def test_webhooks_are_told_app_by_app(terminal: Terminal) -> None:
    lacking, without = terminal.new_app(), terminal.new_app()
    terminal.heroku.subscribe(OURS, app=lacking, include=["dyno"], secret="s")
    lines = found(terminal, "--app", lacking, "--app", without, "--app", "acme-nowhere")
    seen = {app: lines["webhooks", app][0] for app in (lacking, without, "acme-nowhere")}
    assert {each["state"] for each in seen.values()} == {"broken"}
    assert seen[lacking]["says"] == "does not tell of api:domain, api:release"
    assert seen[without]["do"] == f"bin/dynohook subscribe {without}"
    assert "404" in seen["acme-nowhere"]["says"]


@pytest.mark.parametrize("lacks", ["PUBLIC_URL", "HEROKU_API_KEY", "REDIS_URL"])
def test_webhooks_that_cannot_be_looked_at_are_told_of_all_the_same(terminal: Terminal, lacks: str) -> None:
    """Without a token `--app` was passed over in silence, as if the webhook were right."""
    [webhooks] = found(terminal, "--app", "acme-shop", **{lacks: None})["webhooks", "acme-shop"]
    assert webhooks["state"] == "attention"
    assert webhooks["says"].startswith("not looked at")


def test_workers_that_run_other_rules_are_told(terminal: Terminal) -> None:
    Beat(terminal.redis, worker="w", rules="other", version="v").tick()
    [rules] = found(terminal)["workers", "rules"]
    assert rules["state"] == "attention"
    assert rules["says"].startswith("others (other) than here (")


def test_no_worker_is_broken_and_a_pause_is_told(terminal: Terminal) -> None:
    Hands(terminal.redis).pause(by="grace", why="an incident")
    terminal.redis.delete(layout.WORKERS)
    lines = found(terminal)
    assert lines["workers", "seen"][0]["state"] == "broken"
    assert "by grace, " in lines["workers", "paused"][0]["says"]
    assert "an incident" in lines["workers", "paused"][0]["says"]


def test_it_runs_on_a_dyno_as_it_stands(terminal: Terminal) -> None:
    """`heroku run bin/dynohook doctor`: a process of its own, with nothing but the environment."""
    own = {name: value for name, value in os.environ.items() if name not in NOTHING_SET}
    seen = json.loads(terminal.redis.hget(layout.WORKERS, "w") or "")
    late = json.dumps(seen | {"beat": seen["beat"] + 60_000})  # a process that starts slowly still sees the worker
    terminal.redis.hset(layout.WORKERS, "w", late)
    ran = subprocess.run(
        [HOME / "bin" / "dynohook", "doctor", "--json"],
        env={**own, **terminal.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["worst"] == "attention"
