"""The long campaign: rounds of everything at once, by chance, over one stage after the other."""

import random
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.harness import workload
from tests.harness.judging import judge
from tests.harness.proxy import Proxy
from tests.harness.rounds import ROUNDS, only_with_many, rounds
from tests.harness.stage import Stage, build
from toolbelt.crew import Crew
from toolbelt.servers import Server, free_port
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.simulator.views import AppView

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

FAULTS_IN_A_ROUND = 6
Nemesis = Callable[[Stage, Proxy, random.Random], None]


def kill_worker(stage: Stage, _: Proxy, chance: random.Random) -> None:
    chance.choice(stage.workers).kill()


def kill_web(stage: Stage, _: Proxy, __: random.Random) -> None:
    stage.web[0].kill()


def stop_worker(stage: Stage, _: Proxy, chance: random.Random) -> None:
    worker = chance.choice(stage.workers)
    for _number in range(chance.randint(1, 5)):
        worker.process.send(signal.SIGTERM)


def kill_redis(stage: Stage, _: Proxy, chance: random.Random) -> None:
    stage.server.kill()
    lasting(stage, chance.uniform(0.0, 4.0))
    stage.server.start()


def freeze_redis(stage: Stage, _: Proxy, chance: random.Random) -> None:
    stage.server.freeze()
    lasting(stage, chance.uniform(0.0, 12.0))
    stage.server.thaw()


def freeze_worker(stage: Stage, _: Proxy, chance: random.Random) -> None:
    """Long enough to be held dead, and then it goes on as if nothing had been."""
    worker = chance.choice(stage.workers).process
    worker.freeze()
    lasting(stage, chance.uniform(0.0, 12.0))
    worker.thaw()


def cut_links(stage: Stage, proxy: Proxy, chance: random.Random) -> None:
    for _number in range(chance.randint(1, 5)):
        proxy.reset()
        lasting(stage, chance.uniform(0.0, 0.5))


def deafen_links(_: Stage, proxy: Proxy, __: random.Random) -> None:
    proxy.deafen()


def slow_links(_: Stage, proxy: Proxy, chance: random.Random) -> None:
    proxy.slow_down(0.001, chance.uniform(0.001, 0.050))


def turn_read_only(stage: Stage, _: Proxy, chance: random.Random) -> None:
    stage.redis.replicaof("127.0.0.1", str(free_port()))
    lasting(stage, chance.uniform(0.0, 3.0))
    stage.redis.replicaof("NO", "ONE")


def flush_scripts(stage: Stage, _: Proxy, __: random.Random) -> None:
    stage.redis.script_flush()


def spoil_calls(stage: Stage, _: Proxy, chance: random.Random) -> None:
    """Only what a rollback survives: a refusal would rightly end it."""
    kind = chance.choice([Kind.SLOW, Kind.CUT, Kind.TIME_OUT_BEFORE, Kind.TIME_OUT_AFTER, Kind.STATUS, Kind.HTML])
    status = chance.choice([429, 500, 502, 503]) if kind is Kind.STATUS else 503
    times = chance.randint(1, 3)
    fault = Fault(kind=kind, path="/apps/*", status=status, seconds=chance.uniform(0.1, 3.0), times=times)
    stage.heroku.order_faults(fault)


NEMESES: tuple[Nemesis, ...] = (
    kill_worker, kill_worker, kill_web, stop_worker, kill_redis, freeze_redis, freeze_worker, cut_links, deafen_links,
    slow_links, turn_read_only, flush_scripts, spoil_calls,
)  # fmt: skip


@pytest.fixture
def two_workers(crew: Crew, server: Server, proxy: Proxy) -> Iterator[Stage]:
    stage = build(crew, server, redis_url=proxy.url, workers=2)
    yield stage
    stage.close()


@only_with_many
@rounds(many=2 * ROUNDS)
def test_whatever_fails_and_whenever_nothing_is_lost_and_nothing_is_done_twice(
    two_workers: Stage, proxy: Proxy, seed: int
) -> None:
    """Each fault strikes while deliveries arrive and changes are under way."""
    stage, chance = two_workers, random.Random(seed)
    work = workload.make(stage, chance, quiet=1_200, effects=24, repeats=250)
    for app in work.effects:
        hold_up(stage, app, chance)
    bursts = []
    for number in range(FAULTS_IN_A_ROUND):
        documents = work.documents[number::FAULTS_IN_A_ROUND]
        bursts.append(stage.sender.burst(documents, within=240, threads=3))
        lasting(stage, chance.uniform(0.0, 0.4))
        nemesis = chance.choice(NEMESES)
        print(nemesis.__name__)
        nemesis(stage, proxy, chance)
        lasting(stage, chance.uniform(0.0, 1.5))
    proxy.slow_down(0.0, 0.0)
    for burst in bursts:
        stage.finish(burst)
    stage.settle(within=240)
    judge(stage, work)


def hold_up(stage: Stage, app: AppView, chance: random.Random) -> None:
    """Have the change to an app take some time, before or after it is done, so that a fault can fall into it."""
    kind = chance.choice([Kind.SLOW, Kind.TIME_OUT_AFTER, None])
    if kind is not None:
        seconds = chance.uniform(0.1, 3.0)
        stage.heroku.order_faults(Fault(kind=kind, method="POST", path=f"/apps/{app.id}/*", seconds=seconds))


def lasting(stage: Stage, seconds: float) -> None:
    """Let it last, with every process kept running as Heroku would."""
    ends = time.monotonic() + seconds
    stage.until(lambda: time.monotonic() > ends, what="the fault to last")
