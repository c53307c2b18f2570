"""What is measured on: the embedded server, and the processes from the Procfile's own lines."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from core import connections, layout
from core.settings import read
from toolbelt import procfile, service
from toolbelt.crew import HOME, Crew
from toolbelt.environment import NOBODY, without_the_callers
from toolbelt.processes import Process
from toolbelt.servers import Server, free_port

START_SECONDS = 30.0
LOAD_SECONDS = 120.0  # longer than any load run takes


@dataclass
class Scene:
    """A crew with a Redis that writes down what it holds, and the settings for the processes beside it."""

    crew: Crew
    rules: Path = HOME / "rules" / "library"
    api_url: str = NOBODY
    token: str = field(default_factory=lambda: f"HRKU-{secrets.token_hex(16)}")
    secret: str = field(default_factory=lambda: secrets.token_hex(16))

    def __post_init__(self) -> None:
        self.server = Server(self.crew).start()
        self.settings = {
            "ACT": "live",
            "CONSOLE_PASSWORD": secrets.token_hex(16),  # as the deploy button sets one
            "HEROKU_API_KEY": self.token,
            "HEROKU_API_URL": self.api_url,
            "REDIS_URL": self.server.url,
            "RULES_PATH": str(self.rules),
            "WEBHOOK_SECRET": self.secret,
        }
        self.ledger: redis.Redis = connections.for_worker(read("redis_url", environment=self.settings), connections=1)

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """What a process sees: nothing of the caller's settings."""
        own = {**without_the_callers(os.environ), **self.settings, "PYTHONPATH": str(HOME)}
        return {**own, "PATH": service.with_our_programs(os.environ.get("PATH", "")), **more}

    def web(self, *, app: str = "receiver.asgi:app", processes: int = 1) -> tuple[Process, int]:
        """The web process; `app` puts another application under the same server."""
        port = free_port()
        *shell, line = procfile.command("web", host=procfile.HERE)
        env = self.environment({"PORT": str(port), "WEB_CONCURRENCY": str(processes)})
        process = self.crew.start("web", [*shell, line.replace("receiver.asgi:app", app)], env=env)
        path = "/healthz" if app == "receiver.asgi:app" else "/"
        process.ready(
            lambda: service.status(f"http://127.0.0.1:{port}{path}") is not None, what="web", within=START_SECONDS
        )
        return process, port

    def worker(self) -> Process:
        """A worker, seen beating."""
        process = self.crew.start("worker", procfile.command("worker"), env=self.environment({}))
        process.ready(lambda: self.ledger.hlen(layout.WORKERS) > 0, what="worker", within=START_SECONDS)
        return process

    def load(self, port: int, **options: Any) -> dict[str, Any]:
        """Run the load generator to its end."""
        process = self.start_load(port, **options)
        process.wait(LOAD_SECONDS)
        return result(process)

    def start_load(self, port: int, **options: Any) -> Process:
        """The load generator as a process; `result` reads what it found when it has ended."""
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        command = [sys.executable, "-m", "toolbelt.bench.load", "--port", str(port), *words]
        return self.crew.start("load", command, env=self.environment({}))


def result(load: Process) -> dict[str, Any]:
    """What a load generator that has ended found. Raises ValueError with what it said instead."""
    last = load.output.splitlines()[-1:] or [""]
    if not last[0].startswith("{"):
        raise ValueError(f"the load generator failed:\n{load.output}")
    found: dict[str, Any] = json.loads(last[0])
    return found


def resident_megabytes(process: Process) -> float:
    """Memory of a process group, shared pages counted once a process, in MB."""
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _group(folder) == process.pid:
            total += int(
                next(line.split()[1] for line in (folder / "status").read_text().splitlines() if "VmRSS" in line)
            )
    return total / 1024


def _group(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[2])
    except (OSError, ValueError):
        return None
