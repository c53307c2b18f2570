"""Tokens by OAuth: the address that asks a person, and the exchanges that follow.

https://devcenter.heroku.com/articles/oauth#web-application-authorization
"""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Annotated
from urllib.parse import urlencode

import httpx2
from pydantic import AfterValidator, SecretStr, StrictFloat, StrictInt, StrictStr

from heroku import answering, parsing
from heroku.access import Level
from heroku.calls import Answer, Call, CallRecord
from heroku.connecting import connect
from heroku.credentials import check_token
from heroku.deadlines import Deadline, bounded, within
from heroku.endpoint import Endpoint
from heroku.models.base import Maybe, Value
from heroku.recording import recorded

ID_URL = "https://id.heroku.com"
EXCHANGE_SECONDS = 10.0  # the longest exchange: it fits into the time of the call that needs the token
_PATH = "/oauth/token"


def _sendable(token: SecretStr) -> SecretStr:
    check_token(token.get_secret_value())
    return token


class Tokens(Value):
    """What an exchange gave: the access token is good for `expires_in` seconds, the refresh token for ever."""

    access_token: Annotated[SecretStr, AfterValidator(_sendable)]
    expires_in: StrictInt | StrictFloat
    refresh_token: Maybe[SecretStr] = None
    user_id: Maybe[StrictStr] = None


# Not in the table of endpoints: they are on another host, need no token, and are granted to nobody.
_REFRESH = Endpoint("refresh_token", "account", "POST", _PATH, Level.READ, "identity", repeatable=True, gives=Tokens)
_EXCHANGE = Endpoint("exchange_code", "account", "POST", _PATH, Level.READ, "identity", repeatable=False, gives=Tokens)


def authorize_url(client_id: str, *, scope: Iterable[str], state: str, base_url: str = ID_URL) -> str:
    """Where to send a person, who comes back with a `code` and this `state`, which must be compared."""
    asked = {"client_id": client_id, "response_type": "code", "scope": " ".join(scope), "state": state}
    return f"{base_url}/oauth/authorize?{urlencode(asked)}"


class IdHost:
    """Heroku's host for identities, the only one that the client's secret and refresh tokens are sent to.

    `after` is called with the `CallRecord` of each exchange, in the name of `who`; it must not raise.
    """

    def __init__(
        self,
        client_secret: str,
        *,
        base_url: str = ID_URL,
        transport: httpx2.BaseTransport | None = None,
        timeout: float = EXCHANGE_SECONDS,
        user_agent: str = "heroku-client",
        who: str = "",
        after: Callable[[CallRecord], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url
        self._who = who
        self._after = after
        self._client_secret = client_secret
        self._timeout = timeout
        self._clock = clock
        self._http = connect(base_url, timeout=timeout, user_agent=user_agent, transport=transport)

    def exchange(self, code: str) -> Tokens:
        """The tokens for the code that a person came back with. A code is good once: if lost, the person asks anew."""
        return self._ask(_EXCHANGE, {"grant_type": "authorization_code", "code": code})

    def refresh(self, refresh_token: str) -> Tokens:
        """A new access token."""
        return self._ask(_REFRESH, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __repr__(self) -> str:
        return f"<IdHost at {self.base_url}>"

    def _ask(self, endpoint: Endpoint, form: Mapping[str, str]) -> Tokens:
        call = Call(endpoint, endpoint.method, endpoint.path, None, None)
        secrets = (self._client_secret, *form.values())
        with recorded(self._who, endpoint, None, clock=self._clock, keep=self._after) as note:
            note.outcome = "unknown"  # until it is known what came of it
            try:
                note.answer = answer = self._send(call, {**form, "client_secret": self._client_secret}, secrets)
            except httpx2.RequestError as error:
                raise answering.lost(call, error, secrets) from error
            note.outcome = "done"
            return parsing.one(Tokens, answer)

    def _send(self, call: Call, form: Mapping[str, str], secrets: tuple[str, ...]) -> Answer:
        seconds = bounded(self._timeout, httpx2.ConnectTimeout) or self._timeout
        deadline = Deadline.after(seconds, self._clock)
        with within(deadline):
            # The next exchange is hours away: a connection kept until then would only be in the way.
            headers = {"Connection": "close"}
            request = self._http.build_request(call.method, call.path, data=dict(form), headers=headers)
            with closing(self._http.send(request, stream=True)) as response:
                return answering.read(call, response, deadline, secrets)
