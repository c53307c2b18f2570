"""Whatever ends a parent, nothing of what it started is left."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolbelt import guardian
from toolbelt.crew import HOME
from toolbelt.waiting import until

PARENT = """
import os, sys, time
from toolbelt.crew import Crew
from toolbelt.servers import Server

crew = Crew()
patient = crew.start("patient", ["sleep", "600"], env=os.environ)
family = crew.start("family", ["sh", "-c", "sleep 600 & sleep 600"], env=os.environ)
frozen = Server(crew).start()
frozen.freeze()
print(patient.pid, family.pid, frozen.process.pid, crew.folder(), flush=True)
ENDING
"""

ENDINGS = {
    "it is killed": ("time.sleep(600)", signal.SIGKILL),
    "it is interrupted": ("time.sleep(600)", signal.SIGINT),
    "it fails": ("raise SystemExit(1)", None),
    "it leaves without cleaning up": ("os._exit(0)", None),
}


@pytest.fixture(params=ENDINGS)
def parent(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], int | None]]:
    ending, number = ENDINGS[request.param]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.replace("ENDING", ending)],
        cwd=HOME,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as popen:
        yield popen, number
        popen.kill()


def test_no_process_and_no_folder_is_left_when_a_parent_ends(
    parent: tuple[subprocess.Popen[str], int | None],
) -> None:
    popen, number = parent
    assert popen.stdout is not None
    *groups, folder = popen.stdout.readline().split()
    assert len(groups) == 3
    assert all(guardian.exists(int(group)) for group in groups) or number is None

    if number is not None:
        popen.send_signal(number)
    popen.wait(20)

    def all_gone() -> bool:
        return not any(guardian.exists(int(group)) for group in groups) and not Path(folder).exists()

    until(all_gone, what="every process group and the folder to be gone", within=20)


def test_a_group_that_does_not_heed_is_killed() -> None:
    with subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600"], start_new_session=True) as stubborn:
        until(lambda: ignores_or_traps(stubborn.pid, signal.SIGTERM), what="the trap to be set")
        guardian.end(stubborn.pid, grace_seconds=0.1)
        assert stubborn.wait(5) == -signal.SIGKILL


def test_a_group_that_ended_by_itself_is_left_alone() -> None:
    """Its number may belong to somebody else by then."""
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as innocent:
        guardian.guard([f"watch {innocent.pid}\n", f"forget {innocent.pid}\n"])
        assert innocent.poll() is None
        innocent.kill()


def test_the_newest_group_is_ended_first() -> None:
    """So that a worker still finds its server while it drains."""
    with (
        subprocess.Popen(["sleep", "600"], start_new_session=True) as older,
        subprocess.Popen(
            ["sh", "-c", f"trap 'kill -0 {older.pid} && exit 42' TERM; while :; do sleep 0.02; done"],
            start_new_session=True,
        ) as newer,
    ):
        until(lambda: ignores_or_traps(newer.pid, signal.SIGTERM), what="the trap to be set")
        guardian.guard([f"watch {older.pid}\n", f"watch {newer.pid}\n"])
        assert newer.wait(5) == 42
        assert older.wait(5) == -signal.SIGTERM


def ignores_or_traps(pid: int, number: int) -> bool:
    """Linux tells; elsewhere we hope that a shell is quick."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return True
    masks = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if line.startswith("Sig"))
    return bool((int(masks["SigCgt"], 16) | int(masks["SigIgn"], 16)) >> (number - 1) & 1)
