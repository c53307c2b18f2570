"""What we answer, in one place: the outcome of a delivery as HTTP, and how the bytes go out."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import Receive, Send

from heroku.signature import HEADER
from receiver.errors import NotKeptCause, RefusedCause

LINGER_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole HTTP answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    async def send(self, send: Send, *, more: bool = False) -> None:
        """Write it out. With `more` the exchange stays open, though the client has everything."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": more})

    async def send_unread(self, receive: Receive, send: Send, *, linger_seconds: float) -> None:
        """Answer a request whose body was not read to its end, and close its connection.

        What is still under way is read and thrown away for so long: closing on unread bytes resets the
        connection, and the client would lose the answer.
        """
        closing = replace(self, headers=(*self.headers, (b"connection", b"close")))
        await closing.send(send, more=True)
        await _drain(receive, linger_seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def as_json(status: int, content: Mapping[str, Any], *, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """An answer that holds this object."""
    body = json.dumps(content).encode()
    length = str(len(body)).encode()
    return Answer(status, ((b"content-type", b"application/json"), (b"content-length", length), *headers), body)


def taken(status: str, event_id: str) -> Answer:
    """It stands in Redis, through this delivery or an earlier one."""
    return as_json(202, {"status": status, "event": event_id})


def _refused(status: int, error: str) -> Answer:
    return as_json(status, {"error": error})


def _later(error: str, *, seconds: int) -> Answer:
    return as_json(503, {"error": error}, headers=((b"retry-after", str(seconds).encode()),))


NOT_TAKEN: Mapping[RefusedCause | NotKeptCause, Answer] = {
    "no_signature": _refused(401, f"no signature: the header {HEADER} is missing or empty"),
    "repeated_signature": _refused(401, f"repeated signature: the header {HEADER} came more than once"),
    "wrong_signature": _refused(401, "wrong signature: no configured secret gives this one for this body"),
    "wrong_authorization": _refused(401, "wrong authorization: not what the webhook was registered with"),
    "too_large": _refused(413, "too large: the body is longer than any that is read"),
    "too_slow": _refused(408, "too slow: the body did not arrive in time"),
    "full": _later("not kept: Redis is nearly full", seconds=30),
    "deep": _later("not kept: too many events wait to be decided", seconds=30),
    "redis": _later("not kept: Redis did not take it", seconds=5),
    "busy": _later("not kept: too many deliveries at once", seconds=5),
    "fault": _later("not kept: a fault in the receiver, see its log", seconds=30),
}


async def _drain(receive: Receive, seconds: float) -> None:
    left = LINGER_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while left > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))
