"""SIGTERM to all processes, several times, as Heroku does it each day: clean within 30 s, and nothing lost."""

import random
import signal
import time

import pytest

from tests.harness import events, workload
from tests.harness.judging import judge
from tests.harness.rounds import MANY, rounds
from tests.harness.stage import Stage
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

ALLOWED = 30.0  # seconds, then Heroku sends SIGKILL
LONG_STEP = 15.0 if MANY else 4.0  # seconds that one call takes
CLEAN = {0, -signal.SIGTERM}  # uvicorn ends by the signal it was sent, once it has finished


@rounds(many=3)
def test_told_to_stop_amid_a_burst_and_a_long_step_it_finishes_and_loses_nothing(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    work = workload.make(stage, chance, quiet=400, effects=8, repeats=100)
    busy = stage.add_app()
    work.effects.append(busy)
    crash = events.crash(busy)
    stage.heroku.order_faults(Fault(kind=Kind.SLOW, method="POST", path=f"/apps/{busy.id}/*", seconds=LONG_STEP))
    stage.sender.burst([crash]).finish()
    stage.until(lambda: stage.heroku.calls("POST", f"/apps/{busy.id}/*"), what="the long step to begin")
    burst = stage.sender.burst(work.documents)
    burst.reached(50)

    began = time.monotonic()
    for _ in range(chance.randint(3, 5)):
        for dyno in stage.dynos:
            dyno.process.send(signal.SIGTERM)
        time.sleep(chance.uniform(0.0, 0.5))  # a moment of chance, not a wait for something
    until(lambda: not any(dyno.running for dyno in stage.dynos), what="all processes to end", within=ALLOWED)
    print(f"ended {time.monotonic() - began:.1f} s after the first SIGTERM, with a step of {LONG_STEP:g} s in hand")
    assert {dyno.process.wait(1.0) for dyno in stage.dynos} <= CLEAN
    assert not stage.said("Traceback")
    assert any(run.app == busy.id and run.journal["step:0"].changed for run in stage.hands.runs(most=1_000))

    stage.finish(burst)
    stage.settle()
    work.documents.append(crash)
    judge(stage, work)
