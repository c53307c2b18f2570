"""A little HTTP server that stands for a team's own webhook: keeps what it was sent, answers as it was told."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Sent:
    """One request."""

    path: str
    headers: dict[str, str]
    message: dict[str, Any]
    body: bytes = b""


@dataclass
class Hook:
    """`answers` are a status each, with a Retry-After or none; after those 204. `drips`: its answer never ends."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    answers: deque[tuple[int, str | None]] = field(default_factory=deque)
    drips: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running() -> Iterator[Hook]:
    """Serve on the loopback while the block runs."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.sent.append(Sent(self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(body), body))
            if hook.drips.is_set():
                while not hook.over.wait(0.05):
                    self.wfile.write(b"H")
                return
            status, retry_after = hook.answers.popleft() if hook.answers else (204, None)
            self.send_response(status)
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            if status in (301, 307):
                self.send_header("Location", hook.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # the other side had enough

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/a-secret-path"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
