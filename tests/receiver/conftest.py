"""A Redis-compatible server and the web process, for the tests that need real ones."""

from collections.abc import Callable, Iterator

import pytest

from tests.receiver.process import Web, alive, environment, web_command
from toolbelt.crew import Crew
from toolbelt.servers import Server, free_port


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


@pytest.fixture
def redis(crew: Crew) -> Iterator[Server]:
    with Server(crew) as server:
        yield server


@pytest.fixture
def start_web(crew: Crew) -> Iterator[Callable[[str], Web]]:
    """Start a web process before the Redis at this address; wait until it is alive."""
    started: list[Web] = []

    def start(redis_url: str) -> Web:
        port = free_port()
        process = crew.start("web", web_command(), env=environment(REDIS_URL=redis_url, PORT=str(port)))
        web = Web(process, port)
        started.append(web)
        process.ready(lambda: alive(web), what="the web process to listen")
        return web

    yield start
    for web in started:
        web.client.close()


@pytest.fixture
def web(start_web: Callable[[str], Web], redis: Server) -> Web:
    return start_web(redis.url)
