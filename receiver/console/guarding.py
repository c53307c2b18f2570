"""What holds for every page of the console: over TLS, for whoever is signed in, and to be kept by nobody."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.links import CONSOLE
from receiver.console import sessions
from receiver.console.signing_in import PATH, asked_for, lead_to

STATIC = f"{CONSOLE}/static/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
ONLY_TLS = {"Strict-Transport-Security": "max-age=31536000"}
TO_KEEP = (200, 206, 304)  # answers of files; what is said instead of one is for nobody else


class Guard:
    """`tls`: the world reaches us over https only, at `address` if that is known; what Heroku's router took in clear
    is sent there."""

    def __init__(self, app: ASGIApp, *, tls: bool, address: str) -> None:
        self._app = app
        self._tls = tls
        self._host = urlsplit(address).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = self._instead(Request(scope))
        await (answer or self._app)(scope, receive, self._sending(send, file=scope["path"].startswith(STATIC)))

    def _instead(self, request: Request) -> Response | None:
        """What is answered before any page is asked; None if the page may answer."""
        if self._tls and request.headers.get("x-forwarded-proto") == "http":
            return self._over_tls(request)
        path: str = request.scope["path"]
        if path == PATH or path.startswith(STATIC) or sessions.of(request).by:
            return None
        return lead_to(request)

    def _over_tls(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Use https.", 403)
        return RedirectResponse(f"https://{self._host or request.url.netloc}{asked_for(request)}", 308)

    def _sending(self, send: Send, *, file: bool) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (HEADERS | (ONLY_TLS if self._tls else {})).items():
                    headers[name] = value
                to_keep = file and message["status"] in TO_KEEP
                headers["Cache-Control"] = "public, max-age=3600" if to_keep else "no-store"
            await send(message)

        return with_headers
