"""An agents endpoint that answers byte for byte as a script says: for what no honest service would send."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

from core.connections import CONNECT_SECONDS

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
DONE = b"event:done\ndata:[DONE]\n\n"
RESET = struct.pack("ii", 1, 0)  # linger for no time at all


def turn(content: Any = "well", **more: Any) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    told = {"object": "chat.completion", "choices": [choice], "usage": {"total_tokens": 30}, **more}
    return b"event:message\ndata:" + json.dumps(told, ensure_ascii=False).encode() + b"\n\n"


def says(*pieces: bytes, seconds: float = 0.0) -> Script:
    """These bytes, each by itself, and the end of the connection."""

    async def told(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds)

    return told


def without_end(head: bytes, piece: bytes, *, seconds: float = 0.0) -> Script:
    """The head, and then the same again and again until nobody listens."""

    async def told(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds)

    return told


def breaks_off(*pieces: bytes) -> Script:
    """These bytes, and a reset."""

    async def told(writer: asyncio.StreamWriter) -> None:
        await says(*pieces, seconds=0.1)(writer)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    return told


def refuses(status: int, body: bytes = b"", **headers: str) -> Script:
    """An answer that is no stream."""
    told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} Told\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{told}\r\n"
    return says(head.encode() + body)


class RawAgents:
    """Serves while its block runs. The script is the one whose name stands in the question; of a list, one after the
    other. `asked` are the names, `paths` what was asked for."""

    def __init__(self, scripts: Mapping[str, Script | list[Script]]) -> None:
        self._scripts = scripts
        self._loop = asyncio.new_event_loop()
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="raw agents", daemon=True)
        self.asked: list[str] = []
        self.paths: list[str] = []
        self.address = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(CONNECT_SECONDS * 5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._over.wait()
        server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.paths.append(head.split()[1])
            [length] = [line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length")]
            question = (await reader.readexactly(int(length))).decode()
            name = next(name for name in self._scripts if f"<{name}>" in question)
            self.asked.append(name)
            script = self._scripts[name]
            await (script.pop(0) if isinstance(script, list) else script)(writer)
        except (OSError, asyncio.CancelledError):
            pass  # nobody listens any more
        finally:
            writer.close()
