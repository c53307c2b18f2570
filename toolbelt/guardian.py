"""A small process that outlives its parent and ends what the parent had started.

The parent holds the writing end of our standard input. Whatever ends the parent — Ctrl-C, an error,
`kill -9` — closes that end, and then we end every process group that we were told of. One line each:

    watch GROUP     a process group that now exists (the group says so itself, before it becomes anything)
    forget GROUP    it has ended, leave its number alone
    folder PATH     a temporary folder to remove at the end

Runs on the standard library alone, so that it starts in milliseconds: `python -I -S guardian.py`.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

GRACE = 5.0  # seconds between SIGTERM and SIGKILL, for each group
LAST_BREATH = 1.0  # seconds after SIGKILL
LOOK_EVERY = 0.05  # seconds
PROC = Path("/proc")  # not on macOS


def guard(lines: Iterable[str]) -> None:
    """Remember what the lines say until they end, then end the groups, the newest first."""
    groups: dict[int, None] = {}
    folders: list[str] = []
    for line in lines:
        word, _, rest = line.rstrip("\n").partition(" ")
        match word:
            case "watch":
                groups[int(rest)] = None
            case "forget":
                groups.pop(int(rest), None)
            case "folder":
                folders.append(rest)
    for group in reversed(groups):
        end(group)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def end(group: int, *, grace_seconds: float = GRACE) -> None:
    """SIGTERM, time to finish, SIGKILL."""
    send(group, signal.SIGTERM)
    send(group, signal.SIGCONT)  # one that is stopped would not hear it
    wait_for(group, grace_seconds)
    send(group, signal.SIGKILL)
    wait_for(group, LAST_BREATH)  # its folder is only removed when nobody writes there any more


def wait_for(group: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while exists(group) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)


def send(group: int, number: int) -> bool:
    """Send a signal to all processes of a group; False if there is none left to hear it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the second of a group of zombies
        return False
    return True


def exists(group: int) -> bool:
    """Whether a process of it still runs. The dead whom nobody has buried yet do not count."""
    if not send(group, 0):
        return False
    if not PROC.joinpath("self/stat").exists():
        return True
    return any(runs_in(group, process) for process in PROC.iterdir() if process.name.isdigit())


def runs_in(group: int, process: Path) -> bool:
    try:
        state, _, its_group, *_ = (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return int(its_group) == group and state not in ("Z", "X")


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    guard(sys.stdin)
