"""The Platform API over HTTP: every request's head is checked, every answer carries the headers of the real one."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from toolbelt.simulator import scopes
from toolbelt.simulator.accounts import Account
from toolbelt.simulator.calls import CALL
from toolbelt.simulator.checking import Caller, caller, check_account, check_paid, check_version
from toolbelt.simulator.endpoints import ENDPOINTS
from toolbelt.simulator.endpoints.account import RATE_LIMITS
from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint
from toolbelt.simulator.errors import Refused, bad_request, not_found
from toolbelt.simulator.simulator import Simulator

METHODS = ["DELETE", "GET", "PATCH", "POST", "PUT"]


@dataclass
class Api:
    """The API of one simulator.

    With `tokens` only those are let in, and those that were issued here; without them any bearer token is.
    """

    simulator: Simulator
    clock: Callable[[], datetime]
    tokens: Collection[str] = field(default=(), repr=False)

    def routes(self) -> list[Route]:
        routes = [Route(each.path, self._served(each), methods=[each.method]) for each in ENDPOINTS]
        return [*routes, Route("/{rest:path}", self._served(NO_SUCH), methods=METHODS)]

    def _served(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            body = await request.body()
            return self._answer(request, body, endpoint)

        return serve

    def _answer(self, request: Request, body: bytes, endpoint: Endpoint) -> Response:
        now = self.clock()
        self.simulator.advance_to(now)
        found: Caller | None = None
        try:
            found = caller(self.simulator.world, request.headers, self.tokens, now)
            self._let_in(found, request, endpoint, now)
            answer = endpoint.answer(self.simulator, _asked(request, body, found))
        except Refused as refused:
            return self._sent(request, endpoint, found, Answer(refused.body(), refused.status))
        request.scope[CALL].effect = request.method != "GET"
        return self._sent(request, endpoint, found, answer)

    def _let_in(self, found: Caller, request: Request, endpoint: Endpoint, now: datetime) -> None:
        check_version(request.headers)
        check_account(found.account, request.headers)
        if endpoint is not RATE_LIMITS and not found.account.rate.take(now):  # asking what is left costs nothing
            raise Refused(429, "rate_limit", "Your account reached the API rate limit.")
        scopes.check(found.scope, endpoint.scope)
        check_paid(found.account, request.method)

    def _sent(self, request: Request, endpoint: Endpoint, found: Caller | None, answer: Answer) -> Response:
        headers = {
            "Request-Id": str(uuid4()),
            "RateLimit-Remaining": str(self._account(found).rate.remaining(self.clock())),
            "Oauth-Scope": " ".join(found.scope if found else ()),
            "Oauth-Scope-Accepted": " ".join(scopes.ACCEPTED[endpoint.scope]),
        }
        sent = JSONResponse(answer.body, answer.status, headers=headers | answer.headers)
        return _unless_known(request, sent) if request.method == "GET" and answer.status < 300 else sent

    def _account(self, found: Caller | None) -> Account:
        return found.account if found else self.simulator.world.standing(self.simulator.world.account)


def no_such_endpoint(_: Simulator, __: Asked) -> Answer:
    raise not_found("endpoint")


NO_SUCH = Endpoint("*", "/{rest:path}", "read", no_such_endpoint)


def _asked(request: Request, body: bytes, found: Caller) -> Asked:
    return Asked(
        user=found.account.user,
        path=request.path_params,
        query=dict(request.query_params),
        body=_parsed(body),
        range=request.headers.get("Range"),
        base_url=f"{request.url.scheme}://{request.url.netloc}",
    )


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        raise bad_request("The body is not JSON.") from None


def _unless_known(request: Request, response: Response) -> Response:
    """304 and no body when the caller holds the same answer already, by its ETag."""
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    if not known & {tag, "*"}:
        return response
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    return Response(status_code=304, headers=kept)
