"""The fake Heroku as a process of its own."""

import re
import sys
from collections.abc import Mapping

from toolbelt.crew import HOME, Crew
from toolbelt.environment import without_the_callers
from toolbelt.service import Tell

START = 15.0  # seconds
READY = re.compile(r"^simulator ready on (\S+)$", re.MULTILINE)


def start(crew: Crew, given: Mapping[str, str], *, token: str, speed: float = 1.0, repeat: int = 1, tell: Tell) -> str:
    """Start it on a free port; answers its address. It takes `token` only, and posts each delivery `repeat` times."""
    options = ("--token", token, "--speed", str(speed), "--repeat", str(repeat))
    process = crew.start(
        "heroku",
        [sys.executable, "-m", "toolbelt.simulator", *options],
        env={**without_the_callers(given), "PYTHONPATH": str(HOME), "PYTHONUNBUFFERED": "1"},
        tell=lambda line: tell("heroku", line),
    )
    found = process.ready(lambda: READY.search(process.output), what="the fake Heroku to listen", within=START)
    return found[1]
