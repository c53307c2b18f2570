"""The receiver behind a real server on a loopback port, and a client that can misbehave."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from receiver.deliveries import PATH
from toolbelt.waiting import until

PATIENCE = 20.0  # seconds, for whatever should happen soon


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """The port on which uvicorn serves it, with the loop and the parser that the Procfile names."""
    config = uvicorn.Config(
        app, port=0, loop="uvloop", http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    try:
        until(lambda: server.started, what="uvicorn to listen", within=PATIENCE)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


@dataclass(frozen=True)
class Answer:
    """One HTTP answer as it stood on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One connection, on which anything may be sent."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self) -> Answer:
        """The next answer, interim ones too. Raises ConnectionError if the server hung up instead."""
        line = self._file.readline()
        if not line:
            raise ConnectionError("hung up")
        headers = {}
        while (header := self._file.readline().strip()) != b"":
            name, _, value = header.decode().partition(":")
            headers[name.lower()] = value.strip()
        return Answer(int(line.split()[1]), headers, self._file.read(int(headers.get("content-length", 0))))

    def hung_up(self) -> bool:
        """Wait for the server to close its end, properly and not by a reset."""
        return self._file.read(1) == b""

    def reset(self) -> None:
        """Hang up without a goodbye: what is under way is thrown away."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._file.close()
        self._socket.close()


def head(*lines: str, length: int | None = None, path: str = PATH) -> bytes:
    """A request up to its body."""
    declared = [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: door.example", *declared, *lines, "", ""]).encode()


def chunked(*chunks: bytes, end: bool = True) -> bytes:
    """A body in chunks, as it stands on the wire."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + (b"0\r\n\r\n" if end else b"")
