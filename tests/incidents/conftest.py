"""One server for all tests of a process, empty before each; and the parts of core around it."""

from collections.abc import Iterator

import pytest
import redis

from tests.core.world import World
from toolbelt.crew import Crew
from toolbelt.servers import Server


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    with Crew() as crew, Server(crew, keep_data=False) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(running.url, protocol=2)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def world(server: redis.Redis) -> World:
    return World(server)
