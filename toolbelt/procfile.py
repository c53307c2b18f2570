"""The Procfile's own command lines, so that what runs here is what runs on Heroku."""

import shlex
from pathlib import Path

from toolbelt.crew import HOME

PROCFILE = HOME / "Procfile"
EVERYWHERE = "0.0.0.0"  # noqa: S104  Heroku's router comes from another machine
HERE = "127.0.0.1"


def read(path: Path = PROCFILE) -> dict[str, str]:
    """Process type → command line."""
    lines = (line.partition(":") for line in path.read_text().splitlines() if line.strip())
    return {name.strip(): command.strip() for name, _, command in lines}


def command(process_type: str, *, path: Path = PROCFILE, host: str | None = None) -> list[str]:
    """The line as an argument list for a shell, which fills in $PORT and the like from its environment.

    The shell becomes the command, so that signals reach it. `host`: listen there, not everywhere. Raises KeyError for
    an unknown type, ValueError if its line does not say where it listens.
    """
    line = read(path)[process_type]
    if host is not None:
        before, said, after = line.partition(f"--host {EVERYWHERE}")
        if not said:
            raise ValueError(f"the line of {process_type} does not say --host {EVERYWHERE}")
        line = f"{before}--host {shlex.quote(host)}{after}"
    return ["/bin/sh", "-c", f"exec {line}"]
