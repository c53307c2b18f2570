"""The record of calls: bounded, readable, and without anything secret."""

from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import cast

import pytest
import redis

from core import layout
from core.audit import Audit, AuditLine, line
from core.runs import Run
from heroku.calls import CallRecord

DONE = CallRecord(
    who="rule roll-back",
    endpoint="rollback",
    app="5d1c1f0e-0000-4000-8000-000000000001",
    allowed=True,
    outcome="done",
    seconds=0.1234,
    status=201,
    request_id="9f0d1a",
    remaining=4_498,
)


RUN = cast("Run", SimpleNamespace(id="event:roll-back", app=DONE.app, app_name="acme-web"))


def entry(record: CallRecord = DONE, *, why: str = "allowed by releases: write") -> AuditLine:
    return line(record, at=1_763_840_000.5, run=RUN, why=why)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        pytest.param(
            entry(),
            "rule roll-back called rollback on acme-web: done (201); allowed by releases: write "
            "[0.12 s, request 9f0d1a, 4,498 calls left].",
            id="done",
        ),
        pytest.param(
            entry(
                replace(DONE, allowed=False, outcome="denied", status=None, request_id=None, remaining=None),
                why="needs releases: write and has off",
            ),
            "rule roll-back called rollback on acme-web: denied, nothing was sent; needs releases: write and has off.",
            id="denied",
        ),
        pytest.param(
            entry(replace(DONE, outcome="unknown", status=None, request_id=None, remaining=None), why=""),
            "rule roll-back called rollback on acme-web: left without an answer [0.12 s].",
            id="no answer",
        ),
        pytest.param(
            entry(replace(DONE, outcome="unknown", status=503), why=""),
            "rule roll-back called rollback on acme-web: left without a clear answer (503) "
            "[0.12 s, request 9f0d1a, 4,498 calls left].",
            id="an answer that does not say",
        ),
        pytest.param(
            entry(replace(DONE, endpoint="update_app", outcome="unavailable", status=200), why=""),
            "rule roll-back called update app on acme-web: left without a clear answer, to be tried again (200) "
            "[0.12 s, request 9f0d1a, 4,498 calls left].",
            id="half an answer to what may be repeated",
        ),
        pytest.param(
            entry(replace(DONE, outcome="unavailable", status=429, remaining=0), why=""),
            "rule roll-back called rollback on acme-web: not taken by Heroku, to be tried again (429) "
            "[0.12 s, request 9f0d1a, 0 calls left].",
            id="too many calls",
        ),
        pytest.param(
            entry(replace(DONE, warning="The stack heroku-20 goes away.")),
            "rule roll-back called rollback on acme-web: done (201); allowed by releases: write "
            "[0.12 s, request 9f0d1a, 4,498 calls left]. Heroku warns: The stack heroku-20 goes away.",
            id="with a warning",
        ),
    ],
)
def test_a_call_is_told_in_a_sentence(given: AuditLine, sentence: str) -> None:
    assert given.sentence == sentence


def test_a_warning_of_heroku_s_is_logged_and_exported() -> None:
    warned = entry(replace(DONE, warning="It goes away."))
    assert warned.to_log()["warning"] == warned.to_json()["warning"] == "It goes away."
    assert "warning" not in entry().to_log()


def test_a_line_that_was_written_without_a_warning_is_read() -> None:
    """Those of the version before had no such field."""
    older = {name: value for name, value in asdict(entry()).items() if name != "warning"}
    assert AuditLine(**older) == entry()


def test_lines_come_back_as_they_were_written_the_oldest_first(server: redis.Redis) -> None:
    audit = Audit(server)
    lines = [line(DONE, at=float(n), run=RUN, why=str(n)) for n in range(3)]
    for each in lines:
        audit.write(each)

    assert list(audit.read()) == lines
    assert list(audit.read(most=2)) == lines[1:]


def test_the_record_is_bounded(server: redis.Redis) -> None:
    audit = Audit(server)
    for _ in range(layout.AUDIT_LINES + 500):
        audit.write(entry())

    assert layout.AUDIT_LINES <= server.xlen(layout.AUDIT) < layout.AUDIT_LINES + 200


@pytest.mark.parametrize(
    ("app", "told"),
    [(DONE.app, "acme-web"), ("acme-web", "acme-web"), ("acme-staging", "acme-staging"), (None, "")],
    ids=["by its id", "by its name", "another app", "no app at all"],
)
def test_a_call_is_told_of_the_app_that_it_went_to(app: str | None, told: str) -> None:
    """A rule about one app called another. The record said that it was done to the app of the event."""
    assert entry(replace(DONE, app=app)).app == told
