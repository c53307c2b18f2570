"""One server for all tests of a process, empty before each; one fake Heroku with one app for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis

from tests.workers.world import APP, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.servers import Server
from toolbelt.simulator.app import create_app
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.serving import served
from toolbelt.simulator.simulator import Simulator


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
def world(server: redis.Redis) -> Iterator[World]:
    simulator = Simulator(datetime.now(UTC), seed=1)
    app = simulator.add_app(APP)
    with (
        served(create_app(simulator, clock=lambda: simulator.now, tokens={TOKEN})) as address,
        Remote(address) as remote,
    ):
        made = World(server, simulator, remote, address, app)
        yield made
        made.close()
