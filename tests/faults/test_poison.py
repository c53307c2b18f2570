"""An event that kills its worker each time: given up after five, visibly, while its neighbours are decided."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from core import layout
from tests.harness import workload
from tests.harness.judging import judge
from tests.harness.proxy import Proxy
from tests.harness.stage import Stage, build
from toolbelt.crew import Crew
from toolbelt.servers import Server

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


@pytest.fixture
def stage(crew: Crew, server: Server) -> Iterator[Stage]:
    """Two workers, each with a proxy of its own, as the answer to a claim shows who made it."""
    with ExitStack() as stack:
        stage = build(crew, server, workers=0)
        for _ in range(2):
            proxy = stack.enter_context(Proxy(urlsplit(server.url).port or 0))
            stage.add_worker(REDIS_URL=proxy.url)
            stage.proxies.append(proxy)
        stage.wait_ready()
        yield stage
        stage.close()


def test_an_event_that_kills_its_worker_each_time_becomes_a_dead_letter(stage: Stage) -> None:
    work = workload.make(stage, random.Random(3), quiet=40, effects=4)
    poison = next(d["id"] for d in work.documents if d["webhook_metadata"]["event"]["include"] != "dyno")
    deaths: list[str] = []

    def poisoned_by(index: int) -> None:
        worker = stage.workers[index]

        def die() -> None:
            if stage.redis.hexists(layout.CLAIMS + "decide", poison):  # in hand, and not on its way to the dead
                worker.kill()
                deaths.append(worker.name)

        stage.proxies[index].watch(poison.encode(), die)

    for index in range(2):
        poisoned_by(index)
    stage.sender.burst(work.documents).finish()
    stage.until(stage.hands.dead, what="the event to be given up", within=150)
    stage.settle()
    assert len(deaths) == layout.ATTEMPTS
    assert [letter["attempts"] for letter in stage.hands.dead().values()] == [layout.ATTEMPTS]
    assert stage.said(f"Dead letter: event {poison}", target="system")
    judge(stage, work, dead=[poison])

    for proxy in stage.proxies:
        proxy.forget_watches()
    stage.hands.replay(poison, by="a test", why="it is harmless now")
    stage.settle()
    assert not stage.hands.dead()
    judge(stage, work)
