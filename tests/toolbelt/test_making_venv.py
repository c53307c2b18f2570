"""An environment is made once, wholly, by one at a time, and made anew when it is not what the lock says."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolbelt.crew import HOME
from toolbelt.waiting import until

NOTHING_TO_INSTALL = "# nothing\n"
NOT_TO_BE_HAD = "dynohook-no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n"


def start(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", str(HOME / "toolbelt/making_venv.py"), str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1"},
    )


@pytest.fixture
def making(tmp_path: Path) -> Callable[[], tuple[int, str]]:
    def make() -> tuple[int, str]:
        with start(tmp_path) as process:
            _, said = process.communicate(timeout=100)
        return process.returncode, said

    return make


def lock(home: Path, text: str) -> None:
    (home / "requirements-dev.txt").write_text(text)


def test_an_environment_is_made_once_and_then_left_alone(tmp_path: Path, making: Callable[[], tuple[int, str]]) -> None:
    lock(tmp_path, NOTHING_TO_INSTALL)
    status, said = making()
    assert (status, (tmp_path / ".venv/bin/python").exists()) == (0, True)
    assert "making .venv with Python 3." in said

    assert making() == (0, "")

    lock(tmp_path, "# another lock\n")
    assert "making .venv" in making()[1]

    (tmp_path / ".venv/made-from").unlink()
    (tmp_path / ".venv/left-over").touch()
    assert "making .venv" in making()[1]
    assert not (tmp_path / ".venv/left-over").exists()


def test_one_that_cannot_be_finished_says_why_and_is_tried_again(
    tmp_path: Path, making: Callable[[], tuple[int, str]]
) -> None:
    lock(tmp_path, NOT_TO_BE_HAD)
    for _ in range(2):
        status, said = making()
        assert status == 1
        assert "dynohook-no-such-package" in said
    assert not (tmp_path / ".venv/made-from").exists()


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    lock(tmp_path, NOTHING_TO_INSTALL)
    with start(tmp_path) as first:
        until((tmp_path / ".venv").exists, what="the first to be at work")
        with start(tmp_path) as second:
            said = [process.communicate(timeout=100)[1] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0]
    assert "making .venv" in said[0]
    assert "making .venv with" not in said[1]


def test_one_that_was_killed_on_the_way_is_made_anew(tmp_path: Path, making: Callable[[], tuple[int, str]]) -> None:
    """The child of a killed maker may still be writing: the next one waits for it before it begins."""
    lock(tmp_path, NOTHING_TO_INSTALL)
    with start(tmp_path) as process:
        until((tmp_path / ".venv/bin/python").exists, what="the environment to be half made")
        process.kill()
    status, said = making()
    assert (status, (tmp_path / ".venv/made-from").exists()) == (0, True)
    assert "making .venv with" in said
