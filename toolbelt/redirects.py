"""Where a person's browser is sent back to with a code: read from a pasted address, or waited for on this machine."""

import hmac
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from heroku.redacting import clean

HOST = "127.0.0.1"
READ_SECONDS = 5.0  # for one request: a browser that says nothing must not hold up the one that comes back
THANKS = "Dynohook has what it needs. You may close this page.\n"


class NotAnswered(Exception):
    """Nobody came back with a code: the person said no, or the time is over."""


class NotOurs(Exception):
    """An address that does not answer our question. Holds nothing of it."""


def code_in(address: str, *, state: str) -> str:
    """The code in the address, or its path, that the browser was sent to. Raises NotOurs, NotAnswered."""
    try:
        query = parse_qs(urlsplit(address.strip()).query)
    except ValueError:
        query = {}
    came = query.get("state", [""])[0]
    if not hmac.compare_digest(came.encode(), state.encode()):
        raise NotOurs("that is not the answer to this question: its `state` is another, or missing")
    if "error" in query:
        raise NotAnswered(f"Heroku says: {clean(query['error'][0])}")
    if "code" not in query:
        raise NotOurs("there is no code in that address")
    return query["code"][0]


def wait(port: int, *, state: str, seconds: float, listening: Callable[[int], None]) -> str:
    """Listen on this machine until the browser comes back with the code; what is not our answer is refused.

    `listening` is told the port, which is a free one for 0. Raises NotAnswered, and OSError if the port is taken.
    """
    until = time.monotonic() + seconds
    with _Waiting(port, state) as server:
        listening(server.server_port)
        while not server.answers and (left := until - time.monotonic()) > 0:
            server.timeout = left
            server.handle_request()
    answer = server.answers[0] if server.answers else NotAnswered(f"nobody came back within {seconds:g} s")
    if isinstance(answer, NotAnswered):
        raise answer
    return answer


class _Waiting(HTTPServer):
    """`answers` to our question: a code, or that there will be none."""

    def __init__(self, port: int, state: str) -> None:
        super().__init__((HOST, port), _Page)
        self.state = state
        self.answers: list[str | NotAnswered] = []


class _Page(BaseHTTPRequestHandler):
    server: _Waiting
    timeout = READ_SECONDS

    def do_GET(self) -> None:
        try:
            self.server.answers.append(code_in(self.path, state=self.server.state))
        except NotOurs as error:
            self._say(404, f"{error}\n")
        except NotAnswered as error:
            self.server.answers.append(error)
            self._say(200, f"{error}\n")
        else:
            self._say(200, THANKS)

    def _say(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the path holds the code."""
