"""The Procfile's own command lines, so that what runs here is what runs on Heroku."""

from pathlib import Path

from toolbelt.crew import HOME

PROCFILE = HOME / "Procfile"


def read(path: Path = PROCFILE) -> dict[str, str]:
    """Process type → command line."""
    lines = (line.partition(":") for line in path.read_text().splitlines() if line.strip())
    return {name.strip(): command.strip() for name, _, command in lines}


def command(process_type: str, *, path: Path = PROCFILE) -> list[str]:
    """The line as an argument list for a shell, which fills in $PORT and the like from its environment.

    The shell becomes the command, so that signals reach it. Raises KeyError for an unknown type.
    """
    return ["/bin/sh", "-c", f"exec {read(path)[process_type]}"]
