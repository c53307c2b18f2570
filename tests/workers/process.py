"""The worker process by the Procfile's own line."""

import os

from toolbelt.crew import Crew
from toolbelt.environment import without_the_callers
from toolbelt.processes import Process
from toolbelt.procfile import command
from toolbelt.service import with_our_programs

SECRET = "hunter2-hunter2-hunter2"


def environment(**settings: str) -> dict[str, str]:
    """All that a worker sees; an empty value takes a setting away."""
    own = without_the_callers(os.environ)
    given = {"WEBHOOK_SECRET": SECRET, **settings}
    return own | {"PATH": with_our_programs(own["PATH"])} | {name: value for name, value in given.items() if value}


def start(crew: Crew, threads: int | None = None, /, **settings: str) -> Process:
    """Begin one; it need not be ready yet. `threads`: not as many as in the Procfile."""
    *shell, line = command("worker")
    more = f" --concurrency {threads}" if threads else ""
    return crew.start("worker", [*shell, line + more], env=environment(**settings))


def said(process: Process) -> list[str]:
    """What it said, without Celery's warning to whoever runs tests as root."""
    lines = process.output.splitlines()
    return [line for line in lines if line.startswith(("worker: ", "level=")) or "Traceback" in line]
