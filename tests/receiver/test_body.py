"""Reading bodies: what is kept of them, and that all of them together stay within this process's memory."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.types import Message

from receiver.body import Limits, Reader
from receiver.errors import NotKept, Refused

LIMITS = Limits(whole_bytes=100, read_bytes=200, excerpt_bytes=10, held_bytes=150, read_seconds=5.0)


class Sender:
    """Sends a body when it is told to."""

    def __init__(self) -> None:
        self._coming: asyncio.Queue[Message] = asyncio.Queue()

    def send(self, chunk: bytes, *, last: bool = False) -> None:
        self._coming.put_nowait({"type": "http.request", "body": chunk, "more_body": not last})

    def hang_up(self) -> None:
        self._coming.put_nowait({"type": "http.disconnect"})

    async def receive(self) -> Message:
        return await self._coming.get()


def test_every_byte_is_hashed_once_and_in_order() -> None:
    hashed = bytearray()

    async def story() -> None:
        sender = Sender()
        for at in range(0, 200, 20):
            sender.send(bytes(range(at, at + 20)), last=at == 180)
        body = await Reader(LIMITS).read(sender.receive, hashed.extend)
        assert body.kept == bytes(range(10))
        assert body.digest is not None

    asyncio.run(story())
    assert hashed == bytes(range(200))


def test_nothing_beyond_the_limit_is_hashed() -> None:
    hashed = bytearray()

    async def story() -> None:
        sender = Sender()
        sender.send(b"x" * 200)
        sender.send(b"y")
        with pytest.raises(Refused, match="too_large"):
            await Reader(LIMITS).read(sender.receive, hashed.extend)

    asyncio.run(story())
    assert b"y" not in hashed


def test_bodies_being_read_share_a_bounded_memory_and_give_it_back() -> None:
    async def story() -> None:
        reader = Reader(LIMITS)
        first, second, third = senders = [Sender(), Sender(), Sender()]
        readings = [asyncio.create_task(reader.read(sender.receive, len)) for sender in senders]
        first.send(b"x" * 90)
        second.send(b"x" * 75)
        await settled()
        third.send(b"x" * 30)
        with pytest.raises(NotKept, match="busy"):
            await readings[2]
        first.send(b"", last=True)
        assert len((await readings[0]).kept) == 90
        again = Sender()
        again.send(b"x" * 90, last=True)
        assert len((await reader.read(again.receive, len)).kept) == 90
        second.hang_up()
        await asyncio.wait([readings[1]])
        assert readings[1].exception() is not None

    asyncio.run(story())


def test_a_small_body_is_read_however_little_memory_is_left() -> None:
    async def story() -> None:
        reader = Reader(LIMITS)
        full = [Sender(), Sender()]
        readings = [asyncio.create_task(reader.read(sender.receive, len)) for sender in full]
        for sender in full:
            sender.send(b"x" * 85)
        await settled()
        small = Sender()
        small.send(b"x" * 10, last=True)
        assert (await reader.read(small.receive, len)).kept == b"x" * 10
        for sender in full:
            sender.hang_up()
        await asyncio.wait(readings)
        assert all(reading.exception() for reading in readings)

    asyncio.run(story())


@pytest.mark.parametrize("end", ["whole", "excerpt", "too large", "hung up", "cancelled"])
def test_memory_is_given_back_however_reading_ends(end: str) -> None:
    endings: dict[str, Sequence[bytes]] = {
        "whole": [b"x" * 50],
        "excerpt": [b"x" * 100],
        "too large": [b"x" * 200],
        "hung up": [],
        "cancelled": [],
    }

    async def story() -> None:
        reader = Reader(LIMITS)
        for _ in range(3):  # 90 bytes each: without giving back, the second would not fit
            sender = Sender()
            sender.send(b"x" * 90)
            reading = asyncio.create_task(reader.read(sender.receive, len))
            await settled()
            for chunk in endings[end]:
                sender.send(chunk, last=True)
            if end == "hung up":
                sender.hang_up()
            if end == "cancelled":
                reading.cancel()
            await asyncio.wait([reading])
            assert reading.cancelled() or not isinstance(reading.exception(), NotKept)

    asyncio.run(story())


async def settled() -> None:
    """Until all that can run has run."""
    for _ in range(5):
        await asyncio.sleep(0)
