"""The log of an app: what its dynos and Heroku wrote, the last lines kept, and sessions that read it for a while."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LINES_KEPT = 1_500
SESSION_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; `source` is `app` or `heroku`, `dyno` the name of a dyno or of a part of Heroku."""

    number: int
    at: datetime
    source: str
    dyno: str
    text: str

    def __str__(self) -> str:
        return f"{self.at.isoformat(timespec='microseconds')} {self.source}[{self.dyno}]: {self.text}"


@dataclass(slots=True)
class LogBook:
    """The lines of one app, numbered from 1."""

    lines: deque[LogLine] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    written: int = 0

    def write(self, at: datetime, source: str, dyno: str, text: str) -> None:
        self.written += 1
        self.lines.append(LogLine(self.written, at, source, dyno, text))


@dataclass(frozen=True, slots=True)
class LogSession:
    """Leave to read one app's log, held by whoever knows its address."""

    id: str
    key: str = field(repr=False)
    book: LogBook = field(repr=False)
    created_at: datetime
    lines: int = 100
    tail: bool = False
    source: str | None = None
    dyno: str | None = None
    type: str | None = None

    def over(self, now: datetime) -> bool:
        return now - self.created_at > SESSION_LASTS

    def forgotten(self, now: datetime) -> bool:
        """Whether it has been over for so long that even its link means nothing."""
        return now - self.created_at > 2 * SESSION_LASTS

    def wants(self, line: LogLine) -> bool:
        """Whether the line is from what was asked for; a type covers all its dynos."""
        return (
            self.source in {None, line.source}
            and self.dyno in {None, line.dyno}
            and self.type in {None, line.dyno.partition(".")[0]}
        )

    def begun(self) -> list[LogLine]:
        """The last lines, as many as were asked for."""
        wanted = [line for line in self.book.lines if self.wants(line)]
        return wanted[-self.lines :] if self.lines else []

    def after(self, number: int) -> list[LogLine]:
        """What has been written since that line."""
        return [line for line in self.book.lines if line.number > number and self.wants(line)]
