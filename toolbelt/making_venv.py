"""Makes `.venv` from the lock, or leaves it alone if it is already what the lock says.

Called by `bin/_setup` with any Python that is new enough, before anything is installed: standard library
only, and no import of ours. Two at once wait for each other. What was begun and not finished is made anew.
"""

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

SPEAK_EVERY = 10.0  # seconds, where there is no terminal to draw on
LAST_LINES = 20  # of pip's, when it fails


def main(home: Path) -> int:
    lock = home / "requirements-dev.txt"
    venv = home / ".venv"
    with alone(home / ".venv.lock") as held:
        if is_current(venv, stamp(home, lock)):
            return 0
        if venv.is_symlink():  # making it anew would empty what somebody else uses
            say(f"{venv} is a link to {venv.resolve()}, which was made for another place: remove the link")
            return 1
        try:
            make(venv, lock, held)
        except subprocess.CalledProcessError as error:
            say(f"could not make {venv}: {' '.join(map(str, error.cmd))}\n{error.output}")
            return 1
        (venv / "made-from").write_text(stamp(home, lock))
    return 0


def stamp(home: Path, lock: Path) -> str:
    """What a finished environment was made from. It holds its own path, so a moved one is of no use."""
    return f"{home}\n{lock.read_text()}"


def is_current(venv: Path, wanted: str) -> bool:
    made_from = venv / "made-from"
    return made_from.exists() and made_from.read_text() == wanted and (venv / "bin/python").exists()


@contextmanager
def alone(path: Path) -> Iterator[IO[str]]:
    """Hold the lock file; the system lets go of it when its last holder ends, however it ends."""
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("somebody else is making .venv right now; waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield held


def make(venv: Path, lock: Path, held: IO[str]) -> None:
    """Raises CalledProcessError. The children hold the lock too: a killed parent's pip is waited for."""
    total = sum(1 for line in lock.read_text().splitlines() if "==" in line and not line.startswith((" ", "#")))
    version = ".".join(map(str, sys.version_info[:3]))
    say(f"making .venv with Python {version}: {total} packages, once, usually under a minute")
    began = time.monotonic()
    run([sys.executable, "-m", "venv", "--clear", venv], held)
    pip = (venv / "bin/python", "-m", "pip", "--disable-pip-version-check", "--no-input")
    run([*pip, "install", "--require-hashes", "--progress-bar", "off", "-r", lock], held, total=total)
    say(f".venv is ready after {time.monotonic() - began:.0f} s")


def run(command: list[str | Path], held: IO[str], *, total: int = 0) -> None:
    """Run it, showing how far it is by the packages that it names."""
    lines: list[str] = []
    spoke = time.monotonic()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=[held.fileno()],
    ) as child:
        for line in child.stdout or ():
            lines.append(line.rstrip())
            found = sum(1 for each in lines if each.startswith("Collecting "))
            if sys.stderr.isatty() and total:
                print(f"\r  {found} of {total} packages found", end="", file=sys.stderr, flush=True)
            elif total and time.monotonic() - spoke > SPEAK_EVERY:
                spoke = time.monotonic()
                say(f"  {found} of {total} packages found")
    if sys.stderr.isatty() and total:
        print(file=sys.stderr)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command, "\n".join(lines[-LAST_LINES:]))


def say(text: str) -> None:
    """To standard error, so that what a command prints stays its own."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
