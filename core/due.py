"""The due list as a worker sees it: claim rows, keep them, put them back."""

from collections import deque
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import redis
from redis.exceptions import RedisError

from core import queue, scripts
from core.queue import Lane

LOOKS = 3  # at what an unanswered claim may have got: a server that hung carries out late what it was told


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows that are ours for a lease, under one token; `buried` are those given up in the same look.

    `waits` tells whoever claims events how many rows of the lane `wait` are due too.
    """

    rows: tuple[str, ...]
    token: str
    buried: tuple[str, ...]
    waits: int = 0


class ClaimLost(Exception):
    """The row is another worker's now; whoever finds out stops and touches nothing."""


class DueList:
    """Each method is one script call. All raise redis.exceptions.RedisError if Redis does not answer."""

    def __init__(self, redis: redis.Redis, *, worker: str) -> None:
        self._worker = worker
        self._claim = redis.register_script(scripts.source("claim"))
        self._park = redis.register_script(scripts.source("park"))
        self._renew = redis.register_script(scripts.source("renew"))
        self._drop = redis.register_script(scripts.source("drop"))
        self._disown = redis.register_script(scripts.source("disown"))
        self._unanswered: deque[tuple[Lane, str]] = deque()

    def claim(self, lane: Lane, *, most: int) -> Claimed:
        """Up to `most` rows that are due; none while the service is paused."""
        token = uuid4().hex
        arguments: list[str | int] = [lane, self._worker, token, most, queue.envelope(lane), queue.envelope("act")]
        try:
            rows, buried, waits = cast("tuple[list[bytes], list[bytes], int]", self._claim(args=arguments))
        except (RedisError, OSError):
            self._unanswered.extend([(lane, token)] * LOOKS)
            raise
        return Claimed(tuple(map(bytes.decode, rows)), token, tuple(map(bytes.decode, buried)), waits)

    def disown(self) -> int:
        """Give back what claims got whose answers were lost; answers how many rows. To be called now and then."""
        given = 0
        for lane, token in dict.fromkeys(self._unanswered.copy()):
            given += cast("int", self._disown(args=[lane, token]))
            self._unanswered.remove((lane, token))
        return given

    def park(self, lane: Lane, row: str, *, token: str, seconds: float) -> None:
        """Look at the row again after `seconds`. A row that was lost meanwhile is left alone."""
        self._park(args=[lane, row, token, int(seconds * 1000)])

    def renew(self, lane: Lane, row: str, *, token: str) -> None:
        """A whole lease from now. Raises ClaimLost."""
        if self._renew(args=[lane, row, token]) != b"held":
            raise ClaimLost(f"{row} is another worker's now")

    def drop(self, lane: Lane, row: str, *, token: str) -> None:
        """The row stands for nothing any more: take it off the list. A row that was lost meanwhile is left alone."""
        self._drop(args=[lane, row, token])
