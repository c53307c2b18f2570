"""The way to Redis: cut with bytes in flight, half-open, slow."""

import random

import pytest

from tests.faults.test_redis_gone import pass_by
from tests.harness import workload
from tests.harness.judging import judge
from tests.harness.proxy import Proxy
from tests.harness.rounds import MANY, only_with_many, rounds
from tests.harness.stage import Stage

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


@rounds(many=5)
def test_connections_cut_amid_what_they_carry_cost_nothing(proxied: Stage, proxy: Proxy, seed: int) -> None:
    chance = random.Random(seed)
    work = workload.make(proxied, chance, quiet=400, effects=12 if MANY else 4, repeats=80)
    proxy.slow_down(0.001, 0.050)
    burst = proxied.sender.burst(work.documents)
    for number in range(8):
        burst.reached(number * len(work.documents) // 10)
        proxy.reset()
        pass_by(proxied, chance.uniform(0.0, 0.4))
    proxied.finish(burst)
    proxied.settle()
    judge(proxied, work)


@only_with_many
def test_half_open_connections_are_found_out(proxied: Stage, proxy: Proxy) -> None:
    """What is said on them is lost, and nobody tells either end. A change that was under way takes its time."""
    work = workload.make(proxied, random.Random(19), quiet=200, effects=6)
    burst = proxied.sender.burst(work.documents)
    burst.reached(80)
    proxy.deafen()
    proxied.finish(burst)
    proxied.settle()
    judge(proxied, work)


@only_with_many
def test_a_slow_link_costs_time_and_nothing_else(proxied: Stage, proxy: Proxy) -> None:
    work = workload.make(proxied, random.Random(23), quiet=1_000, effects=20, repeats=200)
    proxy.slow_down(0.001, 0.050)
    proxied.finish(proxied.sender.burst(work.documents))
    proxied.settle()
    judge(proxied, work)
