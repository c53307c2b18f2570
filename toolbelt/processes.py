"""One process that we started: what it says, whether it is ready, and how it ends."""

import contextlib
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable

from toolbelt import guardian
from toolbelt.waiting import Answer, DidNotHappen, until

KEPT_LINES = 500  # of each process's output, for the message when it fails
GRACE = 10.0  # seconds between SIGTERM and SIGKILL


class Process:
    """One running command, alone in its process group, with the last lines that it said."""

    def __init__(self, name: str, popen: subprocess.Popen[str], tell: Callable[[str], None] | None) -> None:
        self.name = name
        self._popen = popen
        self._tell = tell
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._reader = threading.Thread(target=self._read, name=f"output of {name}", daemon=True)
        self._reader.start()

    def __repr__(self) -> str:
        return f"<{self.name}, process {self.pid}>"

    @property
    def pid(self) -> int:
        """Its main process's number, and its group's."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def status(self) -> int | None:
        """Its exit status, negative for a signal, None while it runs."""
        return self._popen.poll()

    @property
    def output(self) -> str:
        """Its last lines, standard output and error as they came."""
        return "\n".join(self._lines)

    def send(self, number: int) -> None:
        """A signal to all of its processes at once, as Heroku does it to a dyno's."""
        guardian.send(self.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.wait(GRACE)

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def wait(self, within: float) -> int:
        """Its exit status; raises DidNotHappen if it still runs after so many seconds."""
        try:
            status = self._popen.wait(within)
        except subprocess.TimeoutExpired as error:
            raise DidNotHappen(f"{self.name} to end: still running after {within:g} s") from error
        self._reader.join(1.0)
        return status

    def stop(self, *, grace_seconds: float = GRACE) -> None:
        """SIGTERM, time to finish, SIGKILL; also to what it started itself. Twice is once."""
        if self.running:
            self.send(signal.SIGTERM)
            self.thaw()
            with contextlib.suppress(DidNotHappen):
                self.wait(grace_seconds)
        self.kill()

    def ready(self, look: Callable[[], Answer | None], *, what: str, within: float = 30.0) -> Answer:
        """Wait until `look` is true; a process that ended says why, with its last lines."""
        return until(look, what=what, within=within, hopeless=self._why_ended)

    def _why_ended(self) -> str | None:
        if self.running:
            return None
        self._reader.join(1.0)
        return f"{self.name} ended with status {self.status}; its last lines:\n{self.output}"

    def _read(self) -> None:
        assert self._popen.stdout is not None  # noqa: S101  (a crew asks for it)
        with self._popen.stdout as output:
            for line in output:
                self._lines.append(line.rstrip("\n"))
                if self._tell is not None:
                    self._tell(line.rstrip("\n"))
