"""Redis stops, dies, loses its data, freezes, and comes back."""

import random
import time

import pytest

from tests.harness import events, workload
from tests.harness.judging import judge
from tests.harness.rounds import MANY, rounds
from tests.harness.stage import Stage
from tests.harness.workload import Workload
from toolbelt.simulator.faults import Fault, Kind

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

GONE = 10.0  # seconds
FROZEN = 20.0 if MANY else 4.0  # seconds: longer than any time-out towards Redis, or than the receiver's


@rounds(many=3)
def test_redis_killed_and_back_after_ten_seconds_costs_nothing(stage: Stage, seed: int) -> None:
    """kill -9; what it had written down is there again."""
    chance = random.Random(seed)
    work = workload.make(stage, chance, quiet=300, effects=10, repeats=50)
    burst = stage.sender.burst(work.documents)
    burst.reached(chance.randrange(50, 250))
    stage.server.kill()
    pass_by(stage, GONE)
    assert 503 in stage.sender.statuses
    stage.server.start()
    stage.finish(burst)
    stage.settle()
    judge(stage, work)


def test_redis_back_without_its_data_is_missed_and_nothing_acts_twice(stage: Stage) -> None:
    """Heroku tells of it all once more, as it may for 72 h; one call was under way when the data went."""
    apps = [stage.add_app() for _ in range(5)]
    amid = apps[-1]
    work = Workload(effects=apps, documents=[events.crash(app) for app in apps])
    stage.sender.burst(work.documents[:-1]).finish()
    stage.settle()
    stage.until(lambda: stage.hands.status()["epoch"], what="a worker to know the epoch")
    stage.heroku.order_faults(Fault(kind=Kind.TIME_OUT_AFTER, method="POST", path=f"/apps/{amid.id}/*", seconds=3))
    stage.sender.burst(work.documents[-1:]).finish()
    stage.until(lambda: stage.heroku.calls("POST", f"/apps/{amid.id}/*"), what="the last call to be made")
    before = stage.until(lambda: beginnings(stage), what="the system target to be told of the first start")
    stage.server.kill()
    stage.server.restart(keep_data=False)
    stage.until(lambda: stage.said("redis lost its data"), what="the log to tell of it")
    stage.until(lambda: beginnings(stage) > before, what="the system target to be told of it")
    stage.finish(stage.sender.burst(work.documents))
    stage.settle()
    again = {run.app: run.state for run in stage.hands.runs(most=100) if run.app}
    assert again == dict.fromkeys((app.id for app in apps), "not needed")
    judge(stage, work, lost=True)


def beginnings(stage: Stage) -> int:
    """How often the `system` target was told that Redis is empty."""
    told = [line for line in stage.lines() if "event=notification target=system " in line]
    return sum("begins with an empty Redis" in line for line in told)


def test_redis_frozen_for_longer_than_time_outs_costs_nothing(stage: Stage) -> None:
    """It answers nobody, and then carries out what it was told meanwhile."""
    work = workload.make(stage, random.Random(17), quiet=300, effects=10, repeats=50)
    burst = stage.sender.burst(work.documents)
    burst.reached(100)
    stage.server.freeze()
    pass_by(stage, FROZEN)
    stage.server.thaw()
    assert 503 in stage.sender.statuses
    stage.finish(burst)
    stage.settle()
    judge(stage, work)


def pass_by(stage: Stage, seconds: float) -> None:
    """Let the fault last, with every process kept running as Heroku would."""
    ends = time.monotonic() + seconds
    stage.until(lambda: time.monotonic() > ends, what="the fault to last")
