"""Deliveries that are late, forged, and signed by a secret that changes meanwhile."""

import random
import secrets
import signal
from datetime import UTC, datetime

import pytest

from tests.harness import events, workload
from tests.harness.judging import judge
from tests.harness.stage import Stage
from tests.harness.workload import LATE, Workload

pytestmark = pytest.mark.faults


def test_nothing_comes_of_what_is_late_or_forged(stage: Stage) -> None:
    """A crash of 73 hours ago is kept and not acted on; what Heroku did not sign so is not even kept."""
    app = stage.add_app()
    late = [events.crash(app, at=datetime.now(UTC) - LATE) for _ in range(3)]
    work = Workload(bystanders=[app], documents=late)
    for document in late:
        stage.sender.post(document)
    for body, headers in workload.forge(stage, work):
        answer = stage.sender.post_bytes(body, headers)
        assert answer is not None
        assert answer.status_code == 401
    stage.settle()
    assert [gate(stage, document["id"]) for document in late] == ["stale"] * 3
    judge(stage, work)


def test_a_secret_is_replaced_amid_traffic_without_a_loss(stage: Stage) -> None:
    """The old beside the new, then the new alone; Heroku signs with either, and retries carry the old one."""
    old, new = stage.sender.secret, secrets.token_hex(16)
    work = workload.make(stage, random.Random(47), quiet=300, effects=6, repeats=40)
    burst = stage.sender.burst(work.documents)
    burst.reached(40)
    restart_web(stage, f"{old},{new}")
    burst.reached(120)
    stage.sender.secret = new
    stage.subscribe(secret=new)
    stage.finish(burst)
    stage.settle()
    judge(stage, work)

    restart_web(stage, new)
    stage.sender.secret = old
    forged = events.crash(work.bystanders[0])
    answer = stage.sender.post(forged)
    assert answer is not None
    assert answer.status_code == 401


def restart_web(stage: Stage, accepted: str) -> None:
    """As a changed config var does it."""
    [web] = stage.web
    web.process.send(signal.SIGTERM)
    web.process.wait(30.0)
    web.environment["WEBHOOK_SECRET"] = stage.environment["WEBHOOK_SECRET"] = accepted
    web.start().wait_ready()


def gate(stage: Stage, id: str) -> str:
    """What came of the first rule that matched."""
    kept = stage.hands.event(id).kept
    assert kept is not None
    return str(kept.decisions[0]["g"][0][1])
