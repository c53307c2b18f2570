"""What the campaigns once found, each shown as small as it can be."""

from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import connections, layout
from core.due import LOOKS, DueList
from core.settings import read
from toolbelt.crew import Crew
from toolbelt.servers import Server


@pytest.fixture
def process() -> Iterator[Server]:
    with Crew() as crew, Server(crew) as server:
        yield server


@pytest.fixture
def server(process: Server) -> Iterator[redis.Redis]:
    with connections.for_worker(read("redis_url", environment={"REDIS_URL": process.url})) as client:
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


def test_what_a_claim_without_an_answer_got_is_given_back(process: Server, server: redis.Redis) -> None:
    """Redis froze. It carried out a claim when nobody listened for its answer any more; the worker lived and did not
    know its rows, and they stood still for a whole lease."""
    with redis.Redis.from_url(process.url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)) as impatient:
        due = DueList(impatient, worker="worker.1")
        assert not due.claim("decide", most=1).rows
        server.zadd(layout.DUE + "decide", {"event": 0})
        process.freeze()
        with pytest.raises(redis.TimeoutError):
            due.claim("decide", most=1)
        with pytest.raises(redis.TimeoutError):
            due.disown()
        process.thaw()
        assert sum(due.disown() for _ in range(LOOKS)) == 1
        assert not due.disown()
        assert due.claim("decide", most=1).rows == ("event",)


def test_what_a_claim_with_an_answer_got_is_not_given_back(server: redis.Redis) -> None:
    server.zadd(layout.DUE + "decide", {"event": 0})
    due = DueList(server, worker="worker.1")
    token = due.claim("decide", most=1).token
    assert not due.disown()
    due.renew("decide", "event", token=token)
