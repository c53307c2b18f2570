"""How much came and how much was planned, hour by hour: counted on the indexes, without reading any of it."""

from typing import NamedTuple

import redis

from core import layout

HOUR = 3_600  # seconds


class Hour(NamedTuple):
    """`at` is its beginning, in seconds since 1970; counted are the events and the runs that are still kept."""

    at: int
    events: int
    runs: int


def look(redis: redis.Redis, now: float, *, most: int) -> list[Hour]:
    """The last hours of the clock, the oldest first; the last one is that of `now`. One round trip."""
    first = int(now // HOUR) - most + 1
    beginnings = [(first + index) * HOUR for index in range(most)]
    pipeline = redis.pipeline(transaction=False)
    for at in beginnings:
        for index in (layout.EVENTS, layout.RUNS):
            pipeline.zcount(index, at * 1000, f"({(at + HOUR) * 1000}")
    counted = pipeline.execute()
    return [
        Hour(at, *counts) for at, counts in zip(beginnings, zip(counted[::2], counted[1::2], strict=True), strict=True)
    ]
