"""The beat: what it notices is said, also if Redis fails again while it is."""

from typing import Any

import pytest
import redis
from redis.exceptions import ConnectionError as ConnectionLost

from core.ledger import Ledger
from tests.workers.world import Worker, World


class FailingLedger(Ledger):
    """It fails to keep the outline of the rules as often as a test says."""

    failures = 0

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client, keep_seconds=86_400.0)

    def keep_book(self, digest: str, outline: Any) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionLost("reset by peer")
        super().keep_book(digest, outline)


@pytest.fixture
def ledger(world: World) -> FailingLedger:
    return FailingLedger(world.server)


@pytest.fixture
def worker(world: World, ledger: FailingLedger) -> Worker:
    return world.worker(ledger=ledger)


def test_the_rules_that_decisions_refer_to_are_kept_from_the_first_beat_on(world: World, worker: Worker) -> None:
    worker.ticker.beat()

    assert world.hands.book(worker.crew.book.digest) == worker.crew.book.outline()


def test_a_loss_of_everything_is_told_once(world: World, worker: Worker) -> None:
    worker.ticker.beat()
    world.server.flushall()

    for _ in range(3):
        worker.ticker.beat()

    assert ["Redis has lost its data" in text for text in world.told()] == [True]
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

    assert ["Redis has lost its data" in text for text in world.told()] == [True]
    assert world.hands.book(worker.crew.book.digest) is not None
