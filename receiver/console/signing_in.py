"""Signing in and out: one password, a name for the record, and an end to guessing."""

import hmac
from urllib.parse import quote

import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from core import layout, tries
from core.links import CONSOLE
from receiver.console import drawing, sessions
from receiver.console.desk import Desk

PATH = f"{CONSOLE}/sign-in"
LONGEST_NAME = 60  # characters
LONGEST_PATH = 1_000

log = structlog.get_logger(__name__)


class SigningIn:
    """The only pages that whoever is not signed in can reach."""

    def __init__(self, password: SecretStr, desk: Desk) -> None:
        self._password = _bytes(password.get_secret_value())
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """The form, what it leads to, and the way out."""
        return [
            Route("/sign-in", self.show, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form; whoever is signed in is led on."""
        if sessions.of(request).by:
            return RedirectResponse(_next(request.query_params.get("next", "")), 303)
        return _form(request, request.query_params.get("next", ""))

    async def sign_in(self, request: Request) -> Response:
        """Whoever knows the password is in, by the name that they give."""
        session = sessions.of(request)
        fields = await sessions.form(request)
        session.check(fields)
        name, to = " ".join(fields.get("name", "").split()), fields.get("next", "")
        if not name or len(name) > LONGEST_NAME:
            return _form(request, to, f"Say who you are, in 1 to {LONGEST_NAME} characters.", 422)
        address = _address(request)
        if await self._desk.ask(lambda client: tries.count(client, address)) > tries.MOST:
            wait = layout.TRIES_SECONDS // 60
            return _form(request, to, f"There were too many tries from where you are. Wait for {wait} minutes.", 429)
        if not hmac.compare_digest(_bytes(fields.get("password", "")), self._password):
            log.warning("console sign-in refused", by=name)
            return _form(request, to, "This is not the password. It stands in the config var CONSOLE_PASSWORD.", 401)
        await self._desk.ask(lambda client: tries.forget(client, address))
        session.begin(name)
        log.info("console sign-in", by=name)
        return RedirectResponse(_next(to), 303)

    async def sign_out(self, request: Request) -> Response:
        """Forget who it was."""
        session = sessions.of(request)
        session.check(await sessions.form(request))
        session.end()
        return RedirectResponse(PATH, 303)


def lead_to(request: Request) -> Response:
    """To the form, and from there back to where the person wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = f"{PATH}?next={quote(wanted, safe='')}" if request.method == "GET" else PATH
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": to})
    return RedirectResponse(to, 303)


def _form(request: Request, to: str, wrong: str = "", status: int = 200) -> Response:
    known = {"session": sessions.of(request), "said": None, "here": PATH, "to": to, "wrong": wrong}
    return HTMLResponse(drawing.draw("sign_in.html", known), status)


def _next(wanted: str) -> str:
    """A page of the console and nothing else, whatever the address says."""
    fits = wanted == CONSOLE or wanted.startswith((f"{CONSOLE}/", f"{CONSOLE}?"))
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and len(wanted) <= LONGEST_PATH
    return wanted if fits and plain else CONSOLE


def _address(request: Request) -> str:
    """Who asks: the last entry is the one that Heroku's router adds, any before it may be made up."""
    forwarded = request.headers.getlist("x-forwarded-for")
    last = forwarded[-1].rpartition(",")[2].strip() if forwarded else ""
    return last or (request.client.host if request.client else "")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
