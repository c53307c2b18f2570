"""What the campaigns once found, each shown as small as it can be."""

from collections.abc import Iterator

import pytest
import redis

from core import connections, layout
from core.due import DueList
from core.settings import read
from toolbelt.crew import Crew
from toolbelt.servers import Server


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    with (
        Crew() as crew,
        Server(crew) as server,
        connections.for_worker(read("redis_url", environment={"REDIS_URL": server.url})) as client,
    ):
        yield client


def test_a_worker_that_claims_is_known_before_its_first_beat(server: redis.Redis) -> None:
    """A worker was killed within its first second. It had never beaten, so nobody missed it, and what it held
    stood still for a whole lease instead of some seconds."""
    server.zadd(layout.DUE + "decide", {"event": 0})
    assert DueList(server, worker="worker.1").claim("decide", most=1).rows == ("event",)
    assert server.hexists(layout.WORKERS, "worker.1")


def test_a_worker_that_claims_nothing_is_not_taken_for_one_that_beats(server: redis.Redis) -> None:
    assert DueList(server, worker="worker.1").claim("decide", most=1).rows == ()
    assert not server.hexists(layout.WORKERS, "worker.1")
