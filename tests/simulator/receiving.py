"""A little HTTP server that takes deliveries, keeps them, and answers as it was told."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LONGEST_HANG = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in, and what it was answered."""

    body: bytes
    headers: dict[str, str]
    status: int

    @property
    def document(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Answers 200, or the statuses in `answers` first; while `hanging` is set it does not answer at all."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: deque[int] = deque()
        self.released = threading.Event()
        self.released.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks/heroku"

    def documents(self) -> list[Any]:
        """The bodies that were acknowledged."""
        return [each.document for each in self.received if each.status < 300]

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        status = self.answers.popleft() if self.answers else 200
        self.received.append(Received(body, headers, status))
        return status

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join(LONGEST_HANG)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take(body, dict(self.headers.items()))
            receiver.released.wait(LONGEST_HANG)
            try:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", receiver.url)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except ConnectionError:
                return  # the sender gave up

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay quiet."""

    return Handler
