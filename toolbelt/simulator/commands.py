"""What the dynos of the fake Heroku run, and how a one-off's command ends."""

import re

COMMANDS = {"web": "bin/web --port $PORT"}
_ENDS = re.compile(r"\s*exit (?P<status>\d{1,3})\s*")
_SLEEPS = re.compile(r"\s*sleep (?P<seconds>\d{1,5})\s*")


def command(process_type: str) -> str:
    """The line of the Procfile for this type."""
    return COMMANDS.get(process_type, f"bin/{process_type}")


def exit_status(one_off: str) -> int:
    """`exit 3` ends with 3, everything else well."""
    found = _ENDS.fullmatch(one_off)
    return int(found["status"]) if found else 0


def lasts(one_off: str) -> float | None:
    """Seconds that `sleep 60` takes; None when the command does not say."""
    found = _SLEEPS.fullmatch(one_off)
    return float(found["seconds"]) if found else None
