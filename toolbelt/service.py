"""The service as it runs on Heroku, here: its web and worker processes, from the Procfile's own lines."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2

from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.procfile import HERE, command
from toolbelt.waiting import DidNotHappen

START = 30.0  # seconds: Heroku gives 60
Tell = Callable[[str, str], None]  # hears the name of a process and a line that it said


@dataclass(frozen=True, slots=True)
class Service:
    """Both processes, running and ready."""

    web: Process
    worker: Process
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def deliveries_url(self) -> str:
        """Where webhooks are subscribed to."""
        return f"{self.url}/webhooks/heroku"

    def check(self) -> None:
        """Raises DidNotHappen if one of the two has ended."""
        for process in (self.web, self.worker):
            if not process.running:
                raise DidNotHappen(
                    f"{process.name} ended by itself with status {process.status}; its last lines:\n{process.output}"
                )


def start(crew: Crew, environment: Mapping[str, str], *, port: int, tell: Tell, host: str = HERE) -> Service:
    """Start both and wait until the service says that it is ready. Raises DidNotHappen.

    It listens on this machine only, unless told otherwise: whoever is in the same network has no business in it.
    """
    env = {**environment, "PATH": with_our_programs(environment.get("PATH", "")), "PORT": str(port)}
    worker = crew.start("worker", command("worker"), env=env, tell=lambda line: tell("worker", line))
    web = crew.start("web", command("web", host=host), env=env, tell=lambda line: tell("web", line))
    service = Service(web, worker, port)
    web.ready(lambda: status(f"{service.url}/healthz") == 200, what="the web process to listen", within=START)
    worker.ready(lambda: status(f"{service.url}/readyz") == 200, what="a worker to be seen", within=START)
    return service


def with_our_programs(path: str) -> str:
    """uvicorn and celery stand beside the Python that runs us."""
    return f"{Path(sys.executable).parent}:{path}"


def status(url: str) -> int | None:
    """The HTTP status of a page on this machine, None if nobody answers."""
    try:
        return httpx2.get(url, timeout=2.0, trust_env=False).status_code
    except httpx2.HTTPError:
        return None
