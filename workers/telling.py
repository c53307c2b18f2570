"""Sending a message to a target: the log, or a webhook of the team's own."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx2
import structlog

from heroku.deadlines import Deadline, within
from heroku.errors import Refused, Unavailable
from heroku.retrying import retry_after
from heroku.transport import BoundedTransport
from rules.rulebook import Target

SEND_SECONDS = 10.0  # the whole of one message, however slowly the other side takes it
MOST_CONNECTIONS = 10
IDLE_SECONDS = 5.0
HIGHEST_PORT = 65_535
RETRIED = (408, 425, 429)  # and all of 5xx

log = structlog.get_logger()


class Teller:
    """Sends; whoever calls decides when to try again. Addresses come from the environment and appear nowhere."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        timeout: float = SEND_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environment = environment
        self._timeout = timeout
        self._clock = clock
        # No client around it: that one would log each request with its address.
        self._transport = BoundedTransport(most_connections=MOST_CONNECTIONS, idle_seconds=IDLE_SECONDS)

    def post(self, name: str, target: Target, text: str, *, facts: Mapping[str, Any]) -> None:
        """Send `text` with `facts` (rule, app, event, run, dedup_key). Raises Unavailable (try again) or Refused."""
        if target.kind == "log":
            told = {name: value for name, value in facts.items() if name != "event"}
            log.info("notification", target=name, text=text, event_id=facts.get("event"), **told)
            return
        address = self._environment.get(target.variable or "", "").strip()
        if not address:
            raise _refused(name, f"its variable {target.variable} is not set")
        status, headers = self._sent(name, target, address, {"text": text, **facts})
        if status in RETRIED or status >= 500:
            raise _unavailable(name, f"answered {status}", retry_after(status, headers))
        if not 200 <= status < 300:
            raise _refused(name, f"answered {status}")

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _sent(
        self, name: str, target: Target, address: str, message: Mapping[str, Any]
    ) -> tuple[int, Mapping[str, str]]:
        """Status and headers of the answer; its body is of no interest and is not read."""
        try:
            request = _request(address, message)
        except (httpx2.InvalidURL, ValueError):
            raise _refused(name, f"its variable {target.variable} holds no address of the web") from None
        try:
            with within(Deadline.after(self._timeout, self._clock)):
                response = self._transport.handle_request(request)
                response.close()
        except httpx2.HTTPError as error:
            raise _unavailable(name, f"gave no answer ({type(error).__name__})", retry_after(0, {})) from None
        return response.status_code, response.headers


def _request(address: str, message: Mapping[str, Any]) -> httpx2.Request:
    """Raises httpx2.InvalidURL or ValueError for what is no address."""
    url = httpx2.URL(address)
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > HIGHEST_PORT:
        raise ValueError("no address of the web")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "dynohook",
        # Ids come from outside, and a header is a line of ASCII.
        "Idempotency-Key": quote(str(message.get("dedup_key", "")), safe=":#"),
    }
    if url.userinfo:
        headers["Authorization"] = "Basic " + b64encode(f"{url.username}:{url.password}".encode()).decode()
    return httpx2.Request("POST", url, content=json.dumps(message).encode(), headers=headers)


def _refused(name: str, message: str) -> Refused:
    return Refused(method="POST", path=f"target {name}", message=message)


def _unavailable(name: str, message: str, seconds: float) -> Unavailable:
    return Unavailable(method="POST", path=f"target {name}", message=message, retry_after=seconds)
