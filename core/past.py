"""The events that are kept, from the oldest to the newest, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import redis

from core import layout, records

PAGE = 500  # events in one round trip


class Kept(NamedTuple):
    """An event as it was accepted, in milliseconds since 1970; `body` is None if it was unreadable, or is of another
    version of Dynohook. `decisions` are what was decided about it, the oldest first."""

    id: str
    accepted_at: int
    body: bytes | None
    decisions: tuple[Mapping[str, Any], ...] = ()


class Past:
    """Only reads. All raise redis.exceptions.RedisError if Redis does not answer."""

    def __init__(self, redis: redis.Redis) -> None:
        self._redis = redis

    def now(self) -> int:
        """Redis's time, in milliseconds."""
        seconds, microseconds = self._redis.time()
        return int(seconds) * 1_000 + int(microseconds) // 1_000

    def count(self, since: int, until: int) -> int:
        """How many were accepted between the two, both included."""
        return int(self._redis.zcount(layout.EVENTS, since, until))

    def oldest(self) -> int | None:
        """When the oldest that is kept was accepted."""
        first = cast("list[tuple[bytes, float]]", self._redis.zrange(layout.EVENTS, 0, 0, withscores=True))
        return int(first[0][1]) if first else None

    def events(self, since: int, until: int) -> Iterator[Kept]:
        """Those accepted between the two, in the order of their acceptance; what is let go meanwhile is left out."""
        seen: set[bytes] = set()  # of the instant at which the last page ended
        while True:
            page = self._page(since, until, known=len(seen))
            fresh = [(id, int(at)) for id, at in page if id not in seen]
            if not fresh:
                return
            yield from self._records(fresh)
            last = fresh[-1][1]
            seen = {id for id, at in page if int(at) == last}
            since = last

    def _page(self, since: int, until: int, *, known: int) -> list[tuple[bytes, float]]:
        """From that instant on; as many more as are `known`, since those come once more."""
        found = self._redis.zrangebyscore(layout.EVENTS, since, until, start=0, num=PAGE + known, withscores=True)
        return cast("list[tuple[bytes, float]]", found)

    def _records(self, page: Sequence[tuple[bytes, int]]) -> Iterator[Kept]:
        found = cast("list[bytes | None]", self._redis.mget([layout.EVENT + id.decode() for id, _ in page]))
        for (id, at), record in zip(page, found, strict=True):
            if record is not None:
                yield _kept(id.decode(), at, record)


def _kept(id: str, at: int, record: bytes) -> Kept:
    try:
        kept = records.unpack(record)
    except records.UnknownFormat:
        return Kept(id, at, None)
    return Kept(id, at, None if kept.kind == "unreadable" else kept.body, kept.decisions)
