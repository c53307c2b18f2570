"""Group commit: accepts that arrive together share one script call, as a database groups its commits.

There is no timer. The first accept goes at once; those that arrive while it is under way ride in the next call.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Literal, assert_never

from redis.exceptions import OutOfMemoryError, RedisError

from core.accepting import Arrival
from receiver.asking import Ask, Outcome, outcomes
from receiver.errors import NotKept, place

Kept = Literal["accepted", "duplicate"]

GROUP_EVENTS = 64
GROUP_BYTES = 256 * 1024  # a single larger event goes alone
WHY_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long and with how much we wait before the answer is 503."""

    seconds: float = 5.0  # for one delivery's answer
    deliveries: int = 1_000  # that no call has taken yet
    bytes: int = 16 * 1024 * 1024  # of their bodies
    closing_seconds: float = 5.0  # for what still waits when the process ends


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    answer: asyncio.Future[Kept]


class Grouping:
    """One call to Redis at a time, each with whatever has gathered during the one before."""

    def __init__(self, ask: Ask, patience: Patience = PATIENCE) -> None:
        self._ask = ask
        self._patience = patience
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._sender: asyncio.Task[None] | None = None

    async def keep(self, arrival: Arrival) -> Kept:
        """Ride in the next group. Raises NotKept; cancelling one caller leaves its group alone.

        After NotKept the write may still land: then Heroku's next try is a duplicate, which is right.
        """
        if not self._has_room_for(arrival):
            raise NotKept("busy")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Kept] = loop.create_future()
        self._waiting.append(_Waiting(arrival, answer))
        self._waiting_bytes += len(arrival.body)
        if self._sender is None:
            self._sender = loop.create_task(self._send())
        bell = loop.call_later(self._patience.seconds, _give_up, answer)
        try:
            return await answer
        finally:
            bell.cancel()

    async def close(self) -> None:
        """Send what still waits, and give up on it after `closing_seconds`."""
        if self._sender is None:
            return
        _, late = await asyncio.wait([self._sender], timeout=self._patience.closing_seconds)
        for task in late:
            task.cancel()
        for waiting in self._waiting:
            _give_up(waiting.answer)

    def _has_room_for(self, arrival: Arrival) -> bool:
        within = self._waiting_bytes + len(arrival.body) <= self._patience.bytes
        return len(self._waiting) < self._patience.deliveries and within

    async def _send(self) -> None:
        group: list[_Waiting] = []
        try:
            while self._waiting:
                group = self._next_group()
                answers = await outcomes(self._ask, [waiting.arrival for waiting in group])
                for waiting, outcome in zip(group, answers, strict=True):
                    if not waiting.answer.done():  # its caller may have given up or gone
                        _settle(waiting.answer, outcome)
        finally:
            self._sender = None
            for waiting in group:  # all have their answers, unless this was cut short
                _give_up(waiting.answer)

    def _next_group(self) -> list[_Waiting]:
        group = [self._waiting.popleft()]
        size = len(group[0].arrival.body)
        while self._waiting and len(group) < GROUP_EVENTS:
            size += len(self._waiting[0].arrival.body)
            if size > GROUP_BYTES:
                break
            group.append(self._waiting.popleft())
        self._waiting_bytes -= sum(len(waiting.arrival.body) for waiting in group)
        return group


def _settle(answer: asyncio.Future[Kept], outcome: Outcome) -> None:
    match outcome:
        case "accepted" | "duplicate":
            answer.set_result(outcome)
        case "full" | "deep":
            answer.set_exception(NotKept(outcome))
        case Exception():
            answer.set_exception(_not_kept(outcome))
        case _:
            assert_never(outcome)


def _not_kept(error: Exception) -> NotKept:
    if isinstance(error, OutOfMemoryError):
        return NotKept("full")
    if isinstance(error, RedisError | OSError):
        return NotKept("redis", why=f"{type(error).__name__}: {error}"[:WHY_CHARACTERS])
    return NotKept("fault", why=place(error))


def _give_up(answer: asyncio.Future[Kept]) -> None:
    if not answer.done():
        answer.set_exception(NotKept("redis", why="no answer in time"))
