"""One server for all tests of a process, empty before each; one fake Heroku with one app for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.workers.world import APP, TOKEN, World
from toolbelt.simulator.app import create_app
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.serving import served
from toolbelt.simulator.simulator import Simulator


class Theatre:
    """Serves whatever Heroku is on at the moment, as starting a server for each test would take most of the time."""

    on: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # ours, and not that of the app, which would deliver to the outside
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
            return
        assert self.on is not None
        await self.on(scope, receive, send)


@pytest.fixture(scope="session")
def theatre() -> Iterator[tuple[Theatre, str]]:
    theatre = Theatre()
    with served(theatre) as address:
        yield theatre, address


@pytest.fixture
def world(server: redis.Redis, theatre: tuple[Theatre, str]) -> Iterator[World]:
    simulator = Simulator(datetime.now(UTC), seed=1)
    app = simulator.add_app(APP)
    stage, address = theatre
    stage.on = create_app(simulator, clock=lambda: simulator.now, tokens={TOKEN})
    with Remote(address) as remote:
        made = World(server, simulator, remote, address, app)
        yield made
        made.close()
