"""Asking an agent over the network: one request, one stream, in whatever thread has the event loop.

The key goes to the address of the service only: redirects are not followed, and no proxy of the environment is used.
A question is not safe to repeat, as its tools may have run: what is lost after it was sent is `Unknown` or `Cut`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

import httpx2
from pydantic_core import from_json

from heroku.connecting import check_address
from heroku.credentials import check_token
from heroku.errors import CallFailed, Forbidden, Invalid, NotFound, Refused, Unauthorized, Unavailable, Unknown
from heroku.inference.asking import Request
from heroku.inference.hearing import Turn, Unreadable, read
from heroku.inference.sse import Reader, TooLarge
from heroku.redacting import clean
from heroku.retrying import retry_after

AGENTS = "/v1/agents/heroku"
SERVERS = "/v1/mcp/servers"
ACCEPT = "text/event-stream, application/json"
CONNECT_SECONDS = 5.0
SILENT_SECONDS = 90.0  # a tool runs for up to 120 s, but heartbeats come in between
MOST_ERROR_BYTES = 64_000
MOST_PROBLEM_CHARACTERS = 1_000  # of what it says is wrong; an error keeps the beginning of that
MOST_LIST_BYTES = 2_000_000
TURNED_AWAY = (408, 425, 429)
_REFUSALS: Mapping[int, type[Refused]] = {
    400: Invalid, 401: Unauthorized, 402: Forbidden, 403: Forbidden, 404: NotFound, 422: Invalid,
}  # fmt: skip


class Cut(Unknown):
    """The stream ended before its end; what had come before was handed out."""


class Inference:
    """Close it when done; it can be used for many questions at once."""

    def __init__(
        self,
        key: str,
        *,
        base_url: str,
        user_agent: str = "heroku-client",
        silent_seconds: float = SILENT_SECONDS,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        check_address(base_url)
        check_token(key)
        self._key = key
        self._base = base_url.rstrip("/")
        self._http = httpx2.AsyncClient(
            headers={
                "User-Agent": user_agent,
                "Authorization": f"Bearer {key}",
                "Accept": ACCEPT,
                "Accept-Encoding": "identity",  # what is packed could be a thousand times as long, and comes late
            },
            timeout=httpx2.Timeout(silent_seconds, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
            transport=transport,
            trust_env=False,
            follow_redirects=False,
        )

    async def ask(self, request: Request) -> AsyncGenerator[Turn, None]:
        """The turns as they come, until the stream says that it is done.

        Raises Unavailable if nothing happened, the kinds of Refused, Unknown if there was no answer, Cut.
        """
        begun = False
        try:
            async with self._http.stream("POST", self._base + AGENTS, json=request.to_json()) as response:
                begun = True
                if not response.is_success:
                    raise await self._failed("POST", AGENTS, response)
                async for turn in self._turns(response):
                    yield turn
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise _unavailable("POST", AGENTS, type(error).__name__) from None
        except httpx2.HTTPError as error:
            kind = Cut if begun else Unknown
            raise kind(method="POST", path=AGENTS, message=type(error).__name__) from None

    async def mcp_servers(self) -> list[Mapping[str, Any]]:
        """The MCP servers that are registered, with their tools. Raises as `ask` does."""
        try:
            async with self._http.stream("GET", self._base + SERVERS) as response:
                if not response.is_success:
                    raise await self._failed("GET", SERVERS, response)
                body = await _beginning(response, MOST_LIST_BYTES)
        except httpx2.HTTPError as error:
            raise _unavailable("GET", SERVERS, type(error).__name__) from None
        try:
            told = from_json(body)
        except ValueError:
            raise _unavailable("GET", SERVERS, "its answer cannot be read") from None
        servers = told.get("servers", told.get("data")) if isinstance(told, dict) else told
        return [server for server in servers if isinstance(server, dict)] if isinstance(servers, list) else []

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def __repr__(self) -> str:
        return f"<Inference at {self._base}>"

    async def _turns(self, response: httpx2.Response) -> AsyncIterator[Turn]:
        reader = Reader()
        try:
            async for chunk in response.aiter_raw():
                for event in reader.feed(chunk):
                    if event.name == "done" or event.data == "[DONE]":
                        return
                    if event.name == "error":
                        raise self._cut(f"it ended with {_problem(event.data) or 'an error'}")
                    if event.name == "message":
                        yield self._turn(event.data)
        except TooLarge as error:
            raise self._cut(str(error)) from None
        raise self._cut("the stream ended before it was done")

    def _turn(self, data: str) -> Turn:
        try:
            return read(data)
        except Unreadable as error:
            problem = _problem(data)  # some say there what is wrong
            raise self._cut(f"it ended with {problem}" if problem else str(error)) from None

    def _cut(self, why: str) -> Cut:
        return Cut(method="POST", path=AGENTS, message=clean(why, self._key))

    async def _failed(self, method: str, path: str, response: httpx2.Response) -> CallFailed:
        """Mapped by status; the body only says more."""
        status = response.status_code
        try:
            body = await _beginning(response, MOST_ERROR_BYTES)
        except httpx2.HTTPError:
            body = b""
        facts: dict[str, Any] = {"method": method, "path": path, "status": status}
        facts["message"] = clean(_problem(body) or "an error", self._key)
        if status in TURNED_AWAY or (status >= 500 and method == "GET"):
            return Unavailable(**facts, retry_after=retry_after(status, response.headers))
        if status >= 500:
            return Unknown(**facts)
        return _REFUSALS.get(status, Refused)(**facts)


async def _beginning(response: httpx2.Response, most_bytes: int) -> bytes:
    """As much of a body as is wanted, however much comes."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= most_bytes:
            break
    return bytes(body[:most_bytes])


def _problem(body: str | bytes) -> str:
    """What Heroku says is wrong; nothing if it says nothing that can be read."""
    try:
        error = from_json(body)["error"]
        told = (error[name] for name in ("code", "type", "message") if error.get(name))
        return " ".join(str(each)[:MOST_PROBLEM_CHARACTERS] for each in told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _unavailable(method: str, path: str, why: str) -> Unavailable:
    return Unavailable(method=method, path=path, message=why, retry_after=retry_after(0, {}))
