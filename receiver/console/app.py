"""The console put together: its pages, and what stands before them."""

from collections.abc import Callable, Sequence

import redis
from pydantic import SecretStr
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles

from core import layout
from core.links import CONSOLE
from receiver.console import (
    drawing,
    event,
    events,
    letters,
    messages,
    overview,
    records,
    rules,
    runs,
    sessions,
    silences,
    switches,
)
from receiver.console.desk import Desk
from receiver.console.errors import HANDLERS
from receiver.console.guarding import Guard
from receiver.console.signing_in import SigningIn


def routes(password: SecretStr, connect: Callable[[], redis.Redis], *, address: str) -> Sequence[BaseRoute]:
    """All of /console, and the way there from /. `address` is where the world reaches us, if that is known; only if it
    is plain http the cookie goes over that, too."""
    tls = not address.startswith("http://")  # which the settings allow for this machine only
    desk = Desk(connect)
    pages = [
        *SigningIn(password, Desk(connect)).routes(),  # of its own: no crowd of strangers keeps those inside waiting
        *overview.routes(desk),
        *events.routes(desk),
        *event.routes(desk),
        *letters.routes(desk),
        *runs.routes(desk),
        *rules.routes(desk),
        *silences.routes(desk),
        *switches.routes(desk),
        *records.routes(desk),
        *messages.routes(desk),
        Mount("/static", StaticFiles(directory=drawing.FILES)),
    ]
    cookie = Middleware(
        SessionMiddleware,
        secret_key=sessions.key(password),
        session_cookie=sessions.COOKIE,
        path=CONSOLE,
        max_age=layout.SIGNED_IN_SECONDS,
        https_only=tls,
    )
    guard = Middleware(Guard, tls=tls, address=address)
    before = [cookie, guard, Middleware(ExceptionMiddleware, handlers=HANDLERS)]
    return [
        Route("/", _lead_in),
        Route(CONSOLE, _lead_in, middleware=before),
        Mount(CONSOLE, Router(pages, redirect_slashes=False), middleware=before),  # it would redirect to any host
    ]


async def _lead_in(_: Request) -> Response:
    return RedirectResponse(f"{CONSOLE}/", 307)
