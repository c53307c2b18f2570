"""kill -9 of the web process: in a burst, and just between the script that keeps a delivery and its answer."""

import random

import pytest

from tests.harness import workload
from tests.harness.judging import judge
from tests.harness.proxy import Proxy
from tests.harness.rounds import only_with_many, rounds
from tests.harness.stage import Stage

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

KEPT = b":1\r\n"  # in the answer to an accept


@pytest.fixture
def web_proxied(stage: Stage, proxy: Proxy) -> Stage:
    """Only the web process goes through the proxy."""
    stage.web[0].stop()
    stage.web.clear()
    stage.add_web(REDIS_URL=proxy.url).wait_ready()
    return stage


def test_what_was_kept_and_not_answered_is_a_duplicate_when_it_comes_again(web_proxied: Stage, proxy: Proxy) -> None:
    stage = web_proxied
    work = workload.make(stage, random.Random(5), quiet=200, effects=6)
    kills: list[int] = []

    def kill() -> None:
        if len(kills) < 2 and burst.acknowledged > 80 * len(kills) + 20:
            kills.append(burst.acknowledged)
            stage.web[0].kill()

    burst = stage.sender.burst(work.documents)
    proxy.watch(KEPT, kill)
    stage.finish(burst)
    stage.settle()
    assert len(kills) == 2
    assert ["duplicate"] in stage.sender.answers.values()
    judge(stage, work)


@only_with_many
@rounds(many=5)
def test_a_web_process_killed_in_a_burst_loses_nothing(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    work = workload.make(stage, chance, quiet=1_500, effects=20, repeats=300)
    burst = stage.sender.burst(work.documents)
    for share in (0.2, 0.4, 0.6):
        burst.reached(int(share * len(work.documents)))
        stage.web[0].kill()
        stage.tend()
    stage.finish(burst)
    stage.settle()
    judge(stage, work)
