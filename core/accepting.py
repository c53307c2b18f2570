"""Keeping deliveries: de-duplicated, written down and put on the due list in one script call for a whole group."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, cast

import redis
import redis.asyncio
from redis.exceptions import OutOfMemoryError

from core import queue, records, scripts

Answer = Literal["accepted", "duplicate", "full", "deep"]
UNREADABLE = "unreadable-"  # begins the id of what told none
_ANSWERS: dict[int, Answer] = {1: "accepted", 0: "duplicate", -1: "full", -2: "deep"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery that Heroku signed. `created_at` is in seconds since 1970, None if it did not say."""

    id: str
    kind: records.Kind
    include: str
    action: str
    app: str
    created_at: float | None
    body: bytes
    reason: str = ""


class Keeper:
    """The door to the ledger; safe to ask twice for the same arrival."""

    def __init__(self, redis: redis.asyncio.Redis) -> None:
        self._accept = redis.register_script(scripts.source("accept"))

    async def keep(self, arrivals: Sequence[Arrival]) -> list[Answer | Exception]:
        """An answer for each arrival, in order. Raises redis.exceptions.RedisError if Redis did not answer."""
        try:
            numbers = await self._accept(args=_arguments(arrivals))
        except OutOfMemoryError:
            return ["full"] * len(arrivals)
        return [_ANSWERS[number] for number in numbers]


class Fetcher:
    """The same door for what a worker fetched from Heroku's own list, as it was not delivered."""

    def __init__(self, redis: redis.Redis) -> None:
        self._script = redis.register_script(scripts.source("accept"))

    def keep(self, arrival: Arrival) -> Answer:
        """Raises redis.exceptions.RedisError if Redis did not answer."""
        try:
            [number] = cast("list[int]", self._script(args=_arguments([arrival])))
        except OutOfMemoryError:
            return "full"
        return _ANSWERS[number]


def _arguments(arrivals: Sequence[Arrival]) -> list[str | bytes]:
    arguments: list[str | bytes] = [queue.envelope("decide")]
    for arrival in arrivals:
        record = records.pack(arrival.kind, arrival.reason, arrival.body)
        arguments += (arrival.id, record, *seen_as(arrival))
    return arguments


def seen_as(arrival: Arrival) -> tuple[str, str]:
    """The 63-bit hash of the id, and the hour of creation that says where to look for it."""
    digest = blake2b(arrival.id.encode(), digest_size=8, key=b"dynohook seen").digest()
    hour = "" if arrival.created_at is None else str(int(arrival.created_at // 3600))
    return str(int.from_bytes(digest) >> 1), hour
