"""Signing in and out: one password, a name for the record, and an end to guessing."""

import hashlib
import hmac
import ipaddress
from urllib.parse import quote

import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from core import layout, sign_outs, tries
from core.links import CONSOLE, LONGEST
from receiver.console import drawing, forms, sessions
from receiver.console.desk import Desk

PATH = f"{CONSOLE}/sign-in"
SIGN_OUT = f"{CONSOLE}/sign-out"
UNDONE = "Nothing was done: you were not signed in any more. Sign in, and do it again."
LONGEST_NAME = 60  # characters

log = structlog.get_logger(__name__)


class SigningIn:
    """The only pages that whoever is not signed in can reach."""

    def __init__(self, password: SecretStr, desk: Desk) -> None:
        self._password = password.get_secret_value()
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
        undone = "undone" in request.query_params
        return _form(request, request.query_params.get("next", ""), UNDONE if undone else "")

    async def sign_in(self, request: Request) -> Response:
        """Whoever knows the password is in, by the name that they give."""
        session = sessions.of(request)
        fields = await forms.read(request)
        name, to = " ".join(fields.get("name", "").split()), fields.get("next", "")
        if not session.drew(fields):
            if session.by:  # since, on another page
                return RedirectResponse(_next(to), 303)
            return _form(request, to, "This form was too old. Here is a new one.", 403)
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            return _form(request, to, f"Say who you are, in 1 to {LONGEST_NAME} letters.", 422)
        address = _address(request)
        count = await self._desk.ask(lambda client: tries.count(client, address))
        if count > tries.MOST:
            wait = layout.TRIES_SECONDS // 60
            return _form(request, to, f"There were too many tries from where you are. Wait for {wait} minutes.", 429)
        if not self._fits(fields.get("password", "")):
            log.warning("console sign-in refused", tries=count)  # not the name: people mix up the two fields
            return _form(request, to, "This is not the password. It stands in the config var CONSOLE_PASSWORD.", 401)
        if self._password in fields.get("name", ""):
            return _form(request, to, "Your name will be kept and shown: it must not hold the password.", 422)
        await self._desk.ask(lambda client: tries.forget(client, address))
        session.begin(name)
        log.info("console sign-in", by=name)
        return RedirectResponse(_next(to), 303)

    async def sign_out(self, request: Request) -> Response:
        """Forget who it was, and let no copy of the cookie be good for anything."""
        session = sessions.of(request)
        session.check(await forms.read(request))
        token = session.token
        session.end()
        await self._desk.ask(lambda client: sign_outs.note(client, token))
        return RedirectResponse(PATH, 303)

    def _fits(self, given: str) -> bool:
        """In the same time, whatever was given and however long it is."""
        return hmac.compare_digest(_digest(given), _digest(self._password))


def lead_to(request: Request) -> Response:
    """To the form, and from there back to where the person wanted to go, or pressed a button in vain."""
    to = PATH + _way_back(request)
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": to})
    return RedirectResponse(to, 303)


def _way_back(request: Request) -> str:
    """A form goes to the address of the page that it stands on; only the way out leads back to nothing."""
    back = f"?next={quote(asked_for(request), safe='')}"
    if request.method == "GET":
        return back
    is_deed = request.method == "POST" and request.scope["path"] != SIGN_OUT
    return f"{back}&undone=" if is_deed else ""


def asked_for(request: Request) -> str:
    """The path and the query as they were spelt; whatever else the request says, of its host too, is not believed."""
    path, query = (request.scope[name].decode("latin-1") for name in ("raw_path", "query_string"))
    return f"{path}?{query}" if query else path


def _form(request: Request, to: str, wrong: str = "", status: int = 200) -> Response:
    known = {"session": sessions.of(request), "said": None, "here": PATH, "to": to, "wrong": wrong}
    return HTMLResponse(drawing.draw("sign_in.html", known), status)


def _next(wanted: str) -> str:
    """A page of the console and nothing else, whatever the address says."""
    fits = wanted == CONSOLE or wanted.startswith((f"{CONSOLE}/", f"{CONSOLE}?"))
    plain = wanted.isascii() and wanted.isprintable() and len(wanted) <= LONGEST
    return wanted if fits and plain else CONSOLE


def _address(request: Request) -> str:
    """Who asks: the last entry is the one that Heroku's router adds, any before it may be made up."""
    forwarded = request.headers.getlist("x-forwarded-for")
    last = forwarded[-1].rpartition(",")[2].strip() if forwarded else ""
    return _neighbourhood(last or (request.client.host if request.client else ""))


def _neighbourhood(address: str) -> str:
    """Of IPv6 the first half: whoever has one such address has all that begin like it."""
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    except ValueError:
        return address


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
