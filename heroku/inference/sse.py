"""Server-Sent Events, read as the bytes come: cut anywhere, with any end of line, and never without a bound.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_EVENT_BYTES = 2_000_000  # a tool's answer comes as one event
_END = re.compile(rb"\r\n|\r|\n")
_MARK = "\ufeff"


class TooLarge(Exception):
    """An event that has no end within the bound."""


class Event(NamedTuple):
    """One event; `name` is `message` unless it says otherwise."""

    name: str
    data: str


class Reader:
    """Give it chunks, and it gives events as they are complete. What was begun and never ended is dropped."""

    def __init__(self) -> None:
        self._rest = b""
        self._after_return = False  # a "\n" that comes first belongs to the "\r" that came last
        self._begun = False
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that this chunk completes. Raises TooLarge."""
        if self._after_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        self._size += len(chunk)
        if self._size > MOST_EVENT_BYTES:
            raise TooLarge(f"an event is larger than {MOST_EVENT_BYTES} bytes")
        self._after_return = chunk.endswith(b"\r")
        *lines, self._rest = _END.split(self._rest + chunk) if _END.search(chunk) else [self._rest + chunk]
        for line in lines:
            event = self._line(line.decode("utf-8", "replace"))
            if event:
                yield event

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
        self._name, self._data, self._size = "", [], len(self._rest)
        return Event(name, "\n".join(data)) if data else None
