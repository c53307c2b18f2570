"""Serves the links of log sessions: plain lines, and with `tail` new ones as they are written.

Whoever has the link may read; a token has no business here, and is refused so that a client that sends one is noticed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from toolbelt.simulator.logbook import LogLine, LogSession
from toolbelt.simulator.simulator import Simulator

BETWEEN_LOOKS = 0.05  # seconds
PATH = "/logplex/sessions/{key}"


@dataclass
class Logplex:
    """The log sessions of one simulator."""

    simulator: Simulator
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        return [Route(PATH, self._session, methods=["GET"])]

    async def _session(self, request: Request) -> Response:
        self.simulator.advance_to(self.clock())
        session = self.simulator.world.log_sessions.get(request.path_params["key"])
        if "Authorization" in request.headers:
            return PlainTextResponse("A log session wants no token.\n", 400)
        if session is None:
            return PlainTextResponse("No such session.\n", 404)
        if session.over(self.clock()):
            return PlainTextResponse("This session is over.\n", 410)
        return StreamingResponse(self._lines(session), media_type="text/plain")

    async def _lines(self, session: LogSession) -> AsyncIterator[str]:
        lines, read = session.begun(), session.book.written
        yield _text(lines)
        while session.tail and not session.over(self.clock()):
            await asyncio.sleep(BETWEEN_LOOKS)
            self.simulator.advance_to(self.clock())
            lines, read = session.after(read), session.book.written
            if lines:
                yield _text(lines)


def _text(lines: list[LogLine]) -> str:
    return "".join(f"{line}\n" for line in lines)
