"""Spoils calls as ordered: the layer between the record of the calls and the API."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolbelt.simulator.calls import CALL
from toolbelt.simulator.faults import LONGEST, Fault, FaultBook, Kind

DRIP_SECONDS = 0.5
LOOK_SECONDS = 0.02  # between two looks whether what is held may go on
IDS = {
    400: "bad_request",
    401: "unauthorized",
    402: "delinquent",
    403: "forbidden",
    404: "not_found",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    412: "precondition_failed",
    416: "requested_range_not_satisfiable",
    422: "invalid_params",
    423: "confirmation_required",
    429: "rate_limit",
    500: "internal_server_error",
    503: "service_unavailable",
}
PAGE = "<!DOCTYPE html><html><head><title>Application Error</title></head><body>Try again soon.</body></html>"

Spoiler = Callable[[ASGIApp, Fault, Scope, Receive, Send], Awaitable[None]]


class Spoiled:
    """The layer that does it."""

    def __init__(self, app: ASGIApp, book: FaultBook) -> None:
        self._app = app
        self._book = book

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._book.take(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        scope[CALL].fault = fault.kind
        if fault.kind is Kind.HOLD:
            await self._hold(fault, scope, receive, send)
        else:
            await SPOILERS[fault.kind](self._app, fault, scope, receive, send)

    async def _hold(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        cleared = self._book.cleared
        start, body = await _answer(self._app, scope, receive)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(fault.seconds or LONGEST):
                while self._book.cleared == cleared:
                    await asyncio.sleep(LOOK_SECONDS)
        await send(start)
        await send({"type": "http.response.body", "body": body})


async def _refuse(_: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.status == 429:
        headers["RateLimit-Remaining"] = "0"
    message = fault.message or f"Ordered fault {fault.status}."
    body = {"id": fault.error or IDS.get(fault.status, "error"), fault.field: message}
    await JSONResponse(body, fault.status, headers=headers)(scope, receive, send)


async def _page(_: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    await HTMLResponse(PAGE, fault.status)(scope, receive, send)


async def _redirect(_: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=307, headers={"Location": fault.location})(scope, receive, send)


async def _warn(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    async def warning(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Heroku-Warning"] = fault.message or "Ordered warning."
        await send(message)

    await app(scope, receive, warning)


async def _slow(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(fault.seconds or LONGEST)
    await app(scope, receive, send)


async def _drip(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    start, body = await _answer(app, scope, receive)
    await send(start)
    ends = asyncio.get_running_loop().time() + LONGEST
    for byte in body:
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        await asyncio.sleep(fault.seconds or DRIP_SECONDS)
        if asyncio.get_running_loop().time() > ends:
            return
    await send({"type": "http.response.body", "body": b""})


async def _time_out_before(_: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    await _hang(fault, scope, receive, send)


async def _time_out_after(app: ASGIApp, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    await _answer(app, scope, receive)
    await _hang(fault, scope, receive, send)


async def _cut(app: ASGIApp, _: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Half an answer and no end: the server closes the connection when this returns."""
    start, body = await _answer(app, scope, receive)
    await send(start)
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """What the API would have answered; what it does is done when this returns."""
    said: list[Message] = []

    async def keep(message: Message) -> None:
        said.append(message)

    await app(scope, receive, keep)
    return said[0], b"".join(message.get("body", b"") for message in said[1:])


async def _hang(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Say nothing until the client gives up; a client that never does gets a router's time-out page."""
    try:
        async with asyncio.timeout(fault.seconds or LONGEST):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        await HTMLResponse(PAGE, 503)(scope, receive, send)


SPOILERS: dict[Kind, Spoiler] = {
    Kind.STATUS: _refuse,
    Kind.HTML: _page,
    Kind.REDIRECT: _redirect,
    Kind.WARN: _warn,
    Kind.SLOW: _slow,
    Kind.DRIP: _drip,
    Kind.TIME_OUT_BEFORE: _time_out_before,
    Kind.TIME_OUT_AFTER: _time_out_after,
    Kind.CUT: _cut,
}
