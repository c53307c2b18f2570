"""What the receiver asks of Redis besides accepting: one question at a time.

A flood of health checks must not stand between accepting and its connection; so it waits for one at most.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from redis.asyncio import Redis

from core import metrics, presence

ASIDE_SECONDS = 3.0  # for one question, the wait for its turn included

Told = TypeVar("Told")


class Aside:
    """Everything here raises what redis-py raises, or TimeoutError."""

    def __init__(self, server: Redis, *, seconds: float = ASIDE_SECONDS) -> None:
        self._server = server
        self._seconds = seconds
        self._turn = asyncio.Lock()

    async def add(self, counts: Mapping[str, int]) -> None:
        """Add to the counters that all processes share."""
        await self.ask(lambda: metrics.add(self._server, counts))

    async def readiness(self) -> presence.Readiness:
        """Which workers have beaten lately."""
        return await self.ask(lambda: presence.look(self._server))

    async def metrics_page(self) -> bytes:
        """The counters as Prometheus reads them."""
        return metrics.page(await self.ask(lambda: metrics.snapshot(self._server)))

    async def ask(self, question: Callable[[], Awaitable[Told]]) -> Told:
        """Any question, when its turn comes."""
        async with asyncio.timeout(self._seconds), self._turn:
            return await question()
