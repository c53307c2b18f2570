"""Server-Sent Events, read as the bytes come: cut anywhere, with any end of line, and never without a bound.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_EVENT_BYTES = 2_000_000  # a tool's answer comes as one event
MOST_STREAM_BYTES = 20_000_000  # of all of it, so that one that floods us is not heard until its time is up
_END = re.compile(rb"\r\n|\r|\n")
_MARK = "\ufeff"


class TooLarge(Exception):
    """An event, or a stream, that has no end within the bound."""


class Event(NamedTuple):
    """One event; `name` is `message` unless it says otherwise."""

    name: str
    data: str


class Reader:
    """Give it chunks, and it gives events as they are complete. What was begun and never ended is dropped.

    Nothing is looked at twice: a line that comes byte by byte costs no more than one that comes at once.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []  # of a line that has not ended yet
        self._after_return = False  # a "\n" that comes first belongs to the "\r" that came last
        self._begun = False
        self._name = ""
        self._data: list[str] = []
        self._held = 0  # bytes: of the event's data and of the line
        self._read = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that this chunk completes. Raises TooLarge."""
        self._read += len(chunk)
        if self._read > MOST_STREAM_BYTES:
            raise TooLarge(f"the stream is larger than {MOST_STREAM_BYTES} bytes")
        if self._after_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        self._after_return = chunk.endswith(b"\r") or (self._after_return and not chunk)
        for line in self._lines(chunk):
            event = self._line(line.decode("utf-8", "replace"))
            if event:
                yield event

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that this chunk ends."""
        *ended, rest = _END.split(chunk)
        for end in ended:
            self._hold(len(end))
            yield b"".join([*self._rest, end])
            self._rest.clear()
        self._rest.append(rest)
        self._hold(len(rest))

    def _hold(self, more: int) -> None:
        self._held += more
        if self._held > MOST_EVENT_BYTES:
            raise TooLarge(f"an event is larger than {MOST_EVENT_BYTES} bytes")

    def _line(self, line: str) -> Event | None:
        if not self._begun:
            self._begun, line = True, line.removeprefix(_MARK)
        if not line:
            return self._complete()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None  # comments, ids and what nobody knows

    def _complete(self) -> Event | None:
        name, data = self._name or "message", self._data
        self._name, self._data, self._held = "", [], 0
        return Event(name, "\n".join(data)) if data else None
