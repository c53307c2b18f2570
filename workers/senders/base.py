"""What all senders use: the way out, its deadline, and what an answer means. Addresses appear in no message."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Protocol

import httpx2

from core import addresses
from heroku.deadlines import Deadline
from heroku.errors import Refused, Unavailable
from heroku.retrying import retry_after
from rules.rulebook import Target
from workers.fetching import HIGHEST_PORT, Fetcher, Unreachable
from workers.notes import Message

SEND_SECONDS = 10.0  # the whole of one message, however slowly the other side takes it
RETRIED = (408, 425, 429)  # and all of 5xx


class Sender(Protocol):
    """One kind of target. Raises Unavailable (try again) or Refused."""

    def __call__(self, message: Message, target: Target, way: "Way") -> None:
        """Send it."""
        ...


class Way:
    """The way out for one message to one target. `private`: also to private networks and this machine."""

    def __init__(
        self,
        name: str,
        *,
        environment: Mapping[str, str],
        fetcher: Fetcher,
        private: bool,
        seconds: float = SEND_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.deadline = Deadline.after(seconds, clock)
        self._environment = environment
        self._fetcher = fetcher
        self._private = private

    def value(self, variable: str | None) -> str:
        """What the environment holds under that name. Raises Refused if there is nothing."""
        value = self._environment.get(variable or "", "").strip()
        if not value:
            raise self.refused(f"its variable {variable} is not set")
        return value

    def address(self, variable: str | None) -> httpx2.URL:
        """The same, as an address of the web. Raises Refused if it is none."""
        try:
            url = httpx2.URL(self.value(variable))
            fits = url.scheme in ("http", "https") and bool(url.host) and (url.port or 0) <= HIGHEST_PORT
        except (httpx2.InvalidURL, ValueError):
            fits = False
        if not fits:
            raise self.refused(f"its variable {variable} holds no address of the web")
        return url

    def check(self, address: str) -> None:
        """Raise Refused unless a connection may be made to this numeric address."""
        try:
            if not self._private:
                addresses.check(address)
        except addresses.PrivateAddress as error:
            raise self.refused(f"{error}; ALLOW_PRIVATE_ADDRESSES is not set") from None

    def post(self, url: httpx2.URL, body: bytes, headers: Mapping[str, str]) -> None:
        """Post JSON. A redirect is not followed, and what the answer says besides its status is of no interest."""
        sent = {"Content-Type": "application/json", **headers}
        if url.userinfo:
            sent["Authorization"] = "Basic " + b64encode(f"{url.username}:{url.password}".encode()).decode()
        left = max(0.0, self.deadline.left)
        try:
            page = self._fetcher.fetch(str(url), method="POST", headers=sent, content=body, seconds=left, most_bytes=1)
        except Unreachable as error:
            raise self.refused(str(error)) if error.for_good else self.unavailable(str(error)) from None
        if page.status in RETRIED or page.status >= 500:
            raise self.unavailable(f"answered {page.status}", retry_after(page.status, page.headers))
        if not 200 <= page.status < 300:
            raise self.refused(f"answered {page.status}")

    def refused(self, why: str) -> Refused:
        """The error that ends the matter."""
        return Refused(method="POST", path=f"target {self.name}", message=why)

    def unavailable(self, why: str, seconds: float | None = None) -> Unavailable:
        """The error after which it is tried again."""
        wait = retry_after(0, {}) if seconds is None else seconds
        return Unavailable(method="POST", path=f"target {self.name}", message=why, retry_after=wait)
