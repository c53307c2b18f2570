"""Events of the past for a backtest: those that Redis keeps, or a file of them, one after the other."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from core.past import Past
from heroku.errors import BadDelivery
from heroku.events import Event, read
from toolbelt.commands.common import Unusable, connected

LATEST = 1e11  # seconds since 1970: what is beyond it is no time


@dataclass(slots=True)
class Record:
    """A stretch of the past, in milliseconds since 1970; the counts grow while `events` are read. `most` is how many
    there are, None if that is not known; `oldest` is when the oldest of all came."""

    bodies: Iterator[tuple[int | None, bytes | None]]
    since: int
    until: int
    most: int | None = None
    oldest: int | None = None
    read: int = 0
    unreadable: int = 0
    first: int | None = None
    last: int | None = None

    def events(self, app: str | None) -> Iterator[tuple[int, Event | None]]:
        """Each event and when it came, in that order; None for one that cannot be read, or is not of the app."""
        for came, body in self.bodies:
            event = _event(body)
            at = came if came is not None else _created(event)
            if at is None:  # nobody knows when it came
                self.read, self.unreadable = self.read + 1, self.unreadable + 1
                continue
            if not self.since <= at <= self.until:
                continue
            self.last = at = max(at, self.last or 0)  # no clock goes back
            self.first = at if self.first is None else self.first
            self.read += 1
            self.unreadable += event is None
            yield at, event if event and app in (None, *_names(event)) else None


@contextmanager
def kept(since_seconds: float, until_seconds: float) -> Iterator[Record]:
    """What Redis keeps of the time between so many seconds ago and so many."""
    with connected() as client:
        past = Past(client)
        now = past.now()
        since, until = now - int(since_seconds * 1_000), now - int(until_seconds * 1_000)
        bodies = ((one.accepted_at, one.body) for one in past.events(since, until))
        yield Record(bodies, since, until, most=past.count(since, until), oldest=past.oldest())


@contextmanager
def in_file(path: Path, now: float, since_seconds: float, until_seconds: float) -> Iterator[Record]:
    """A file with an event on each line: a delivery's body, or an object with that as its `body` and the time at which
    it was accepted (`accepted_at`, seconds since 1970). Without that time an event counts as come when it happened."""
    since, until = int((now - since_seconds) * 1_000), int((now - until_seconds) * 1_000)
    try:
        with path.open("rb") as lines:
            yield Record((_line(line) for line in lines if line.strip()), since, until)
    except OSError as error:
        raise Unusable(f"{path} cannot be read ({type(error).__name__})") from error


def _line(line: bytes) -> tuple[int | None, bytes | None]:
    try:
        told: Any = from_json(line, allow_inf_nan=False)
    except ValueError:
        return None, None
    if not isinstance(told, dict) or not isinstance(told.get("body"), dict):
        return None, line
    at = told.get("accepted_at")
    came = int(at * 1_000) if isinstance(at, (int, float)) and 0 <= at < LATEST else None
    return came, json.dumps(told["body"]).encode()


def _event(body: bytes | None) -> Event | None:
    try:
        return read(body) if body else None
    except BadDelivery:
        return None


def _created(event: Event | None) -> int | None:
    return int(event.created_at.timestamp() * 1_000) if event and event.created_at else None


def _names(event: Event) -> tuple[str | None, ...]:
    return (event.app.name, event.app.id) if event.app else ()
