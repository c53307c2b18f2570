"""Who is at work: what workers say of themselves with each beat, and whether the service is ready."""

import json
from dataclasses import dataclass
from typing import Any

import redis.asyncio

from core import layout

FRESH_MILLISECONDS = 15_000


@dataclass(frozen=True, slots=True)
class Readiness:
    """`ready` if a worker beat lately; `rules` are the digests the workers run (two while a deploy overlaps)."""

    ready: bool
    workers: int
    rules: tuple[str, ...]
    paused: bool
    epoch: str | None

    def to_json(self) -> dict[str, Any]:
        """As /readyz shows it."""
        return {
            "ready": self.ready,
            "workers": self.workers,
            "rules": list(self.rules),
            "paused": self.paused,
            "epoch": self.epoch,
        }


async def look(redis: redis.asyncio.Redis) -> Readiness:
    """Raises redis.exceptions.RedisError if Redis does not answer."""
    pipeline = redis.pipeline(transaction=False)
    pipeline.hvals(layout.WORKERS)
    pipeline.time()
    pipeline.exists(layout.PAUSED)
    pipeline.get(layout.EPOCH)
    workers, (seconds, microseconds), paused, epoch = await pipeline.execute()
    return readiness([json.loads(worker) for worker in workers], seconds * 1000 + microseconds // 1000, paused, epoch)


def readiness(workers: list[dict[str, Any]], now: int, paused: int, epoch: bytes | None) -> Readiness:
    """What the beats amount to at `now` (milliseconds by Redis's clock)."""
    fresh = [worker for worker in workers if now - worker["beat"] < FRESH_MILLISECONDS]
    return Readiness(
        ready=bool(fresh),
        workers=len(fresh),
        rules=tuple(sorted({worker["rules"] for worker in fresh} - {""})),  # empty until its first beat
        paused=bool(paused),
        epoch=epoch.decode() if epoch else None,
    )
