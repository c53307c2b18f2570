"""Who is at work: what workers say of themselves with each beat, and whether the service is ready."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import redis.asyncio

from core import layout

FRESH_MILLISECONDS = 15_000


@dataclass(frozen=True, slots=True)
class Worker:
    """One that beats. `rules` is the digest of those that it runs, `act` where the brake stands for it; both are empty
    until it has said so, and `act` with a worker of an older version."""

    name: str
    rules: str
    version: str
    act: str


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
    fresh = [worker for worker in workers if _is_fresh(worker, now)]
    return Readiness(
        ready=bool(fresh),
        workers=len(fresh),
        rules=tuple(sorted({worker["rules"] for worker in fresh} - {""})),  # empty until its first beat
        paused=bool(paused),
        epoch=epoch.decode() if epoch else None,
    )


def at_work(beats: Mapping[bytes, bytes], now: int) -> list[Worker]:
    """Those that beat lately, by their names."""
    told = {name.decode(): json.loads(beat) for name, beat in sorted(beats.items())}
    return [
        Worker(name, beat["rules"], beat["version"], beat.get("act", ""))
        for name, beat in told.items()
        if _is_fresh(beat, now)
    ]


def _is_fresh(beat: Mapping[str, Any], now: int) -> bool:
    return bool(now - beat["beat"] < FRESH_MILLISECONDS)
