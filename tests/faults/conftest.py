"""What the faults are done to."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.harness.proxy import Proxy
from tests.harness.stage import Stage, build
from toolbelt.crew import Crew
from toolbelt.servers import Server


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


@pytest.fixture
def server(crew: Crew) -> Server:
    """A Redis that writes everything down, on a port."""
    return Server(crew, port=0).start()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """A way to that Redis on which anything can happen."""
    port = urlsplit(server.url).port
    assert port is not None
    with Proxy(port) as proxy:
        yield proxy


@pytest.fixture
def stage(crew: Crew, server: Server) -> Iterator[Stage]:
    """One web process, one worker."""
    stage = build(crew, server)
    yield stage
    stage.close()


@pytest.fixture
def proxied(crew: Crew, server: Server, proxy: Proxy) -> Iterator[Stage]:
    """The same, and both reach Redis through the proxy."""
    stage = build(crew, server, redis_url=proxy.url)
    yield stage
    stage.close()
