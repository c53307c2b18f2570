"""The beat: what it notices is said, also if Redis fails again while it is."""

import pytest
from redis.exceptions import ConnectionError as ConnectionLost

from core import layout
from rules.outlines import outline
from tests.workers.failing import FailingLedger
from tests.workers.world import Worker, World


@pytest.fixture
def ledger(world: World) -> FailingLedger:
    return FailingLedger(world.server)


@pytest.fixture
def worker(world: World, ledger: FailingLedger) -> Worker:
    return world.worker(ledger=ledger)


def test_the_rules_that_decisions_refer_to_are_kept_from_the_first_beat_on(world: World, worker: Worker) -> None:
    worker.ticker.beat()

    assert world.hands.book(worker.crew.book.digest) == outline(worker.crew.book)


def test_a_loss_of_everything_is_told_once(world: World, worker: Worker) -> None:
    worker.ticker.beat()
    world.server.flushall()

    for _ in range(3):
        worker.ticker.beat()

    assert ["empty Redis" in text for text in world.told()] == [True]
    assert world.hands.book(worker.crew.book.digest) is not None


def test_a_loss_is_told_though_redis_fails_again_at_once(world: World, worker: Worker, ledger: FailingLedger) -> None:
    """The connection broke just then. The loss was never told, and every decision from then on pointed to rules that
    nobody had kept."""
    worker.ticker.beat()
    world.server.flushall()
    ledger.failures = 2

    for _ in range(2):
        with pytest.raises(ConnectionLost):
            worker.ticker.beat()
    worker.ticker.beat()

    assert ["empty Redis" in text for text in world.told()] == [True]
    assert world.hands.book(worker.crew.book.digest) is not None


def test_a_loss_that_nobody_saw_is_told_all_the_same_and_once(world: World) -> None:
    """All workers were away when Redis lost its data. The first to come took it for a first start, and nobody heard
    that the pause was gone with it."""
    for _ in range(3):
        world.worker().ticker.beat()

    assert ["If this is not its first start" in text for text in world.told()] == [True]


def test_a_worker_that_starts_later_does_not_tell_of_the_beginning(world: World) -> None:
    world.server.set(layout.EPOCH, "long-ago 1763840000000")

    world.worker().ticker.beat()

    assert world.told() == []


def test_a_beginning_is_told_of_though_the_first_worker_died_over_it(world: World) -> None:
    world.worker().crew.beat.tick()

    world.worker().ticker.beat()

    assert len(world.told()) == 1
