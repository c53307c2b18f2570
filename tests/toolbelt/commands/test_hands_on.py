"""The commands on a service that really runs: look, understand, stop, go on, decide again."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from core import layout
from core.beat import Beat
from toolbelt.cli import main
from toolbelt.crew import Crew
from toolbelt.demo import stage
from toolbelt.demo.stage import APP, Stage
from toolbelt.servers import Server
from toolbelt.waiting import until

Run = Callable[..., Result]  # a command line, and what came of it
Ask = Callable[..., Any]  # a command line, and what it said in JSON
Heard = Callable[..., str]  # what to send, and the id of the event that was decided
CRASHING, FAILED = "roll-back-crashing-release", "roll-back-failed-release"


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    with Crew() as crew:
        built = stage.build(crew, os.environ, speed=60.0, tell=lambda *_: None)
        with built.heroku, built.ledger:
            yield built


@pytest.fixture
def run(running: Stage) -> Run:
    runner = CliRunner(env={**running.environment, "USER": "ada", "PUBLIC_URL": running.service.url})
    return lambda *words: runner.invoke(main, words)


@pytest.fixture
def ask(run: Run) -> Ask:
    """What a command says in JSON."""

    def ask(*words: str) -> Any:
        ran = run(*words, "--json")
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.output)

    return ask


@pytest.fixture
def heard(ask: Ask) -> Heard:
    """Send a delivery and wait until it is decided; answers the event's id."""

    def heard(*words: str) -> str:
        id = str(uuid4())
        ask("send", *words, "--id", id)
        until(lambda: ask("events", "show", id)["decisions"], what="the event to be decided")
        return id

    return heard


