"""Reading a page that a rule asks for: bounded in time and size, without following, and not inside private networks.

Addresses may be keys, so none of them is told in an error.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field

import httpx2

from core import addresses
from heroku.deadlines import Deadline, within
from heroku.transport import BoundedTransport

FETCH_SECONDS = 10.0  # the whole of one request, however slowly the other side answers
MOST_BYTES = 1_000_000  # of a page; what comes after is not read
MOST_CONNECTIONS = 10
IDLE_SECONDS = 5.0
HIGHEST_PORT = 65_535


class Unreachable(Exception):
    """There was no answer; the message says why and names no address. `for_good`: nor will there be another time."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, whatever its status; `text` is as much of the body as was read."""

    status: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class Fetcher:
    """Asks the web. `private`: also private networks and this machine."""

    def __init__(self, *, private: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trusting = BoundedTransport(most_connections=MOST_CONNECTIONS, idle_seconds=IDLE_SECONDS)
        self._guarded = self._trusting
        if not private:
            self._guarded = BoundedTransport(
                most_connections=MOST_CONNECTIONS, idle_seconds=IDLE_SECONDS, check=addresses.check
            )

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float = FETCH_SECONDS,
        most_bytes: int = MOST_BYTES,
        last: bool = False,
        trusted: bool = False,
    ) -> Page:
        """The answer to one request: the first `most_bytes` of its body, or with `last` those at its end.

        `trusted`: the address comes from Heroku itself. Raises Unreachable.
        """
        request = _request(method, url, headers or {}, content)
        transport = self._trusting if trusted else self._guarded
        deadline = Deadline.after(min(seconds, FETCH_SECONDS), self._clock)
        try:
            with within(deadline), closing(transport.handle_request(request)) as response:
                body = _body(response, deadline, most_bytes, last=last)
        except addresses.PrivateAddress as error:
            why = f"{error}; ALLOW_PRIVATE_ADDRESSES is not set"
            raise Unreachable(why, for_good=True) from None
        except httpx2.HTTPError as error:
            raise Unreachable(f"gave no answer ({type(error).__name__})") from None
        return Page(response.status_code, body.decode(errors="replace"), dict(response.headers))

    def close(self) -> None:
        """Close the connections."""
        self._trusting.close()
        self._guarded.close()


def _request(method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> httpx2.Request:
    try:
        address = httpx2.URL(url)
        if address.scheme not in ("http", "https") or not address.host or (address.port or 0) > HIGHEST_PORT:
            raise Unreachable("its address is none of the web", for_good=True)
        told = {"User-Agent": "dynohook", "Accept": "*/*", **_login(address), **headers}
        return httpx2.Request(method, address, headers=told, content=content)
    except (httpx2.InvalidURL, ValueError):
        raise Unreachable("its address is none of the web", for_good=True) from None


def _login(address: httpx2.URL) -> dict[str, str]:
    """User and password of an address, as they are sent."""
    if not address.userinfo:
        return {}
    return {"Authorization": "Basic " + b64encode(f"{address.username}:{address.password}".encode()).decode()}


def _body(response: httpx2.Response, deadline: Deadline, most_bytes: int, *, last: bool) -> bytes:
    """As much of it as is wanted, however much comes."""
    read = bytearray()
    for chunk in response.iter_bytes():
        read += chunk
        if deadline.left <= 0:
            raise httpx2.ReadTimeout("the answer took too long")
        if len(read) >= most_bytes and not last:
            break
        if len(read) > 2 * most_bytes:
            del read[:-most_bytes]
    return bytes(read[-most_bytes:] if last else read[:most_bytes])
