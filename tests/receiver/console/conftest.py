"""The web application with a console, somebody signed in and somebody who is not, and records for them to look at."""

from collections.abc import Callable, Iterator

import pytest
import redis
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from core.connections import for_receiver
from core.settings import read
from receiver.app import build_app
from tests.receiver.console.browsing import ADDRESS, PASSWORD, Visitor
from tests.receiver.console.keeping import Records
from tests.receiver.fakes import SECRET
from toolbelt.servers import Server


@pytest.fixture
def records(server: redis.Redis) -> Records:
    """Puts runs, events and what else pages show straight into Redis; empty at the start."""
    return Records(server)


@pytest.fixture
def app(running: Server, server: redis.Redis) -> ASGIApp:
    """As it stands on a dyno, over https."""
    return application(running.url)


@pytest.fixture
def visitor(app: ASGIApp) -> Iterator[Callable[[], Visitor]]:
    """Each is a browser of its own, without a session."""
    with TestClient(app, base_url=ADDRESS) as first:
        yield lambda: Visitor(first)


@pytest.fixture
def stranger(visitor: Callable[[], Visitor]) -> Visitor:
    """Who is not signed in."""
    return visitor()


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    """Who is signed in by that name."""
    return visitor().signed_in("ada")


def application(redis_url: str, **settings: str) -> ASGIApp:
    """The whole web application before this Redis, with the console open to PASSWORD unless settings say otherwise."""
    given = {"WEBHOOK_SECRET": SECRET, "REDIS_URL": redis_url, "CONSOLE_PASSWORD": PASSWORD, "PUBLIC_URL": ADDRESS}
    made = read(environment={**given, **settings})
    return build_app(made, for_receiver(made))
