"""Two versions at once, as in each deploy: a record that this one does not know is left to the other."""

import random
import signal

import pytest

from core import layout
from tests.harness import events, workload
from tests.harness.judging import judge
from tests.harness.rounds import only_with_many
from tests.harness.stage import Stage
from tests.harness.workload import Workload

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

ANOTHER_FORMAT = layout.FORMAT + 1
PUT_BACK = 31_000  # milliseconds


def test_an_event_of_an_unknown_format_is_put_back_and_its_neighbours_are_decided(stage: Stage) -> None:
    work = workload.make(stage, random.Random(11), quiet=20, effects=2)
    foreign = work.documents[7]["id"]
    stage.hands.pause(by="a test", why="to lay a record of another version among the others")
    stage.sender.burst(work.documents).finish()
    stage.redis.setrange(layout.EVENT + foreign, 0, bytes((ANOTHER_FORMAT,)))
    stage.hands.resume(by="ops", why="it is over")
    stage.until(lambda: waiting(stage) == [foreign], what="all others to be decided")
    stage.until(lambda: put_back(stage, "decide", foreign), what="the foreign one to be put back")

    stage.redis.setrange(layout.EVENT + foreign, 0, bytes((layout.FORMAT,)))  # the other version has come
    stage.redis.zadd(layout.DUE + "decide", {foreign: 0})
    stage.settle()
    judge(stage, work)


def test_a_run_of_an_unknown_format_is_put_back(stage: Stage) -> None:
    app = stage.add_app()
    crash = events.crash(app)
    run = f"{crash['id']}:roll-back-crashed"
    work = Workload(effects=[app], documents=[crash])
    stage.redis.hset(layout.RUN + run, "format", str(ANOTHER_FORMAT))
    stage.redis.zadd(layout.DUE + "act", {run: 0})
    stage.until(lambda: put_back(stage, "act", run), what="the foreign run to be put back")
    stage.redis.delete(layout.RUN + run)
    stage.redis.zrem(layout.DUE + "act", run)
    stage.sender.burst([crash]).finish()
    stage.settle()
    judge(stage, work)


@only_with_many
def test_a_deploy_amid_a_burst_loses_and_doubles_nothing(stage: Stage) -> None:
    """The new worker is there before the old one is told to stop; then the old one goes."""
    work = workload.make(stage, random.Random(13), quiet=2_000, effects=20, repeats=200)
    burst = stage.sender.burst(work.documents)
    burst.reached(200)
    old = stage.workers.pop(0)
    stage.add_worker().wait_ready()
    old.process.send(signal.SIGTERM)
    old.process.wait(30.0)
    stage.finish(burst)
    stage.settle()
    judge(stage, work)


def waiting(stage: Stage) -> list[str]:
    return [id.decode() for id in stage.redis.zrange(layout.DUE + "decide", 0, -1)]  # type: ignore[union-attr]


def put_back(stage: Stage, lane: str, row: str) -> bool:
    """It is to be looked at in about 30 s, and nobody holds it."""
    score = stage.redis.zscore(layout.DUE + lane, row)
    now = stage.hands.now() * 1000
    held = stage.redis.hexists(layout.CLAIMS + lane, row)
    return isinstance(score, float) and now < score < now + PUT_BACK and not held
