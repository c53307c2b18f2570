"""One call over the network: sent to one host only, answered or given up within one time."""

import time
from collections.abc import Callable
from contextlib import closing
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address

import httpx2

from heroku import answering
from heroku.calls import Answer, Call
from heroku.deadlines import Deadline, within
from heroku.transport import BoundedTransport

ACCEPT = "application/vnd.heroku+json; version=3"
CALL_SECONDS = 18.0  # the longest call; whoever must be sure that it is over waits for 20
CONNECT_SECONDS = 5.0
MOST_CONNECTIONS = 10
IDLE_SECONDS = 5.0  # a kept connection that Heroku closes just when it is used costs an unknown outcome


class Wire:
    """Holds the token and the connections. The token goes into one header of requests to `base_url`.

    Redirects are not followed, cookies are not kept, and the environment's proxies are not used.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        transport: httpx2.BaseTransport | None = None,
        timeout: float = CALL_SECONDS,
        user_agent: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        _check_token(token)
        _check_address(base_url)
        self.base_url = base_url
        self._token = token
        self._timeout = timeout
        self._clock = clock
        connect = min(CONNECT_SECONDS, timeout)
        self._http = httpx2.Client(
            base_url=base_url,
            headers={"Accept": ACCEPT, "User-Agent": user_agent},
            timeout=httpx2.Timeout(timeout, connect=connect, pool=connect),
            transport=transport or BoundedTransport(most_connections=MOST_CONNECTIONS, idle_seconds=IDLE_SECONDS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    def send(self, call: Call, *, wanted: str | None = None) -> Answer:
        """The answer to a call, asking for the range `wanted` of a list. Raises `CallFailed`, by `retrying`."""
        headers = {"Authorization": f"Bearer {self._token}"}
        if wanted is not None:
            headers["Range"] = wanted
        request = self._http.build_request(call.method, call.path, headers=headers, json=call.body)
        deadline = Deadline.after(self._timeout, self._clock)
        with within(deadline):
            try:
                response = self._http.send(request, stream=True)
            except httpx2.RequestError as error:
                raise answering.lost(call, error, self._token) from error
            with closing(response):
                return answering.read(call, response, deadline, self._token)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


def _check_token(token: str) -> None:
    # Said without the token: a header that cannot be sent would be quoted in the error of the one who tried.
    if not token or not token.isascii() or any(character <= " " or character == "\x7f" for character in token):
        raise ValueError("the token must be ASCII, without spaces, and not empty")


def _check_address(base_url: str) -> None:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL as error:
        raise ValueError(f"the API's address must be one: {error}") from None
    if url.userinfo or url.query or url.fragment or not url.host:
        raise ValueError("the API's address must be a plain one: a scheme, a host, perhaps a port and a path")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ValueError(f"the API's address must be https, or http on this machine; it is {url.scheme} {url.host}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
