"""The record as people and programs see it."""

import json
from typing import Any

import pytest

from core.audit import Audit, AuditLine
from tests.toolbelt.commands.conftest import Terminal

RULE, PERSON = "rule roll-back", "ada (by hand)"


def line(at: int, **changes: Any) -> AuditLine:
    usual: dict[str, Any] = {
        "at": 1_763_840_000.0 + at,
        "who": RULE,
        "run": "event:roll-back",
        "endpoint": "rollback",
        "app": "acme-shop",
        "allowed": True,
        "why": "allowed by releases: write",
        "outcome": "done",
        "seconds": 0.1,
        "status": 201,
        "request_id": None,
        "remaining": 4_000,
    }
    return AuditLine(**usual | changes)


LINES = (
    line(0),
    line(1, app="acme-news"),
    line(2, who=PERSON, endpoint="list_webhooks", why="asked by `bin/dynohook subscribe`"),
    line(3, allowed=False, outcome="denied", why="it needs dynos: full and has off", status=None, remaining=None),
)


@pytest.fixture(autouse=True)
def record(terminal: Terminal) -> None:
    audit = Audit(terminal.redis)
    for each in LINES:
        audit.write(each)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], [0, 1, 2, 3], id="all"),
        pytest.param(["--json"], [0, 1, 2, 3], id="all, as it is anyway"),
        pytest.param(["--most", "2"], [2, 3], id="the latest"),
        pytest.param(["--app", "acme-news"], [1], id="of an app"),
        pytest.param(["--app", "acme"], [], id="of no app"),
        pytest.param(["--who", "ADA"], [2], id="of a person"),
        pytest.param(["--denied"], [3], id="denied"),
        pytest.param(["--who", "roll-back", "--app", "acme-shop", "--most", "1"], [3], id="all together"),
    ],
)
def test_what_is_asked_for_is_printed_a_line_each_the_newest_last(
    terminal: Terminal, words: list[str], expected: list[int]
) -> None:
    ran = terminal.run("audit", *words)
    assert ran.exit_code == 0
    assert [json.loads(each) for each in ran.stdout.splitlines()] == [LINES[n].to_json() for n in expected]


def test_sentences_are_for_people(terminal: Terminal) -> None:
    ran = terminal.run("audit", "--sentences", "--denied")
    assert ran.output == (
        "2025-11-22 19:33:23 UTC  rule roll-back called rollback on acme-shop: denied, nothing was sent; "
        "it needs dynos: full and has off.\n"
    )
    assert terminal.run("audit", "--sentences", "--app", "acme").output == "There is no such call in the record.\n"


def test_what_a_person_did_can_be_read_back(terminal: Terminal) -> None:
    app = terminal.new_app()
    terminal.run("subscribe", app)
    told = terminal.run("audit", "--sentences", "--app", app).output.splitlines()
    assert len(told) == 2
    assert f"ada (by hand) called create webhook on {app}: done (201)" in told[1]


def test_without_redis_there_is_no_record(terminal: Terminal) -> None:
    assert terminal.run("audit", REDIS_URL="unix:///tmp/nobody-here.sock").exit_code == 3