def a_minute_ago() -> list[str]:
    """To say of a delivery: the time when it happened."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    return ["--set", f"created_at={at.isoformat()}"]


def test_the_service_is_shown_at_a_glance(ask: Ask, run: Run) -> None:
    assert ask("status")["ready"] is True
    assert "workers        1, rules " in run("status").output


def test_the_doctor_finds_it_well_and_its_workers_at_the_rules_that_are_here(ask: Ask) -> None:
    found = {(one["area"], one["name"]): one for one in ask("doctor", "--app", APP)["findings"]}
    assert found["workers", "rules"]["says"].startswith("the same as here (")
    assert found["redis", "data"]["says"].startswith("all kept since ")
    assert found["webhooks", APP]["state"] == "ok"


def test_what_tells_us_already_needs_no_other_webhook(run: Run) -> None:
    assert run("subscribe", APP).output == f"{APP}   not needed   api:release, dyno; level sync\n"


def test_a_rule_that_waits_for_more_says_how_often_it_was(heard: Heard, run: Run) -> None:
    release = str(uuid4())
    heard("release_update_succeeded", "--set", f"data.id={release}", *a_minute_ago())
    id = heard("dyno_crashed", "--set", f"data.release.id={release}")
    shown = run("events", "show", id).output
    assert f"{CRASHING}   matched: data.state is crashed, data.type is web; window 1 of 2" in shown
    assert f"{CRASHING}: window" in run("events", "list").output


def test_a_rule_that_did_not_match_says_what_it_wanted_and_what_it_saw(heard: Heard, run: Run) -> None:
    shown = run("events", "show", heard("dyno_cycled")).output
    assert f"{CRASHING}   did not match: it wants that data.state is crashed, and saw " in shown


def test_an_event_that_no_rule_listens_to_says_so(heard: Heard, run: Run) -> None:
    id = heard("addon_create")
    assert "no rule listens to such events" in run("events", "show", id).output


def test_what_could_not_be_read_is_kept_and_told(tmp_path: Path, run: Run, ask: Ask) -> None:
    nameless = tmp_path / "nameless.json"
    nameless.write_text('{"data": "what is this"}')
    [sent] = ask("send", str(nameless))
    assert sent["answer"]["status"] == "unreadable"
    id = sent["answer"]["event"]
    until(lambda: ask("events", "show", id)["decisions"], what="it to be looked at")
    shown = run("events", "show", id, "--body").output
    assert "it could not be read: " in shown
    assert "what is this" in shown


def test_an_event_is_found_by_the_beginning_of_its_id(heard: Heard, ask: Ask) -> None:
    id = heard("addon_update")
    assert ask("events", "show", id[:13])["id"] == id


def test_the_body_is_shown_without_the_secrets_in_it(heard: Heard, run: Run) -> None:
    link = "https://build-output.example.com/s?X-Amz-Signature=sesame"
    id = heard("build_create_pending", "--set", f"data.output_stream_url={link}")
    shown = run("events", "show", id, "--body").output
    assert "build-output.example.com" in shown
    assert "sesame" not in shown


def test_events_of_another_app_are_left_out_if_asked(heard: Heard, ask: Ask) -> None:
    id = heard("dyno_update", "--app", "acme-other")
    heard("dyno_update", "--app", "acme-not-asked-for")
    found = ask("events", "list", "--app", "acme-other", "--last", "1")
    assert [(one["id"], one["app"]) for one in found] == [(id, "acme-other")]


def test_while_it_is_paused_deliveries_wait_and_then_go_on(ask: Ask, run: Run) -> None:
    ask("pause", "--why", "an experiment")
    try:
        id = str(uuid4())
        ask("send", "dyno_update", "--id", id)
        assert ask("events", "show", id)["state"] == "waiting"
        assert "by ada, " in run("status").output
        assert ask("status")["paused"]["why"] == "an experiment"
    finally:
        resumed = run("resume", "--why", "it is over")
    assert "ada had paused it" in resumed.output
    until(lambda: ask("events", "show", id)["decisions"], what="the event to be decided after all")
    again = run("resume", "--why", "once more")
    assert (again.exit_code, again.output) == (1, "Error: the service is not paused\n")


def test_an_event_is_decided_again_for_a_person_and_a_reason(heard: Heard, ask: Ask, run: Run) -> None:
    id = heard("dyno_update")
    assert ask("events", "replay", id, "--by", "grace", "--why", "the rule is mended")["replayed"] == id
    until(lambda: len(ask("events", "show", id)["decisions"]) == 2, what="the second decision")
    assert ", again, as grace asked: the rule is mended" in run("events", "show", id).output


def test_a_run_tells_what_each_step_came_to(running: Stage, ask: Ask, run: Run) -> None:
    running.heroku.deploy(APP, "fail-release-phase")
    ended = until(
        lambda: next((one for one in ask("runs", "list") if one["state"] == "not needed"), None),
        what="the run",
        within=30,
    )
    assert (ended["rule"], ended["app"]) == (FAILED, APP)
    shown = run("runs", "show", ended["id"]).output
    assert "rollback         not needed v" in shown
    assert "notify           done       Told log." in shown
    listed = run("runs", "list", "--state", "not needed").output
    assert "never went live" in listed
    assert f"{FAILED}: planned" in run("events", "list", "--last", "100").output
    assert shown.splitlines()[0] in run("events", "show", ended["event"]).output

    asks_nothing = run("runs", "approve", ended["id"], "--why", "why not")
    assert asks_nothing.exit_code == 1
    assert "asks for nothing: it is not needed" in asks_nothing.output


def test_an_open_breaker_is_shown_and_closed(running: Stage, ask: Ask, run: Run) -> None:
    opened = json.dumps({"at": 1_700_000_000_000, "event": "e", "max": 3})
    running.ledger.set(f"{layout.BREAKER}live:{CRASHING}", opened)
    assert CRASHING in run("breaker", "list").output
    assert ask("status")["breakers_open"] == [CRASHING]
    assert f"breakers       open: {CRASHING}; look: bin/dynohook breaker list" in run("status").output
    assert [one["rule"] for one in ask("breaker", "close", CRASHING, "--why", "mended")] == [CRASHING]
    assert run("breaker", "list").output == "No breaker is open.\n"
    assert f"ada closed the breaker of rule {CRASHING}: mended" in run("history").output


def test_an_open_breaker_of_a_shadow_is_told_apart_from_one_that_stops_a_live_rule(
    running: Stage, ask: Ask, run: Run
) -> None:
    opened = json.dumps({"at": 1_700_000_000_000, "event": "e", "max": 3})
    running.ledger.set(f"{layout.BREAKER}shadow:{CRASHING}", opened)
    assert (ask("status")["breakers_open"], ask("status")["breakers_open_in_shadow"]) == ([], [CRASHING])
    assert f"breakers       open in shadow: {CRASHING}" in run("status").output
    ask("breaker", "close", CRASHING, "--why", "mended")


def test_while_a_rule_is_silenced_it_does_nothing_and_says_by_whom_and_why(heard: Heard, ask: Ask, run: Run) -> None:
    kept = ask("silence", "add", "--app", "acme-quiet", "--rule", "roll-*", "--for", "2h", "--why", "a migration")
    assert kept["warnings"] == ["none of the last 500 events was about an app called acme-quiet"]
    shown = run("events", "show", heard("dyno_crashed", "--app", "acme-quiet")).output
    assert "stopped: silenced until " in shown
    assert ": a migration (ada)" in shown
    assert "rule roll-* about acme-quiet, silenced until " in run("status").output
    assert "acme-quiet" in run("silence", "list").output

    assert run("silence", "end", kept["id"], "--why", "done").output == f"{kept['id']} is over.\n"
    assert run("silence", "list").output == "Nothing is silenced.\n"
    heard("release_update_succeeded", "--app", "acme-quiet", *a_minute_ago())
    shown = run("events", "show", heard("dyno_crashed", "--app", "acme-quiet", "--set", "data.name=web.9")).output
    assert "window 1 of 2" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param([], 2, "Name --app, --rule or both", id="of nothing"),
        pytest.param(["--app", "a"], 2, "Say how long", id="without an end"),
        pytest.param(["--app", "a", "--for", "1h", "--until", "2026-05-01"], 2, "Say how long", id="with two ends"),
        pytest.param(["--app", "a", "--for", "1w"], 2, "must be a duration like", id="for an unknown unit"),
        pytest.param(["--app", "a", "--until", "tomorrow"], 2, "is no time like", id="until no time"),
        pytest.param(
            ["--app", "a", "--until", "2020-05-01T14:00"], 1, "is over already", id="until a time in the past"
        ),
        pytest.param(["--app", "a", "--until", "2999-05-01T14:00Z"], 2, "more than 30 days", id="for ever"),
        pytest.param(["--app", "a", "--for", "1h", "--why", " "], 2, "must be 1 to 300", id="for no reason"),
    ],
)
def test_a_silence_has_a_scope_an_end_and_a_reason(words: list[str], code: int, said: str, run: Run) -> None:
    ran = run("silence", "add", "--why", "x", *words)
    assert (ran.exit_code, said in ran.output) == (code, True), ran.output


def test_a_silence_of_a_rule_that_is_not_there_warns(run: Run) -> None:
    ran = run("silence", "add", "--rule", "rol-back", "--for", "1m", "--why", "x")
    assert ran.exit_code == 0
    assert "Warning: no rule that is loaded is called rol-back" in ran.output
    run("silence", "end", ran.output.split(":")[0], "--why", "x")


def test_our_own_trouble_is_listed_in_its_own_words(running: Stage, run: Run) -> None:
    Beat(running.ledger, worker="w", rules="r", version="v").tell("trouble:1", "The token was refused.")
    assert "The token was refused." in run("runs", "list").output


def test_a_dead_letter_is_shown_and_replayed(running: Stage, heard: Heard, ask: Ask, run: Run) -> None:
    assert run("events", "dead").output == "There is no dead letter.\n"
    id = heard("dyno_cycled")
    running.ledger.hset(layout.DEAD, f"decide {id}", json.dumps({"at": 1_700_000_000_000, "attempts": 5}))
    assert [(one["id"], one["kind"], one["attempts"]) for one in ask("events", "dead")] == [(id, "event", 5)]
    assert id in run("events", "dead").output
    assert ask("events", "show", id)["state"] == "dead"
    assert "look: bin/dynohook events dead" in run("status").output

    ask("events", "replay", id, "--why", "mended")
    until(lambda: len(ask("events", "show", id)["decisions"]) == 2, what="it to be decided after all")
    assert ask("events", "dead") == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["events", "show", "nobody"], id="no such event"),
        pytest.param(["events", "replay", "nobody", "--why", "x"], id="no such event to replay"),
        pytest.param(["runs", "show", "nobody"], id="no such run"),
        pytest.param(["runs", "deny", "nobody", "--why", "x"], id="no such run to deny"),
        pytest.param(["runs", "stop", "nobody", "--why", "x"], id="no such run to stop"),
        pytest.param(["silence", "end", "nobody", "--why", "x"], id="no such silence"),
        pytest.param(["breaker", "close", "nobody", "--why", "x"], id="no such breaker"),
    ],
)
def test_what_is_not_there_is_named(words: list[str], run: Run) -> None:
    ran = run(*words)
    assert ran.exit_code == 1
    assert "nobody" in ran.output


@pytest.mark.parametrize("words", [["events", "show"], ["rules", "explain"], ["events", "replay", "--why", "x"]])
def test_whoever_has_a_run_s_id_at_hand_is_told_its_event_s(words: list[str], heard: Heard, run: Run) -> None:
    id = heard("dyno_update")
    ran = run(*words, f"{id}:roll-back")
    assert ran.exit_code == 1
    assert f"there is no event '{id}:roll-back'; did you mean {id}?" in ran.output


@pytest.mark.parametrize(
    "words",
    [
        ["pause"],
        ["resume"],
        ["events", "replay", "e"],
        ["runs", "approve", "r"],
        ["runs", "deny", "r"],
        ["runs", "stop", "r"],
        ["breaker", "close", "r"],
        ["silence", "add", "--app", "a", "--for", "1h"],
        ["silence", "end", "s"],
    ],
    ids=" ".join,
)
def test_who_changes_something_says_why(words: list[str], run: Run) -> None:
    ran = run(*words)
    assert ran.exit_code == 2
    assert "--why" in ran.output


def test_without_a_worker_the_glance_is_no() -> None:
    """Last, since it looks at a service that is not there: a Redis in which nobody ever worked."""
    with Crew() as crew:
        server = Server(crew).start()
        ran = CliRunner(env={"REDIS_URL": server.url}).invoke(main, ["status"])
    assert ran.exit_code == 1
    assert "none seen lately" in ran.output
