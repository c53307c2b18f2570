"""A TCP link to Redis that can be slow, cut and deaf, and that sees what passes."""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

CHUNK = 65_536  # bytes
RESET = struct.pack("ii", 1, 0)  # linger for no time at all: closing throws away what is under way


class Link:
    """One connection through the proxy."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.deaf = False
        self.cut_next = False

    def reset(self) -> None:
        """Close both ends without a goodbye."""
        for writer in (self.client, self.server):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


class Watch:
    """Looks for bytes on their way from Redis, also where two chunks share them."""

    def __init__(self, needle: bytes, act: Callable[[], None]) -> None:
        self._needle = needle
        self._act = act
        self._tails: dict[Link, bytes] = {}

    def look(self, link: Link, chunk: bytes) -> None:
        seen = self._tails.get(link, b"") + chunk
        self._tails[link] = seen[-len(self._needle) + 1 :]
        if self._needle in seen:
            self._act()


class Proxy:
    """Listens on a loopback port while its block runs; every method may be called from any thread."""

    def __init__(self, port: int, *, chance: random.Random | None = None) -> None:
        self._target = port
        self._chance = chance or random.Random(0)
        self._links: set[Link] = set()
        self._watches: list[Watch] = []
        self._latency = (0.0, 0.0)
        self._listening = threading.Event()
        self._over = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def slow_down(self, least: float, most: float) -> None:
        """Hold each chunk back for so many seconds; 0, 0 for none."""
        self._latency = (least, most)

    def reset(self) -> None:
        """Cut every connection amid the next thing that is said on it."""
        self._each(lambda link: setattr(link, "cut_next", True))

    def deafen(self) -> None:
        """Half-open: what is said on today's connections is lost, and nobody is told. New ones work."""
        self._each(lambda link: setattr(link, "deaf", True))

    def watch(self, needle: bytes, act: Callable[[], None]) -> None:
        """Do something each time Redis says this, before it is passed on."""
        self._watches.append(Watch(needle, act))

    def forget_watches(self) -> None:
        self._watches.clear()

    def _each(self, act: Callable[[Link], None]) -> None:
        done = threading.Event()

        def all_of_them() -> None:
            for link in list(self._links):
                act(link)
            done.set()

        self._loop.call_soon_threadsafe(all_of_them)
        done.wait()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._over.wait()
        server.close()
        for link in list(self._links):
            link.reset()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the end of the proxy is no error
            await self._carry(reader, writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, to_server)
        self._links.add(link)
        up = asyncio.create_task(self._pump(link, reader, to_server, watched=False))
        down = asyncio.create_task(self._pump(link, from_server, writer, watched=True))
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            for task in (up, down):
                task.cancel()
            for end in (writer, to_server):
                end.close()

    async def _pump(
        self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, watched: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if link.deaf:
                    continue
                if self._latency[1]:
                    await asyncio.sleep(self._chance.uniform(*self._latency))
                if watched:
                    for watch in list(self._watches):
                        watch.look(link, chunk)
                if link.cut_next:
                    writer.write(chunk[: len(chunk) // 2])
                    link.reset()
                    return
                writer.write(chunk)
                await writer.drain()
