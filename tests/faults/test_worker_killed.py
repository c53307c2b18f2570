"""kill -9 of the worker: during a burst of deliveries."""

import random

import pytest

from tests.harness import workload
from tests.harness.judging import judge
from tests.harness.rounds import rounds
from tests.harness.stage import Stage

pytestmark = pytest.mark.faults


@rounds()
def test_a_worker_killed_in_a_burst_loses_and_doubles_nothing(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    work = workload.make(stage, chance, quiet=300, effects=12, repeats=60)
    burst = stage.sender.burst(work.documents)
    burst.reached(chance.randrange(20, len(work.documents)))
    stage.workers[0].kill()
    burst.finish()
    stage.settle()
    judge(stage, work)
