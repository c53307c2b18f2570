"""What a page shows instead of itself when something is wrong, by the error's class."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from core.records import UnknownFormat
from core.sightings import NotThere
from receiver.console import drawing, sessions
from receiver.console.desk import SignedOut
from receiver.console.signing_in import lead_to
from receiver.errors import place

log = structlog.get_logger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]

UNREACHABLE = (
    "Redis does not answer. Deliveries are answered 503 meanwhile, and Heroku sends them again. "
    "Look at it: heroku redis:info"
)
TOO_LONG = (
    "That took too long: Redis answers slowly or not at all, or too many pages are asked for at once. If you have just "
    "asked for something to be done, look whether it was. Look at Redis: heroku redis:info"
)
SAID: Mapping[int, str] = {
    404: "There is no such page.",
    405: "This address takes no such request.",
}


async def not_there(request: Request, error: Exception) -> Response:
    """What was asked for is not kept, or never was."""
    said = f"{str(error)[:1].upper()}{str(error)[1:]}"
    return _page(request, 404, f"{said}{'' if said.endswith('?') else '.'} What has ended is let go after a while.")


async def unknown_format(request: Request, error: Exception) -> Response:
    """Another version of Dynohook wrote it."""
    return _page(request, 409, f"Another version of Dynohook wrote this ({error}); look again after the deploy.")


async def unreachable(request: Request, error: Exception) -> Response:
    """Redis is away, or slow."""
    log.warning("console page without redis", error=type(error).__name__)
    return _page(request, 503, UNREACHABLE)


async def too_long(request: Request, _: Exception) -> Response:
    """Its turn did not come, or was not over in time."""
    log.warning("console page took too long")
    return _page(request, 503, TOO_LONG)


async def signed_out(request: Request, _: Exception) -> Response:
    """Somebody has ended this session before its time."""
    sessions.of(request).end()
    return lead_to(request)


async def gone(_: Request, __: Exception) -> Response:
    """Whoever asked has hung up; nobody reads this."""
    return Response(status_code=400)


async def not_right(request: Request, error: Exception) -> Response:
    """The request itself."""
    assert isinstance(error, HTTPException)  # noqa: S101  it is registered for nothing else
    return _page(request, error.status_code, SAID.get(error.status_code, error.detail), error.headers)


async def fault(request: Request, error: Exception) -> Response:
    """A bug of ours; its message could quote what a stranger sent."""
    log.error("console page failed", path=request.scope["path"], where=place(error))
    return _page(request, 500, f"This page has a fault of its own ({place(error)}). The command line may show more.")


HANDLERS: Mapping[type[Exception], Handler] = {
    NotThere: not_there,
    UnknownFormat: unknown_format,
    RedisError: unreachable,
    OSError: unreachable,
    TimeoutError: too_long,  # not Redis's own, which is a RedisError
    SignedOut: signed_out,
    ClientDisconnect: gone,
    HTTPException: not_right,
    Exception: fault,
}


def _page(request: Request, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    known = {
        "session": sessions.of(request),
        "said": None,
        "here": request.scope["path"],
        "status": status,
        "sentence": sentence,
    }
    return HTMLResponse(drawing.draw("error.html", known), status, headers)
