"""Webhooks made, mended, shown and taken away, on a fake Heroku; every call of it is in the record."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core import layout
from core.audit import Audit
from core.budget import CAPACITY, RESERVE, Budget
from heroku.signature import sign
from tests.simulator.receiving import Receiver
from tests.toolbelt.commands.conftest import AUTHORIZATION, OURS, SECRET, Terminal, no_secret_in
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.waiting import until

RULES = """\
version: 1
rules:
  - {name: watch, on: [api:domain, dyno.destroy], match: {data.id: {exists: true}}, do: [notify: {to: log, text: seen}]}
  - {name: sleep, mode: "off", on: api:addon.create, do: [notify: {to: log, text: seen}]}
"""
NEEDED = ["api:domain", "api:release", "dyno"]


@pytest.fixture(autouse=True)
def rules(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("rules") / "rules.yaml"
    path.write_text(RULES)
    terminal.environment["RULES_PATH"] = str(path)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as running:
        yield running


def hooks(terminal: Terminal, app: str) -> list[dict[str, Any]]:
    """The webhooks of ours that Heroku has for this app."""
    shown = json.loads(terminal.run("subscriptions", app, "--json").stdout)
    return [each["webhook"] for each in shown if each["webhook"]]


def changes(terminal: Terminal, app: str) -> list[str]:
    return [call.method for call in terminal.heroku.calls(path=f"/apps/{app}/*", effect=True)]


def test_a_webhook_is_made_of_what_the_rules_need(terminal: Terminal) -> None:
    app = terminal.new_app()
    ran = terminal.run("subscribe", app)
    assert (ran.exit_code, ran.output) == (0, f"{app}   made         api:domain, api:release, dyno; level sync\n")
    [made] = hooks(terminal, app)
    assert (made["include"], made["level"], made["url"]) == (NEEDED, "sync", OURS)


def test_what_it_sends_is_signed_and_authorized_as_ours(terminal: Terminal, receiver: Receiver) -> None:
    app, public = terminal.new_app(), receiver.url.removesuffix("/webhooks/heroku")
    terminal.run("subscribe", app, PUBLIC_URL=public)
    terminal.heroku.crash(app)
    first = until(lambda: receiver.received, what="a delivery")[0]
    assert first.headers["Authorization"] == AUTHORIZATION
    assert fits(first.body, first.headers["Heroku-Webhook-Hmac-SHA256"])
    terminal.run("unsubscribe", app, "--yes", PUBLIC_URL=public)


def test_once_more_changes_nothing(terminal: Terminal) -> None:
    app = terminal.new_app()
    terminal.run("subscribe", app)
    ran = terminal.run("subscribe", app, app)
    assert (ran.exit_code, ran.output) == (0, f"{app}   not needed   api:domain, api:release, dyno; level sync\n")
    assert changes(terminal, app) == ["POST"]


def test_one_that_is_there_is_mended_and_its_own_entities_are_left(terminal: Terminal) -> None:
    app = terminal.new_app()
    there = terminal.heroku.subscribe(OURS, app=app, include=["api:build", "dyno"], level="notify", secret="s")
    ran = terminal.run("subscribe", app)
    assert ran.output == f"{app}   mended       adds api:domain, api:release; sets level sync instead of notify\n"
    [mended] = hooks(terminal, app)
    assert (mended["id"], mended["level"]) == (there.id, "sync")
    assert mended["include"] == ["api:build", *NEEDED]


def test_of_several_one_is_left(terminal: Terminal) -> None:
    app = terminal.new_app()
    for include in (["dyno"], ["api:release", "api:domain"]):
        terminal.heroku.subscribe(OURS, app=app, include=include, secret="s")
    assert "is there 2 times" in terminal.run("subscriptions", app).output
    assert terminal.run("subscribe", app).exit_code == 0
    [kept] = hooks(terminal, app)
    assert kept["include"] == NEEDED


def test_a_secret_is_set_again_only_if_asked_for(terminal: Terminal, receiver: Receiver) -> None:
    """Deliveries signed with another secret are answered 401, which is how it is found out."""
    app, public = terminal.new_app(), receiver.url.removesuffix("/webhooks/heroku")
    terminal.heroku.subscribe(receiver.url, app=app, include=NEEDED, secret="another")
    receiver.answers.extend([401] * 1_000)
    terminal.heroku.crash(app)
    look = ("subscriptions", app)
    shown = until(
        lambda: out if "401" in (out := terminal.run(*look, PUBLIC_URL=public).output) else None,
        what="the refusal to be shown",
    )
    assert f"→ {app}: bin/dynohook subscribe {app} --renew-secret" in shown
    assert "not needed" in terminal.run("subscribe", app, PUBLIC_URL=public).output

    assert "sets its secret" in terminal.run("subscribe", app, "--renew-secret", PUBLIC_URL=public).output
    receiver.answers.clear()
    taken = until(lambda: [each for each in receiver.received if each.status == 200], what="it to be taken")[0]
    assert fits(taken.body, taken.headers["Heroku-Webhook-Hmac-SHA256"])
    terminal.run("unsubscribe", app, "--yes", PUBLIC_URL=public)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(terminal: Terminal) -> None:
    app, there = terminal.new_app(), terminal.new_app()
    terminal.heroku.subscribe(OURS, app=there, include=["dyno"], secret="s")
    ran = terminal.run("subscribe", app, there, "--dry-run")
    assert [line.split()[1:3] for line in ran.output.splitlines()] == [["to", "make"], ["to", "mend"]]
    assert changes(terminal, app) == changes(terminal, there) == []


def test_one_that_fails_does_not_keep_the_others_from_it(terminal: Terminal) -> None:
    app = terminal.new_app()
    ran = terminal.run("subscribe", "acme-nowhere", app, "--json")
    assert ran.exit_code == 1
    failed, made = json.loads(ran.stdout)
    assert (failed["app"], failed["did"], made["app"], made["did"]) == ("acme-nowhere", "failed", app, "made")
    assert "404 not_found" in failed["says"]
    assert "heroku access -a acme-nowhere" in failed["do"]


@pytest.mark.parametrize(
    ("fault", "do"),
    [
        pytest.param(Fault(kind=Kind.STATUS, status=503), "nothing was done: try again in ", id="503"),
        pytest.param(Fault(kind=Kind.STATUS, status=403), "the account's owner", id="403"),
        pytest.param(Fault(kind=Kind.STATUS, status=422), "what Heroku says is the reason", id="422"),
    ],
)
def test_what_heroku_refuses_names_a_way_out(terminal: Terminal, fault: Fault, do: str) -> None:
    app = terminal.new_app()
    terminal.heroku.order_faults(fault)
    ran = terminal.run("subscribe", app)
    assert ran.exit_code == 1
    assert f"{app}   failed " in ran.output
    assert do in ran.output


def test_subscriptions_are_told_with_what_they_lack(terminal: Terminal) -> None:
    right, lacking, without = (terminal.new_app() for _ in range(3))
    terminal.run("subscribe", right)
    terminal.heroku.subscribe(OURS, app=lacking, include=["dyno"], secret="s")
    shown = terminal.run("subscriptions")
    assert shown.exit_code == 0
    rows = {line.split()[0]: line for line in shown.output.splitlines()}
    assert rows[right].rstrip().endswith("right")
    assert "does not tell of api:domain, api:release" in rows[lacking]
    assert without not in shown.output
    assert f"→ {lacking}: bin/dynohook subscribe {lacking}" in shown.output

    named = terminal.run("subscriptions", without, "acme-nowhere", "--json")
    assert named.exit_code == 1
    first, second = json.loads(named.stdout)
    assert (first["app"], first["webhook"], first["right"]) == (without, None, False)
    assert (second["app"], second["did"]) == ("acme-nowhere", "failed")


def test_a_webhook_is_taken_away_after_a_yes(terminal: Terminal) -> None:
    app = terminal.new_app()
    terminal.run("subscribe", app)
    terminal.heroku.subscribe("https://logs.example.com/hook", app=app, include=["dyno"], secret="s")
    assert terminal.answering("n", "unsubscribe", app).exit_code == 1
    assert len(hooks(terminal, app)) == 1
    taken = terminal.answering("y", "unsubscribe", app)
    assert (taken.exit_code, "taken away   api:domain, api:release, dyno" in taken.output) == (0, True)
    assert hooks(terminal, app) == []
    assert changes(terminal, app) == ["POST", "DELETE"]
    again = terminal.run("unsubscribe", app, "--yes", "--json")
    assert [each["did"] for each in json.loads(again.stdout)] == ["not needed"]


def test_every_call_is_in_the_record_under_the_name_of_who_made_it(terminal: Terminal) -> None:
    app = terminal.new_app()
    ran = terminal.run("subscribe", app, "--by", "grace")
    assert no_secret_in(ran.output)
    lines = list(Audit(terminal.redis).read())
    assert [(line.endpoint, line.app, line.who) for line in lines] == [
        ("list_webhooks", app, "grace (by hand)"),
        ("create_webhook", app, "grace (by hand)"),
    ]
    assert lines[1].sentence.startswith(
        f"grace (by hand) called create webhook on {app}: done (201); asked by `bin/dynohook subscribe` ["
    )
    assert no_secret_in(terminal.redis.xrange(layout.AUDIT))


def test_a_record_that_cannot_be_written_hides_nothing(terminal: Terminal) -> None:
    terminal.redis.set(layout.AUDIT, "no stream")
    app = terminal.new_app()
    ran = terminal.run("subscribe", app)
    assert (ran.exit_code, ran.stdout.split()[:2]) == (0, [app, "made"])
    assert "The call create_webhook could not be recorded (ResponseError)." in ran.stderr


def test_what_is_kept_for_live_rules_is_not_touched(terminal: Terminal) -> None:
    Budget(terminal.redis).correct("a call", remaining=RESERVE)
    app = terminal.new_app()
    ran = terminal.run("subscribe", app)
    assert ran.exit_code == 1
    assert "no calls left but those kept for live rules" in ran.output
    assert "nothing was done: try again in 1 s" in ran.output
    assert terminal.heroku.calls(path=f"/apps/{app}/*") == []


def test_calls_come_out_of_the_shared_pool(terminal: Terminal) -> None:
    terminal.heroku.set_rate(1_000)
    terminal.run("subscribe", terminal.new_app())
    left = float(terminal.redis.hget(layout.BUDGET, "left") or CAPACITY)
    assert 990 <= left <= 1_000


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        pytest.param({"PUBLIC_URL": None}, 1, "PUBLIC_URL is not set", id="no address"),
        pytest.param({"PUBLIC_URL": "http://example.com"}, 1, "PUBLIC_URL: it must begin", id="not TLS"),
        pytest.param(
            {"PUBLIC_URL": "http://127.0.0.1:5000", "HEROKU_API_URL": "https://api.heroku.com"},
            1,
            "PUBLIC_URL is http://127.0.0.1:5000, and that is this machine: Heroku cannot send anything there.",
            id="an address of this machine",
        ),
        pytest.param({"WEBHOOK_SECRET": None}, 1, "WEBHOOK_SECRET is not set", id="no secret"),
        pytest.param({"HEROKU_API_KEY": None}, 1, "HEROKU_API_KEY is not set", id="no token"),
        pytest.param({"HEROKU_API_KEY": "HRKU-sesame other"}, 1, "cannot be used", id="no token at all"),
        pytest.param({"HEROKU_API_KEY": "HRKU-sesame"}, 1, "the token is not good any more", id="401"),
        pytest.param({"HEROKU_API_URL": "http://example.com"}, 1, "must be https", id="API without TLS"),
        pytest.param({"RULES_PATH": "/nowhere"}, 1, "/nowhere", id="no rules"),
        pytest.param({"RULES_YAML": "rules: 1"}, 1, "the rules do not load", id="rules that do not load"),
        pytest.param({"REDIS_URL": None}, 3, "REDIS_URL is not set", id="no Redis"),
        pytest.param({"REDIS_URL": "unix:///tmp/nobody-here.sock"}, 3, "does not answer", id="Redis away"),
    ],
)
def test_what_is_missing_is_named(terminal: Terminal, changes: dict[str, str | None], status: int, said: str) -> None:
    ran = terminal.run("subscribe", "acme-nowhere", **changes)
    assert ran.exit_code == status, ran.output
    assert said in ran.output
    assert no_secret_in(ran.output)


def fits(body: bytes, signature: str) -> bool:
    return sign(SECRET, body) == signature
