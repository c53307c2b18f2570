"""`bin/dynohook runs`: what a person reads of a run in each of its states, and how it is answered and stopped."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from core import layout
from core.runs import RUN_STATES
from tests.toolbelt.commands.conftest import NOTHING_SET, Terminal
from toolbelt.cli import main

RUN = "e1:roll-back"
STEPS: list[dict[str, Any]] = [{"name": name, "action": "notify", "params": {}} for name in ("first", "second")]


def a_run(terminal: Terminal, state: str, **fields: Any) -> None:
    """A run of two steps; `fields` are lines of its journal as (state, sentence), or texts."""
    told: dict[Any, Any] = {
        name.replace("_", ":"): json.dumps({"state": value[0], "at": 1, "sentence": value[1]})
        for name, value in fields.items()
        if isinstance(value, tuple)
    }
    texts: dict[Any, Any] = {name: value for name, value in fields.items() if isinstance(value, str)}
    common: dict[Any, Any] = {"format": layout.FORMAT, "rule": "roll-back", "mode": "live", "planned_at": 1}
    plan = json.dumps({"steps": STEPS, "on_failure": []})
    kept: dict[Any, Any] = {**common, "state": state, "plan": plan, **told, **texts}
    terminal.redis.hset(layout.RUN + RUN, mapping=kept)
    terminal.redis.zadd(layout.RUNS, {RUN: 1})
    if state not in ("done", "stopped", "failed", "denied"):
        terminal.redis.zadd(layout.DUE + "act", {RUN: 1})


@pytest.mark.parametrize(
    ("state", "fields", "lines"),
    [
        pytest.param(
            "running",
            {"step_0": ("waiting", "503; trying again in 5 s.")},
            ["first            waiting    503; trying again in 5 s.", "second           planned"],
            id="under way",
        ),
        pytest.param(
            "stopped",
            {"step_0": ("waiting", "503; trying again in 5 s."), "note": "ACT is off"},
            [
                "ACT is off",
                "first            stopped    It was waiting: 503; trying again in 5 s.",
                "second           not taken",
            ],
            id="stopped while it waited",
        ),
        pytest.param(
            "failed",
            {"step_0": ("failed", "It broke.")},
            ["first            failed     It broke.", "second           not taken"],
            id="failed",
        ),
        pytest.param(
            "needs approval",
            {"approval_0": ("waiting", "May it?")},
            ["approval         waiting    May it?", "first            planned", "second           planned"],
            id="asking",
        ),
        pytest.param(
            "denied",
            {"approval_0": ("denied", "ada denied it: no.")},
            [
                "approval         denied     ada denied it: no.",
                "first            not taken",
                "second           not taken",
            ],
            id="denied",
        ),
    ],
)
def test_a_run_tells_how_far_each_step_came(
    terminal: Terminal, state: str, fields: dict[str, Any], lines: list[str]
) -> None:
    a_run(terminal, state, **fields)

    shown = [line.strip() for line in terminal.run("runs", "show", "e1").output.splitlines()]

    assert shown[0] == f"Run {RUN}: {state}"
    assert shown[2:] == lines


def test_what_asks_is_found_and_the_status_counts_it(terminal: Terminal) -> None:
    a_run(terminal, "needs approval", approval_0=("waiting", "May it?"), asking="approval:0")

    assert "May it?" in terminal.run("runs", "list", "--state", "needs approval").output
    assert "1 under way, 1 of them asks for a yes or no; look: bin/dynohook runs list" in terminal.run("status").output


def test_what_asks_says_until_when_an_answer_counts(terminal: Terminal) -> None:
    a_run(terminal, "needs approval", approval_0=("waiting", "May it?"), asking="approval:0", ask_until="1000")

    assert "an answer counts until 1970-01-01 00:00:01 UTC, " in terminal.run("runs", "show", "e1").output


@pytest.mark.parametrize(("word", "said"), [("approve", "goes on"), ("deny", "is denied")])
def test_an_answer_is_given_once_and_says_what_it_means(terminal: Terminal, word: str, said: str) -> None:
    a_run(terminal, "needs approval", approval_0=("waiting", "May it?"), asking="approval:0")

    assert terminal.run("runs", word, "e1", "--why", "x").output.startswith(f"{RUN} {said}; look: ")
    again = terminal.run("runs", word, "e1", "--why", "x")
    assert (again.exit_code, "asks for nothing any more: " in again.output) == (1, True)


def test_an_answer_in_a_pause_says_that_it_waits_for_the_end_of_that(terminal: Terminal) -> None:
    """ "It goes on" was all that it said, and nothing went on."""
    a_run(terminal, "needs approval", approval_0=("waiting", "May it?"), asking="approval:0")
    terminal.run("pause", "--why", "an incident")

    assert (
        "The service is paused: that is done when it goes on" in terminal.run("runs", "deny", "e1", "--why", "x").output
    )


def test_a_run_is_stopped_with_a_reason_that_is_shown(terminal: Terminal) -> None:
    a_run(terminal, "running", step_0=("waiting", "503."))

    assert terminal.run("runs", "stop", "e1", "--why", "by hand").output.startswith(f"{RUN} is stopped; look: ")
    assert "stopped by ada: by hand" in terminal.run("runs", "show", "e1").output
    assert "ada stopped run e1:roll-back: by hand" in terminal.run("history").output
    again = terminal.run("runs", "stop", "e1", "--why", "by hand")
    assert (again.exit_code, "has ended: it is stopped" in again.output) == (1, True)


def test_a_run_amid_a_call_is_not_stopped_and_says_why(terminal: Terminal) -> None:
    a_run(terminal, "running", step_0=("started", "Called rollback; no answer yet."))

    ran = terminal.run("runs", "stop", "e1", "--why", "by hand")

    assert (ran.exit_code, "waits for what came of a call to Heroku" in ran.output) == (1, True)
    assert json.loads(terminal.run("history", "--json").output) == []


def test_what_redis_refuses_is_told_with_its_reason(terminal: Terminal) -> None:
    """It was said not to answer, and whoever read that looked for a broken connection."""
    terminal.redis.set(layout.SILENCES, "of another kind")
    ran = terminal.run("silence", "list")

    assert ran.exit_code == 3
    assert ran.stderr.startswith("Error: the Redis of REDIS_URL refused it: WRONGTYPE ")


@pytest.mark.parametrize("words", [("list",), ("show", "e1")])
def test_what_strangers_wrote_does_nothing_to_the_terminal(terminal: Terminal, words: tuple[str, ...]) -> None:
    """A sentence may hold what somebody else's server answered."""
    evil = "It said \x1b]0;owned\x07\x1b[2J and \u202eevil\r"
    a_run(terminal, "failed", step_0=("failed", evil), note=evil)
    environment = {**NOTHING_SET, **terminal.environment}
    shown = CliRunner(env=environment).invoke(main, ("runs", *words), color=True).output

    plain = re.sub(r"\x1b\[[01]m", "", shown)  # the head is bold
    assert "It said" in plain
    assert [character for character in plain if not character.isprintable() and character != "\n"] == []


