"""Serves the fake Heroku by uvicorn on the loopback: as a process of its own, or in a thread of a test."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"
GRACE = 1  # seconds that a held-back answer may delay the end
START_BOUND = 10.0  # seconds


class Server(uvicorn.Server):
    """A uvicorn server that says when it listens, and where."""

    def __init__(self, app: ASGIApp, listener: socket.socket, ready: Callable[[str], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                log_level="critical",  # cut answers are ordered, not errors
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._listener = listener
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready(f"http://{HOST}:{self._listener.getsockname()[1]}")

    def serve_on_listener(self) -> None:
        """Until a signal, or until `should_exit` is set."""
        self.run(sockets=[self._listener])


def listen(port: int) -> socket.socket:
    """A socket on this port of the loopback; a free one for 0."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


def serve(app: ASGIApp, port: int, ready: Callable[[str], None]) -> None:
    """Serve in this process until it is told to end."""
    with contextlib.closing(listen(port)) as listener:
        Server(app, listener, ready).serve_on_listener()


@contextlib.contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve in a thread while the block runs; gives the base URL."""
    listening = threading.Event()
    addresses: list[str] = []

    def ready(address: str) -> None:
        addresses.append(address)
        listening.set()

    with contextlib.closing(listen(0)) as listener:
        server = Server(app, listener, ready)
        thread = threading.Thread(target=server.serve_on_listener, name="simulator", daemon=True)
        thread.start()
        try:
            if not listening.wait(START_BOUND):
                raise TimeoutError(f"the simulator did not start within {START_BOUND} seconds")
            yield addresses[0]
        finally:
            server.should_exit = True
            thread.join(START_BOUND)
