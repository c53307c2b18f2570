"""A process of the service as Heroku runs it: started from the Procfile's line, and again when it has ended."""

from collections.abc import Callable, Mapping

from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.procfile import HERE, command

START = 40.0  # seconds; Heroku gives 60


class Dyno:
    """One place for a process. `lines` is what all of its processes said, one after the other."""

    def __init__(
        self, crew: Crew, name: str, environment: Mapping[str, str], *, ready: Callable[["Dyno"], bool]
    ) -> None:
        self.name = name
        self.starts = 0
        self.lines: list[str] = []
        self.environment = {**environment, "DYNO": name}
        self._crew = crew
        self._ready = ready
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        assert self._process is not None, f"{self.name} was not started"
        return self._process

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self) -> "Dyno":
        """Begin, without waiting for it."""
        if self._process is not None:
            self._crew.end(self._process)
        kind = self.name.partition(".")[0]
        line = command(kind, host=HERE if kind == "web" else None)
        self._process = self._crew.start(self.name, line, env=self.environment, tell=self.lines.append)
        self.starts += 1
        return self

    def wait_ready(self) -> "Dyno":
        """Raises DidNotHappen, with its last lines, if it ends instead."""
        self.process.ready(lambda: self._ready(self), what=f"{self.name} to be ready", within=START)
        return self

    def kill(self) -> None:
        """SIGKILL to all of its processes, at once."""
        if self._process is not None:
            self._process.kill()

    def tend(self) -> bool:
        """Start it again if it has ended, as Heroku does; whether it had."""
        if self._process is None or self._process.running:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """For good, as when a formation is scaled down."""
        if self._process is not None:
            self._crew.end(self._process)
            self._process = None

    def said(self, words: str) -> int:
        """How many of its lines hold these words."""
        return sum(words in line for line in list(self.lines))
