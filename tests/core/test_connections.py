"""Connections are few, bounded in time, and the same server is meant however it is spelt."""

import asyncio
import threading
from typing import Any

import pytest
import redis

from core.connections import CHECK_SECONDS, broker_url, for_receiver, for_worker
from core.settings import Settings, read
from toolbelt.servers import Server


def at(url: str) -> Settings:
    return read("redis_url", environment={"REDIS_URL": url})


@pytest.mark.parametrize(
    ("url", "celery_s"),
    [
        pytest.param("redis://:pw@host:6379/0", "redis://:pw@host:6379/0", id="plain"),
        pytest.param("rediss://:pw@host:6380", "rediss://:pw@host:6380?ssl_cert_reqs=none", id="TLS"),
        pytest.param("rediss://:pw@host:1?a=b", "rediss://:pw@host:1?a=b&ssl_cert_reqs=none", id="TLS with an option"),
        pytest.param("rediss://h:1?ssl_cert_reqs=required", "rediss://h:1?ssl_cert_reqs=required", id="TLS, verified"),
        pytest.param("unix:///tmp/redis.sock", "redis+socket:///tmp/redis.sock", id="a socket"),
    ],
)
def test_celery_is_told_of_the_same_server(url: str, celery_s: str) -> None:
    assert broker_url(at(url)) == celery_s


@pytest.mark.parametrize("url", ["redis://:hunter2@127.0.0.1:1", "rediss://:hunter2@127.0.0.1:1", "unix:///nowhere"])
def test_no_process_waits_for_ever_or_tries_in_secret(url: str) -> None:
    """redis-py tries ten times by itself: a write to a hung server held a request for 59 s, and landed all the same."""
    for client in (for_receiver(at(url)), for_worker(at(url))):
        options: Any = client.connection_pool.connection_kwargs

        assert 0 < options["socket_connect_timeout"] <= 2
        assert 0 < options["socket_timeout"] <= 10
        assert options["retry"].get_retries() == 0
        assert options.get("ssl_cert_reqs") == ("none" if url.startswith("rediss") else None)
        assert "hunter2" not in repr(client) + repr(client.connection_pool)


def test_a_connection_that_was_idle_is_looked_at_before_heroku_cuts_it() -> None:
    options: Any = for_worker(at("redis://127.0.0.1:1")).connection_pool.connection_kwargs

    assert options["health_check_interval"] == CHECK_SECONDS < 300


def test_many_threads_of_a_worker_share_few_connections(running: Server, server: redis.Redis) -> None:
    before = len(server.client_list())
    with for_worker(at(running.url), connections=2) as client:
        threads = [threading.Thread(target=lambda: [client.ping() for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)

        assert len(server.client_list()) - before <= 2


def test_a_web_process_has_one_connection_whatever_it_asks_at_once(running: Server, server: redis.Redis) -> None:
    before = len(server.client_list())

    async def flood() -> int:
        async with for_receiver(at(running.url)) as client:
            await asyncio.gather(*(client.ping() for _ in range(64)))
            return len(server.client_list()) - before

    assert asyncio.run(flood()) == 1
