"""kill -9 of the worker: amid its calls, with a batch in hand, in a burst, saturated, idle."""

import random
import time

import pytest

from tests.harness import events, workload
from tests.harness.judging import changes, judge
from tests.harness.proxy import Proxy
from tests.harness.rounds import only_with_many, rounds
from tests.harness.stage import Stage
from tests.harness.workload import Workload
from toolbelt.simulator.faults import Fault, Kind

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

RECOVERY = 15.0  # seconds, from the kill until everything is decided: what the service promises
THREADS = 6  # of a worker


def test_a_worker_killed_amid_three_calls_makes_each_change_once(stage: Stage) -> None:
    """One before it asked for anything, one whose call never arrived, one whose call was done but not answered."""
    looking, lost, done = apps = [stage.add_app() for _ in range(3)]
    stage.heroku.order_faults(
        Fault(kind=Kind.SLOW, method="GET", path=f"/apps/{looking.id}/*", seconds=20),
        Fault(kind=Kind.TIME_OUT_BEFORE, method="POST", path=f"/apps/{lost.id}/*", seconds=20),
        Fault(kind=Kind.TIME_OUT_AFTER, method="POST", path=f"/apps/{done.id}/*", seconds=20),
    )
    work = Workload(effects=apps, documents=[events.crash(app) for app in apps])
    stage.sender.burst(work.documents).finish()
    stage.until(lambda: len(under_way(stage)) == 3, what="three calls to be under way")
    assert [call.path.split("/")[2] for call in changes(stage)] == [done.id]
    stage.workers[0].kill()
    stage.settle()
    judge(stage, work)


def test_what_a_killed_worker_had_in_hand_is_decided_in_time(proxied: Stage, proxy: Proxy) -> None:
    """It dies between the claim of a batch and the first look at it."""
    work = workload.make(proxied, random.Random(1), quiet=60, effects=4)
    marked = work.documents[30]["id"]
    killed_at: list[float] = []

    def kill() -> None:
        proxy.forget_watches()
        proxied.workers[0].kill()
        killed_at.append(time.monotonic())

    proxy.watch(marked.encode(), kill)
    proxied.sender.burst(work.documents).finish()
    proxied.until(lambda: killed_at, what="the worker to be killed")
    proxied.until(proxied.all_decided, what="everything to be decided")
    took = time.monotonic() - killed_at[0]
    print(f"recovered from a killed worker in {took:.1f} s")
    assert took < RECOVERY
    proxied.settle()
    judge(proxied, work)


@rounds()
def test_a_worker_killed_in_a_burst_loses_and_doubles_nothing(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    work = workload.make(stage, chance, quiet=300, effects=12, repeats=60)
    burst = stage.sender.burst(work.documents)
    burst.reached(chance.randrange(20, len(work.documents)))
    stage.workers[0].kill()
    stage.finish(burst)
    stage.settle()
    judge(stage, work)


@only_with_many
@rounds(many=3)
def test_workers_killed_again_and_again_lose_and_double_nothing(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    stage.add_worker().wait_ready()
    work = workload.make(stage, chance, quiet=2_000, effects=40, repeats=400)
    burst = stage.sender.burst(work.documents)
    for _ in range(8):
        time.sleep(chance.uniform(0.0, 2.0))  # a moment of chance, not a wait for something
        chance.choice(stage.workers).kill()
        stage.tend()
    stage.finish(burst)
    stage.settle(within=180)
    judge(stage, work)


@only_with_many
@rounds(many=3)
def test_a_saturated_worker_that_is_killed_loses_and_doubles_nothing(stage: Stage, seed: int) -> None:
    """More slow calls than threads, and events on top of them."""
    chance = random.Random(seed)
    stage.heroku.order_faults(Fault(kind=Kind.SLOW, path="/apps/*", times=60, seconds=1.0))
    work = workload.make(stage, chance, quiet=500, effects=25, repeats=100)
    burst = stage.sender.burst(work.documents)
    stage.until(lambda: len(under_way(stage)) >= THREADS - 1, what="all threads to be busy")
    time.sleep(chance.uniform(0.0, 1.0))
    stage.workers[0].kill()
    stage.finish(burst)
    stage.settle(within=180)
    judge(stage, work)


@only_with_many
def test_an_idle_worker_that_is_killed_costs_what_comes_next_little(stage: Stage) -> None:
    stage.settle()
    stage.workers[0].kill()
    began = time.monotonic()
    work = Workload(effects=[stage.add_app()])
    work.documents = [events.crash(work.effects[0])]
    stage.sender.burst(work.documents).finish()
    stage.until(stage.all_decided, what="the event to be decided")
    assert time.monotonic() - began < RECOVERY
    stage.settle()
    judge(stage, work)


def under_way(stage: Stage) -> list[str]:
    """Calls that have had no answer yet."""
    return [call.path for call in stage.heroku.calls() if call.status is None and call.seconds is None]
