"""One call over the network: sent to one host only, answered or given up within one time."""

import time
from collections.abc import Callable
from contextlib import closing

import httpx2

from heroku import answering
from heroku.calls import Answer, Call
from heroku.connecting import CALL_SECONDS, connect
from heroku.credentials import Credentials
from heroku.deadlines import Deadline, within
from heroku.errors import Unauthorized
from heroku.polling import Memory, Poll

ACCEPT = "application/vnd.heroku+json; version="


class Wire:
    """Holds the credentials and the connections. A token goes into one header of requests to `base_url`.

    A token that Heroku refuses is replaced once, if another is to be had, within the time of the same call: nothing
    was done with the one that was refused.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str,
        transport: httpx2.BaseTransport | None = None,
        timeout: float = CALL_SECONDS,
        user_agent: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base_url = base_url
        self._prefix = base_url.rstrip("/")
        self._credentials = credentials
        self._timeout = timeout
        self._clock = clock
        self._memory = Memory()
        self._http = connect(base_url, timeout=timeout, user_agent=user_agent, transport=transport)

    def send(self, call: Call, *, wanted: str | None = None, polling: bool = False) -> Answer:
        """The answer to a call, asking for the range `wanted` of a list. Raises `CallFailed`, by `retrying`.

        With `polling`, what Heroku answered last is kept, and given again if it has not changed.
        """
        poll = Poll.of(self._memory, (call.path, wanted)) if polling else None
        deadline = Deadline.after(self._timeout, self._clock)
        with within(deadline):
            token = self._credentials.token()
            try:
                return self._try(call, token, wanted, poll, deadline)
            except Unauthorized:
                other = self._credentials.instead_of(token)
                if other is None:
                    raise
            return self._try(call, other, wanted, poll, deadline)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _try(self, call: Call, token: str, wanted: str | None, poll: Poll | None, deadline: Deadline) -> Answer:
        headers = {"Accept": f"{ACCEPT}{call.endpoint.version}", "Authorization": f"Bearer {token}"}
        if wanted is not None:
            headers["Range"] = wanted
        if poll and poll.known:
            headers["If-None-Match"] = poll.known.etag
        secrets = (token, *call.secrets)
        # The whole address at once, as the client would otherwise read two addresses to join them.
        address = self._prefix + call.path
        request = self._http.build_request(call.method, address, headers=headers, json=call.body)
        try:
            response = self._http.send(request, stream=True)
        except httpx2.RequestError as error:
            raise answering.lost(call, error, secrets) from error
        with closing(response):
            return answering.read(call, response, deadline, secrets, poll)
