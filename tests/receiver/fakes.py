"""Stand-ins for what surrounds the receiver: a server that calls it, and a ledger that keeps what it is given."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

from core.accepting import Answer, Arrival
from heroku.signature import HEADER, Verifier, sign
from receiver.body import Limits
from receiver.counting import Tally
from receiver.deliveries import PATH, Deliveries
from receiver.grouping import PATIENCE, Grouping, Patience

SECRET = "a secret for tests"
QUICK = Limits(read_seconds=0.05, linger_seconds=0.05)

STALL = b"<the sender falls silent>"
HANG_UP = b"<the sender hangs up>"


@dataclass
class Reply:
    """What came back, and how many chunks of the body had been asked for before it did."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    read_before: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class FakeLedger:
    """Keeps by id, as the real one does. `trouble` is raised or answered first, one a call."""

    def __init__(self) -> None:
        self.kept: dict[str, Arrival] = {}
        self.calls: list[list[str]] = []
        self.trouble: deque[Exception | Sequence[Answer | Exception]] = deque()
        self.held: asyncio.Event | None = None

    async def keep(self, arrivals: Sequence[Arrival]) -> Sequence[Answer | Exception]:
        self.calls.append([arrival.id for arrival in arrivals])
        await asyncio.sleep(0)
        if self.held is not None:
            await self.held.wait()
        if self.trouble:
            trouble = self.trouble.popleft()
            if isinstance(trouble, Exception):
                raise trouble
            return trouble
        return [self._one(arrival) for arrival in arrivals]

    def _one(self, arrival: Arrival) -> Answer:
        if arrival.id in self.kept:
            return "duplicate"
        self.kept[arrival.id] = arrival
        return "accepted"


class FakeCounters:
    """The shared counters; `down` makes adding to them fail."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.calls = 0
        self.down: Exception | None = None
        self.held: asyncio.Event | None = None

    async def add(self, counts: Mapping[str, int]) -> None:
        self.calls += 1
        if self.held is not None:
            await self.held.wait()
        if self.down is not None:
            raise self.down
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


class FakeLog:
    """Keeps the lines that it was given."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, str | int]]] = []

    def warn(self, event: str, **fields: str | int) -> None:
        self.lines.append((event, fields))


class Door:
    """One receiver's endpoint with fakes behind it."""

    def __init__(
        self,
        *,
        secrets: Sequence[str] = (SECRET,),
        authorization: bytes | None = None,
        limits: Limits = QUICK,
        patience: Patience = PATIENCE,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.ledger = FakeLedger()
        self.counters = FakeCounters()
        self.tally = Tally(self.counters.add, clock)
        self.grouping = Grouping(self.ledger.keep, patience)
        self.app = Deliveries(
            Verifier(secrets), self.grouping.keep, self.tally, authorization=authorization, limits=limits
        )

    async def post(
        self,
        body: bytes | Iterable[bytes],
        headers: Iterable[tuple[bytes, bytes]] | None = None,
        *,
        declared: int | None = None,
        sending_fails: Exception | None = None,
    ) -> Reply:
        """Deliver; correctly signed unless headers are given."""
        chunks = [body] if isinstance(body, bytes) else list(body)
        if headers is None:
            headers = [signature(b"".join(chunks))]
        if declared is not None:
            headers = [*headers, (b"content-length", str(declared).encode())]
        return await call(self.app, headers=headers, chunks=chunks, sending_fails=sending_fails)

    async def counted(self) -> dict[str, int]:
        """What has been counted so far."""
        await self.tally.save()
        return self.counters.counts


def signature(body: bytes, secret: str = SECRET) -> tuple[bytes, bytes]:
    """The header that Heroku would send."""
    return HEADER.lower().encode(), sign(secret, body).encode()


async def call(
    app: ASGIApp,
    *,
    method: str = "POST",
    path: str = PATH,
    headers: Iterable[tuple[bytes, bytes]] = (),
    chunks: Sequence[bytes] = (b"",),
    sending_fails: Exception | None = None,
) -> Reply:
    """One request as an ASGI server makes it; holds the application to the order of its messages."""
    reply = Reply()
    coming = deque(chunks)
    ended = False

    async def receive() -> Message:
        reply.read_before += reply.status == 0
        chunk = coming.popleft() if coming else STALL
        if chunk == STALL:
            await asyncio.Event().wait()
        if chunk == HANG_UP:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(coming)}

    async def send(message: Message) -> None:
        nonlocal ended
        if sending_fails is not None:
            raise sending_fails
        assert not ended, "a message after the last"
        if message["type"] == "http.response.start":
            assert reply.status == 0, "two answers"
            reply.status = message["status"]
            reply.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            assert reply.status, "a body before its start"
            reply.body += message["body"]
            ended = not message.get("more_body", False)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    await asyncio.wait_for(app(scope, receive, send), 20)
    assert ended == (reply.status != 0), "an answer without an end"
    if reply.status:
        assert int(reply.headers["content-length"]) == len(reply.body)
    return reply
