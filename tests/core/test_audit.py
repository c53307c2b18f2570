"""The record of calls: bounded, readable, and without anything secret."""

from dataclasses import replace

import pytest
import redis

from core import layout
from core.audit import Audit, AuditLine, line
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


def entry(record: CallRecord = DONE, *, why: str = "allowed by releases: write") -> AuditLine:
    return line(record, at=1_763_840_000.5, run="event:roll-back", app_name="acme-web", why=why)


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
    ],
)
def test_a_call_is_told_in_a_sentence(given: AuditLine, sentence: str) -> None:
    assert given.sentence == sentence


def test_lines_come_back_as_they_were_written_the_oldest_first(server: redis.Redis) -> None:
    audit = Audit(server)
    lines = [line(DONE, at=float(n), run=f"run {n}", app_name="acme-web", why="") for n in range(3)]
    for each in lines:
        audit.write(each)

    assert list(audit.read()) == lines
    assert list(audit.read(most=2)) == lines[1:]


def test_the_record_is_bounded(server: redis.Redis) -> None:
    audit = Audit(server)
    for _ in range(layout.AUDIT_LINES + 500):
        audit.write(entry())

    assert layout.AUDIT_LINES <= server.xlen(layout.AUDIT) < layout.AUDIT_LINES + 200
