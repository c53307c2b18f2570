"""Every API call that was received, kept so that a test or the demo can say how many there were.

Outermost of the API's layers: it reads the body once, and replays it to what lies beneath.
"""

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CALLS_KEPT = 50_000
MAX_BODY_BYTES = 1_048_576
CALL = "simulator.call"  # where the scope holds the record


@dataclass(slots=True)
class Call:
    """One call: what was asked, what was answered (None: nothing yet, or never), whether it changed anything."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    body: Any = None
    status: int | None = None
    fault: str | None = None
    effect: bool = False
    seconds: float | None = None
    request_id: str | None = None


@dataclass
class CallLog:
    """The calls, oldest first."""

    clock: Callable[[], datetime]
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    count: int = 0

    def begin(self, scope: Scope) -> Call:
        self.count += 1
        query = scope["query_string"].decode("latin-1")
        call = Call(self.count, self.clock(), scope["method"], scope["path"], query)
        self.calls.append(call)
        scope[CALL] = call
        return call


class Recorded:
    """The layer that writes the calls down."""

    def __init__(self, app: ASGIApp, log: CallLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = self._log.begin(scope)
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
                call.request_id = _header(message, b"request-id")
            await send(message)

        try:
            body = await _whole_body(receive)
            if body is None:
                too_large = JSONResponse({"id": "bad_request", "message": "The body is too large."}, 413)
                await too_large(scope, receive, noting)
                return
            call.body = _readable(body)
            await self._app(scope, _replay(body, receive), noting)
        except ClientDisconnect:
            return  # gone before it had said all: nothing was asked
        finally:
            call.seconds = time.perf_counter() - began


async def _whole_body(receive: Receive) -> bytes | None:
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            return None
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    replayed = False

    async def again() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def _header(message: Message, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in message["headers"] if key.lower() == name), None)
