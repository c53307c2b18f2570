"""The web process by the Procfile's own line, and somebody who talks to it."""

import os
import socket

import httpx2

from heroku.samples import encode, sample
from receiver.deliveries import PATH
from tests.receiver.fakes import SECRET, signature
from tests.receiver.serving import PATIENCE
from toolbelt.environment import without_the_callers
from toolbelt.processes import Process
from toolbelt.procfile import HERE, command
from toolbelt.service import with_our_programs
from toolbelt.waiting import until

METRICS_TOKEN = "a metrics token for tests"
ASKING = 15.0  # seconds, within which any request must have its answer


class Web:
    """One running web process and somebody who talks to it."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port
        self.client = httpx2.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=ASKING, trust_env=False, transport=httpx2.HTTPTransport()
        )

    def deliver(self, id: str) -> httpx2.Response:
        """One correctly signed delivery."""
        body, headers = delivery(id)
        return self.client.post(PATH, content=body, headers=headers)

    def status(self, id: str) -> int:
        return self.deliver(id).status_code

    def recovered(self, prefix: str) -> None:
        """Wait until deliveries are taken again."""
        numbers = iter(range(10_000))
        until(lambda: self.status(f"{prefix}-{next(numbers)}") == 202, what="deliveries to be taken", within=PATIENCE)

    def counted(self, line: str) -> None:
        """Wait until /metrics shows this."""

        def shown() -> bool:
            page = self.client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
            return line in page.text.splitlines()

        until(shown, what=line, within=PATIENCE)


def delivery(id: str) -> tuple[bytes, dict[str, str]]:
    body = encode(sample("release_update_failed", id=id))
    name, value = signature(body)
    return body, {name.decode(): value.decode(), "content-type": "application/json"}


def web_command() -> list[str]:
    """What stands in the Procfile, heard on this machine only."""
    return command("web", host=HERE)


def environment(**settings: str) -> dict[str, str]:
    """All that a web process sees; an empty value takes a setting away."""
    own = without_the_callers(os.environ)
    given = {"WEBHOOK_SECRET": SECRET, "METRICS_TOKEN": METRICS_TOKEN, **settings}
    return own | {"PATH": with_our_programs(own["PATH"])} | {name: value for name, value in given.items() if value}


def alive(web: Web) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", web.port)) == 0
