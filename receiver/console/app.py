"""The console put together: its pages, and what stands before them."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from pathlib import Path

import redis
from pydantic import SecretStr
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from core.links import CONSOLE
from receiver.console import runs
from receiver.console.desk import Desk
from receiver.console.errors import HANDLERS
from receiver.console.guarding import Guard
from receiver.console.sessions import LASTS_SECONDS
from receiver.console.signing_in import SigningIn

FORM_BYTES = 32_000
FILES = Path(__file__).parent / "static"


def routes(password: SecretStr, connect: Callable[[], redis.Redis], *, tls: bool) -> Sequence[BaseRoute]:
    """All of /console, and the way there from /. Without `tls` the cookie also goes over plain http."""
    desk = Desk(connect)
    pages = [
        *SigningIn(password, desk).routes(),
        *runs.routes(desk),
        Mount("/static", StaticFiles(directory=FILES)),
    ]
    cookie = Middleware(
        SessionMiddleware,
        secret_key=_key(password),
        session_cookie="dynohook",
        path=CONSOLE,
        max_age=LASTS_SECONDS,
        https_only=tls,
    )
    before = [cookie, Middleware(Guard, tls=tls), Middleware(ExceptionMiddleware, handlers=HANDLERS)]
    return [
        Route("/", _lead_in),
        Route(CONSOLE, _lead_in),
        Mount(CONSOLE, routes=pages, middleware=before, max_body_size=FORM_BYTES),
    ]


async def _lead_in(_: Request) -> Response:
    return RedirectResponse(f"{CONSOLE}/", 307)


def _key(password: SecretStr) -> str:
    """What cookies are signed with: another password ends every session, and no process has to tell another."""
    text = password.get_secret_value().encode("utf-8", "surrogateescape")
    return hmac.new(text, b"dynohook console cookies, 1", hashlib.sha256).hexdigest()
