"""Redis is there and refuses: full, read-only, out of clients, forgetful of scripts."""

import random
from urllib.parse import urlsplit

import pytest
import redis

from core import layout
from tests.faults.test_redis_gone import pass_by
from tests.harness import workload
from tests.harness.judging import judge
from tests.harness.stage import Stage
from tests.harness.workload import Workload
from toolbelt.servers import free_port
from toolbelt.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

REFUSING = 3.5  # seconds: several beats, and several tries of everybody
FILLER = "x" * 100_000


def test_a_full_redis_refuses_what_comes_and_finishes_what_it_has(stage: Stage) -> None:
    early, late = begun(stage, 29, quiet=60), begun(stage, 31, quiet=200)
    stage.hands.pause(by="a test", why="so that there is something to finish")
    stage.sender.burst(early.documents).finish()
    fill(stage)
    burst = stage.sender.burst(late.documents)
    stage.hands.resume(by="ops", why="it is over")
    stage.until(lambda: 503 in stage.sender.statuses, what="deliveries to be refused")
    assert stage.said("delivery not kept", "cause=full")
    stage.until(stage.all_decided, what="what was there already to be decided")
    pass_by(stage, REFUSING)
    assert not burst.acknowledged
    empty(stage)
    stage.finish(burst)
    stage.settle()
    judge(stage, together(early, late), let_go=True)


def test_a_redis_that_turns_read_only_costs_nothing(stage: Stage) -> None:
    """As after a failover, when the old one has become a replica."""
    work = begun(stage, 37, quiet=300)
    burst = stage.sender.burst(work.documents)
    burst.reached(60)
    stage.redis.replicaof("127.0.0.1", str(free_port()))
    pass_by(stage, REFUSING)
    assert 503 in stage.sender.statuses
    stage.redis.replicaof("NO", "ONE")
    stage.finish(burst)
    stage.settle()
    judge(stage, work)


def test_a_redis_without_room_for_clients_costs_nothing(stage: Stage) -> None:
    work = begun(stage, 41, quiet=300)
    burst = stage.sender.burst(work.documents)
    burst.reached(60)
    with redis.Redis(port=urlsplit(stage.server.url).port or 0, single_connection_client=True) as own:
        own.config_set("maxclients", 1)
        own.client_kill_filter(_type="normal", skipme=True)
        pass_by(stage, REFUSING)
        assert 503 in stage.sender.statuses
        own.config_set("maxclients", 1_000)
    stage.finish(burst)
    stage.settle()
    judge(stage, work)


def test_a_redis_that_forgets_the_scripts_costs_nothing(stage: Stage) -> None:
    work = begun(stage, 43, quiet=300)
    burst = stage.sender.burst(work.documents)
    for number in range(0, 300, 30):
        burst.reached(number)
        stage.redis.script_flush()
    stage.finish(burst)
    stage.settle()
    judge(stage, work)


def begun(stage: Stage, seed: int, *, quiet: int) -> Workload:
    return workload.make(stage, random.Random(seed), quiet=quiet, effects=5, repeats=quiet // 10)


def together(*works: Workload) -> Workload:
    whole = Workload()
    for work in works:
        whole.effects += work.effects
        whole.bystanders += work.bystanders
        whole.documents += work.documents
    return whole


def fill(stage: Stage) -> None:
    """Until there is no room for another write."""
    used = stage.redis.info("memory")["used_memory"]
    stage.redis.config_set("maxmemory", used + 3_000_000)
    stage.redis.delete(layout.ROOM)

    def full() -> bool:
        try:
            stage.redis.rpush("filler", *[FILLER] * 2)
        except redis.exceptions.OutOfMemoryError:
            return True
        return False

    until(full, what="Redis to be full")


def empty(stage: Stage) -> None:
    stage.redis.delete("filler")
    stage.redis.config_set("maxmemory", 0)
