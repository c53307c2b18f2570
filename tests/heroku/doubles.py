"""Stand-ins for Heroku's API in the tests: a script of answers, a clock that is moved by hand, a real server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

import httpx2

from heroku.access import Grant
from heroku.calls import Call, CallRecord
from heroku.client import Heroku

TOKEN = "HRKU-not-a-token"
EVERYTHING = Grant.everything("a test")
RELEASE = {"id": "r-42", "version": 42, "status": "succeeded", "current": True}

Reply = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


def json(body: Any, status: int = 200, **headers: str) -> httpx2.Response:
    """An answer with this body; header names are written with underscores."""
    raw = [(key.replace("_", "-").encode(), text.encode()) for key, text in headers.items()]
    return httpx2.Response(status, json=body, headers=raw)


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Api:
    """Answers with its script, one reply for each call, and keeps the requests."""

    script: list[Reply]
    requests: list[httpx2.Request] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reply = self.script.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx2.Response) else reply(request)


@dataclass
class Hooks:
    """Keeps what a client's hooks are told."""

    calls: list[Call] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)


@dataclass
class Bench:
    """A client on a script, with everything it was told and told others."""

    heroku: Heroku
    api: Api
    hooks: Hooks
    clock: Clock

    @property
    def record(self) -> CallRecord:
        """The one record of the one call."""
        (record,) = self.hooks.records
        return record


def bench(*script: Reply, grant: Grant = EVERYTHING, token: str = TOKEN) -> Bench:
    """A client whose calls are answered by this script."""
    api, hooks, clock = Api(list(script)), Hooks(), Clock()
    heroku = Heroku(
        token,
        transport=httpx2.MockTransport(api),
        grant=grant,
        before=hooks.calls.append,
        after=hooks.records.append,
        clock=clock,
    )
    return Bench(heroku, api, hooks, clock)


class Handler(BaseHTTPRequestHandler):
    """One request on a real socket; answers however `server.answer` says."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def take(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self.server.seen.append((self.command, self.path, dict(self.headers.items()), self.rfile.read(length)))
        self.server.answer(self)

    do_GET = take  # noqa: N815  (the names that http.server looks for)
    do_POST = take  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, text in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, text: bytes) -> None:
        """Send this byte by byte, until the other side is gone or the test is over."""
        for byte in text:
            if self.server.over.wait(0.05):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()


class Server(ThreadingHTTPServer):
    """A loopback server for one test."""

    daemon_threads = True

    def __init__(self, answer: Callable[[Handler], None], tls: SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if tls:  # hands shake in the thread of the connection, not in the one that accepts
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.answer = answer
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """The other side hung up, as these tests make it do."""


@contextmanager
def serving(answer: Callable[[Handler], None], *, tls: SSLContext | None = None) -> Iterator[Server]:
    """A server in a thread of its own, gone when the block ends."""
    server = Server(answer, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
