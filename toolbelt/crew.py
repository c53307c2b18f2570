"""Processes and temporary folders that end together when we do, however we end."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from toolbelt import guardian
from toolbelt.processes import GRACE, Process

HOME = Path(__file__).resolve().parent.parent

LONGEST_FOLDER = 60  # bytes: a socket inside must stay under the 104 that macOS allows

# The child tells the guardian its own number before it becomes the command, so that there is no moment in
# which it runs unwatched. Its standard input is the guardian's pipe for just that long.
ANNOUNCED = 'printf "watch %s\\n" "$$" >&0 && exec "$@" </dev/null'


class Crew:
    """A context manager: leaving it stops everything, newest first. If we are killed, the guardian does."""

    def __init__(self) -> None:
        self._members: list[Process] = []
        self._folders: list[Path] = []
        self._guard: Guard | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path = HOME,
        tell: Callable[[str], None] | None = None,
    ) -> Process:
        """Start a command in a process group of its own; `tell` hears each line that it says."""
        popen = subprocess.Popen(
            ["/bin/sh", "-c", ANNOUNCED, name, *command],
            stdin=self._guarded().pipe,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
        process = Process(name, popen, tell)
        self._members.append(process)
        return process

    def end(self, process: Process, *, grace_seconds: float = GRACE) -> None:
        """Stop one member now, and forget it."""
        process.stop(grace_seconds=grace_seconds)
        if process in self._members:
            self._guarded().say(f"forget {process.pid}")
            self._members.remove(process)

    def folder(self) -> Path:
        """A new private folder with a short path, removed at the end."""
        path = Path(tempfile.mkdtemp(prefix="dynohook-"))
        if len(str(path)) > LONGEST_FOLDER:
            path.rmdir()
            path = Path(tempfile.mkdtemp(prefix="dynohook-", dir="/tmp"))
        self._folders.append(path)
        self._guarded().say(f"folder {path}")
        return path

    def close(self) -> None:
        """Stop all, newest first. Twice is once; if this is interrupted, the guardian does the rest."""
        try:
            while self._members:
                self.end(self._members[-1])
            while self._folders:
                shutil.rmtree(self._folders.pop(), ignore_errors=True)
        finally:
            if self._guard is not None:
                self._guard.dismiss()
                self._guard = None

    def _guarded(self) -> "Guard":
        if self._guard is None:
            self._guard = Guard()
        return self._guard


class Guard:
    """Our end of the pipe to the guardian."""

    def __init__(self) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,
        )

    @property
    def pipe(self) -> IO[str]:
        assert self._popen.stdin is not None  # noqa: S101  (asked for above)
        return self._popen.stdin

    def say(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # one that was killed guards nothing any more
            self.pipe.write(line + "\n")
            self.pipe.flush()

    def dismiss(self) -> None:
        """Let go of the pipe: what is still watched is ended now."""
        with contextlib.suppress(BrokenPipeError):
            self.pipe.close()
        self._popen.wait()
