"""What holds for every page of the console: over TLS, for whoever is signed in, and to be kept by nobody."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.links import CONSOLE
from receiver.console import sessions
from receiver.console.signing_in import PATH, lead_to

STATIC = f"{CONSOLE}/static/"
OPEN = (PATH, STATIC)  # beginnings of the paths that need nobody to be signed in
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


class Guard:
    """`tls`: the world reaches us over https only; what Heroku's router took in clear is sent there."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        answer = self._instead(request)
        await (answer or self._app)(scope, receive, self._sending(send, private=_private(request.url.path)))

    def _instead(self, request: Request) -> Response | None:
        """What is answered before any page is asked; None if the page may answer."""
        if self._tls and request.headers.get("x-forwarded-proto") == "http":
            if request.method not in ("GET", "HEAD"):
                return PlainTextResponse("Use https.", 403)
            return RedirectResponse(str(request.url.replace(scheme="https")), 308)
        if not request.url.path.startswith(OPEN) and not sessions.of(request).by:
            return lead_to(request)
        return None

    def _sending(self, send: Send, *, private: bool) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (HEADERS | (ONLY_TLS if self._tls else {})).items():
                    headers[name] = value
                headers["Cache-Control"] = "no-store" if private else "public, max-age=3600"
            await send(message)

        return with_headers


def _private(path: str) -> bool:
    return not path.startswith(STATIC)
