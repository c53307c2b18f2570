"""id.heroku.com: where people let a client in, and where it gets its tokens.

https://devcenter.heroku.com/articles/oauth#web-application-authorization
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from toolbelt.simulator import issuing
from toolbelt.simulator.calls import CALL
from toolbelt.simulator.errors import Refused, bad_request
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.token_shapes import token_json
from toolbelt.simulator.tokens import Authorization, Client


@dataclass
class Identity:
    """Its two addresses."""

    simulator: Simulator
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        return [
            Route("/oauth/authorize", self._authorize, methods=["GET"]),
            Route("/oauth/token", self._token, methods=["POST"]),
        ]

    async def _authorize(self, request: Request) -> Response:
        """The page where the user says yes: here the account always does, at once."""
        self.simulator.advance_to(self.clock())
        query, world = request.query_params, self.simulator.world
        try:
            client = _known(world.tokens.clients, query.get("client_id"))
            if query.get("response_type") != "code":
                raise bad_request("Response_type must be code.")
            scope = query.get("scope", "identity").replace(",", " ").split()
            code = issuing.allow(world, client, world.account, scope)
        except Refused as refused:
            return _refusal(refused)
        told = {"code": code} | ({"state": query["state"]} if "state" in query else {})
        joint = "&" if urlsplit(client.redirect_uri).query else "?"
        return RedirectResponse(f"{client.redirect_uri}{joint}{urlencode(told)}", 302)

    async def _token(self, request: Request) -> Response:
        self.simulator.advance_to(self.clock())
        try:
            form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
            answer = token_json(self._grant(form))
        except Refused as refused:
            return _refusal(refused)
        request.scope[CALL].effect = True
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def _grant(self, form: Mapping[str, str]) -> Authorization:
        world = self.simulator.world
        match form:
            case {"grant_type": "authorization_code", "code": code, "client_secret": secret}:
                return issuing.exchange(world, code, secret)
            case {"grant_type": "refresh_token", "refresh_token": token, "client_secret": secret}:
                return issuing.refresh(world, token, secret)
            case {"grant_type": "authorization_code" | "refresh_token"}:
                raise Refused(400, "invalid_request", "A code or a refresh_token, and the client_secret, are required.")
        raise Refused(400, "unsupported_grant_type", "Grant_type must be authorization_code or refresh_token.")


def _known(clients: Mapping[str, Client], id: str | None) -> Client:
    found = clients.get(id or "")
    if found is None:
        raise Refused(401, "unauthorized", "Unknown client.")
    return found


def _refusal(refused: Refused) -> Response:
    """OAuth's own word for what went wrong, beside Heroku's."""
    said = {"error": refused.error, "error_description": refused.message}
    return JSONResponse(refused.body() | said, refused.status)