# --- the list ---


def three_runs(terminal: Terminal) -> None:
    """The oldest failed, of another rule and app than the others."""
    plan = json.dumps({"steps": STEPS, "on_failure": []})
    kept = [("e1:one", "one", "acme-shop", "failed"), ("e2:two", "two", "acme-news", "done")]
    for at, (id, rule, app, state) in enumerate([*kept, ("e3:two", "two", "acme-news", "done")]):
        fields: dict[Any, Any] = {"format": layout.FORMAT, "rule": rule, "mode": "live", "planned_at": 1, "plan": plan}
        terminal.redis.hset(layout.RUN + id, mapping={**fields, "state": state, "app": f"id-{app}", "app_name": app})
        terminal.redis.zadd(layout.RUNS, {id: at})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param([], ["e3:two", "e2:two", "e1:one"], id="all"),
        pytest.param(["--last", "1"], ["e3:two"], id="the last"),
        pytest.param(["--last", "1", "--state", "failed"], ["e1:one"], id="the last that failed, however long ago"),
        pytest.param(["--last", "1", "--state", "done"], ["e3:two"], id="the last that is done"),
        pytest.param(["--rule", "one"], ["e1:one"], id="of a rule"),
        pytest.param(["--app", "acme-news"], ["e3:two", "e2:two"], id="of an app"),
        pytest.param(["--app", "id-acme-shop"], ["e1:one"], id="of an app by its id"),
        pytest.param(["--app", "acme-news", "--rule", "one"], [], id="of an app and a rule"),
    ],
)
def test_runs_are_listed_by_what_they_are(terminal: Terminal, words: list[str], found: list[str]) -> None:
    """Of the last 20 none had failed, so it said that there was no such run: the 21st had."""
    three_runs(terminal)

    assert [run["id"] for run in json.loads(terminal.run("runs", "list", *words, "--json").stdout)] == found


def test_a_state_that_does_not_exist_is_told_with_those_that_do(terminal: Terminal) -> None:
    """`--state faild` found nothing, and said so as if none had failed."""
    ran = terminal.run("runs", "list", "--state", "faild")

    assert ran.exit_code == 2
    assert all(repr(state) in ran.stderr for state in RUN_STATES)


def test_where_no_run_is_found_it_says_where_it_looked(terminal: Terminal) -> None:
    assert terminal.run("runs", "list").output == "There is no such run.\n"
    three_runs(terminal)
    assert terminal.run("runs", "list", "--app", "other").output == "There is no such run among the latest 3.\n"
