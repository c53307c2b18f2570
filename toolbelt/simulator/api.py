"""The Platform API over HTTP: every request's head is checked, every answer carries the headers of the real one."""

import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from toolbelt.simulator.calls import CALL
from toolbelt.simulator.endpoints import ENDPOINTS, Answer, Asked, Endpoint, no_such_endpoint
from toolbelt.simulator.errors import Refused, bad_request
from toolbelt.simulator.rates import RatePool
from toolbelt.simulator.simulator import Simulator

MEDIA_TYPE = "application/vnd.heroku+json"
VERSIONS = {"version=3", "version=3.webhooks"}
METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"]


@dataclass
class Api:
    """The API of one simulator; with `tokens` only those are let in, without them any bearer token is."""

    simulator: Simulator
    clock: Callable[[], datetime]
    rates: RatePool
    tokens: Collection[str] = field(default=(), repr=False)

    def app(self) -> Starlette:
        routes = [Route(path, self._served(endpoint), methods=[method]) for method, path, endpoint in ENDPOINTS]
        routes.append(Route("/account/rate-limits", self._rate_limits, methods=["GET"]))
        routes.append(Route("/{rest:path}", self._served(no_such_endpoint), methods=METHODS))
        return Starlette(routes=routes)

    def _served(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            body = await request.body()
            return self._answer(request, body, endpoint)

        return serve

    async def _rate_limits(self, request: Request) -> Response:
        """Asking what is left costs nothing."""
        try:
            self._check_head(request)
        except Refused as refused:
            return self._sent(_said(refused))
        return self._sent(Answer({"remaining": self.rates.remaining(self.clock())}))

    def _answer(self, request: Request, body: bytes, endpoint: Endpoint) -> Response:
        now = self.clock()
        self.simulator.advance_to(now)
        try:
            self._check_head(request)
            self._take_call(now)
            asked = Asked(request.path_params, _parsed(body), request.headers.get("Range"))
            answer = endpoint(self.simulator, asked)
        except Refused as refused:
            return self._sent(_said(refused))
        request.scope[CALL].effect = request.method != "GET"
        return self._sent(answer)

    def _check_head(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused(401, "unauthorized", "There were no credentials in your `Authorization` header.")
        if self.tokens and token.strip() not in self.tokens:
            raise Refused(401, "unauthorized", "Invalid credentials provided.")
        media_type, _, version = request.headers.get("Accept", "").partition(";")
        if media_type.strip() != MEDIA_TYPE or version.strip() not in VERSIONS:
            raise Refused(400, "missing_version", "Please specify a version along with Heroku's API MIME type.")
        if not request.headers.get("User-Agent"):
            raise bad_request("Please send a User-Agent header.")

    def _take_call(self, now: datetime) -> None:
        if not self.rates.take(now):
            raise Refused(429, "rate_limit", "Your account reached the API rate limit.")

    def _sent(self, answer: Answer) -> Response:
        headers = {
            "Request-Id": str(uuid4()),
            "RateLimit-Remaining": str(self.rates.remaining(self.clock())),
            "Oauth-Scope": "global",
            "Oauth-Scope-Accepted": "global",
        }
        return JSONResponse(answer.body, answer.status, headers=headers | answer.headers)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        raise bad_request("The body is not JSON.") from None


def _said(refused: Refused) -> Answer:
    return Answer({"id": refused.error, "message": refused.message}, refused.status)
