"""Reading a request's body: bounded in size, time and memory, and hashed while it streams in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from starlette.types import Message, Receive

from receiver.errors import Gone, NotKept, Refused

KIB = 1024
MIB = 1024 * KIB
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a body is read, kept and waited for."""

    whole_bytes: int = MIB  # up to here a body is kept whole
    read_bytes: int = 8 * MIB  # up to here it is read, for its signature's sake
    excerpt_bytes: int = 64 * KIB  # what is kept of a body larger than `whole_bytes`
    held_bytes: int = 32 * MIB  # what all requests being read may hold, beyond `excerpt_bytes` each
    read_seconds: float = 10.0  # for one whole body
    linger_seconds: float = 2.0  # for the rest of a body that is not wanted, after its answer


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Body:
    """What was kept of a body; `digest` covers all of it and is None where all of it was kept."""

    kept: bytes
    digest: str | None = None

    def fingerprint(self) -> str:
        """The digest of the whole body, in hex."""
        return self.digest or blake2b(self.kept, digest_size=DIGEST_BYTES).hexdigest()


class Reader:
    """Reads the bodies of one process, which share its memory."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held_bytes = 0

    async def read(self, receive: Receive, hash_too: Callable[[bytes], object]) -> Body:
        """Hand each chunk to `hash_too` and keep what may be kept. Raises Refused, NotKept or Gone."""
        reading = _Reading(self._limits, self._hold)
        try:
            async with asyncio.timeout(self._limits.read_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    more = _take(message, reading, hash_too)
        except TimeoutError:
            raise Refused("too_slow") from None
        finally:
            self._held_bytes -= reading.held_bytes
        return reading.body()

    def _hold(self, count: int) -> None:
        # A flood of half-sent bodies must cost some of them a 503, not the process its life.
        if self._held_bytes + count > self._limits.held_bytes:
            raise NotKept("busy")
        self._held_bytes += count


def _take(message: Message, reading: "_Reading", hash_too: Callable[[bytes], object]) -> bool:
    chunk = message.get("body", b"")
    reading.take(chunk)
    hash_too(chunk)
    return bool(message.get("more_body", False))


class _Reading:
    """One body on its way in."""

    __slots__ = ("_digest", "_hold", "_kept", "_limits", "_size", "held_bytes")

    def __init__(self, limits: Limits, hold: Callable[[int], None]) -> None:
        self._limits = limits
        self._hold = hold
        self._kept = bytearray()
        self._size = 0
        self._digest: blake2b | None = None
        self.held_bytes = 0

    def take(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._limits.read_bytes:
            raise Refused("too_large")
        if self._digest is not None:
            self._digest.update(chunk)
            return
        self._kept += chunk
        if self._size > self._limits.whole_bytes:
            self._digest = blake2b(self._kept, digest_size=DIGEST_BYTES)
            del self._kept[self._limits.excerpt_bytes :]
        self._account()

    def body(self) -> Body:
        return Body(bytes(self._kept), self._digest.hexdigest() if self._digest else None)

    def _account(self) -> None:
        beyond = max(0, len(self._kept) - self._limits.excerpt_bytes)
        if beyond != self.held_bytes:
            self._hold(beyond - self.held_bytes)
            self.held_bytes = beyond
