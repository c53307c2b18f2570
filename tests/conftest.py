"""One server for all tests of a process that need no other, empty before each."""

from collections.abc import Iterator

import pytest
import redis
from hypothesis import settings

from toolbelt.crew import Crew
from toolbelt.servers import Server

settings.register_profile("unhurried", deadline=None)  # a machine under load is no finding
settings.load_profile("unhurried")


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
