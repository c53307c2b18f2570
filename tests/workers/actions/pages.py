"""A little web server that answers as it was told, and keeps what it was asked."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Pages:
    """`answers` are a status and a text each; after those what `at` says of the path, or `usual`. The next request for
    a path of `holds` is not answered at all."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: deque[tuple[int, str]] = field(default_factory=deque)
    usual: tuple[int, str] = (200, "all is well")
    at: dict[str, tuple[int, str]] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)


@contextmanager
def serving() -> Iterator[Pages]:
    """Serve on the loopback while the block runs."""
    pages = Pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            pages.asked.append(Asked(self.command, self.path, headers, body))
            if self.path in pages.holds:
                pages.holds.discard(self.path)
                self.connection.recv(1)  # until the other side is gone
                self.close_connection = True
                return
            status, text = pages.answers.popleft() if pages.answers else pages.at.get(self.path, pages.usual)
            self.send_response(status)
            self.send_header("Location", f"{pages.url}/elsewhere")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pages.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield pages
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
