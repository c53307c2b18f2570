"""The console of a real web process, by the Procfile's own line, and whoever visits it over a socket."""

import contextlib
from collections.abc import Iterator

import httpx2

from tests.receiver.console.browsing import PASSWORD, Visitor
from tests.receiver.process import Web, alive, environment, web_command
from toolbelt.crew import Crew
from toolbelt.servers import free_port


@contextlib.contextmanager
def site(crew: Crew, redis_url: str) -> Iterator[Web]:
    """A web process before this Redis, with its console open to PASSWORD over plain http."""
    port = free_port()
    given = {"REDIS_URL": redis_url, "PORT": str(port), "CONSOLE_PASSWORD": PASSWORD}
    process = crew.start("web", web_command(), env=environment(**given, PUBLIC_URL=f"http://127.0.0.1:{port}"))
    web = Web(process, port)
    process.ready(lambda: alive(web), what="the web process to listen")
    try:
        yield web
    finally:
        web.client.close()


@contextlib.contextmanager
def visiting(web: Web, *, seconds: float = 30.0) -> Iterator[Visitor]:
    """Somebody with a connection of his own, who waits for as long as Heroku's router does."""
    address = f"http://127.0.0.1:{web.port}"
    with httpx2.Client(base_url=address, timeout=seconds, trust_env=False) as client:
        yield Visitor(client)
