"""What a process has started, and what that has started: to see that all of it ends."""

import subprocess

from toolbelt.waiting import until


def descendants(pid: int) -> set[int]:
    """The numbers of all processes under `pid`, by ps, which Linux and macOS have."""
    listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True, timeout=20).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found: set[int] = set()
    open_ = [pid]
    while open_:
        fresh = children.get(open_.pop(), [])
        found.update(fresh)
        open_ += fresh
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; the dead whom nobody has buried do not count."""
    listed = subprocess.run(["ps", "-axo", "pid=,stat="], capture_output=True, text=True, check=True, timeout=20).stdout
    states = (line.split() for line in listed.splitlines())
    return {int(pid) for pid, state in states if not state.startswith("Z")} & pids


def wait_until_gone(pids: set[int], *, within: float) -> None:
    until(lambda: not alive(pids), what=f"{len(pids)} processes to be gone", within=within)
