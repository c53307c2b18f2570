"""A worker's beat: it says once a second that it lives, and does for all what somebody has to do."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import redis

from core import queue, scripts

LET_GO_AT_ONCE = 500  # events and runs, in one call of the script: others wait meanwhile
TIDY_CALLS = 20  # so often in a row, while there is more to let go; so 2,000 events a second go, if tidied each 5 s


@dataclass(frozen=True, slots=True)
class Epoch:
    """Since when Redis has kept everything. Another id than before: it lost its data in between."""

    id: str
    since: float  # seconds since 1970, by Redis's clock

    @classmethod
    def parse(cls, text: str) -> "Epoch":
        """From the form in which it stands in Redis."""
        id, _, since = text.partition(" ")
        return cls(id, int(since) / 1000)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a beat found. `young`: the epoch has begun so lately that it may not have been told of yet; `queued`:
    wake-ups that lie there since before this beat."""

    epoch: Epoch
    due_decide: int
    due_act: int
    due_wait: int
    freed: int
    young: bool
    queued: int


class Beat:
    """Each method is one script call."""

    def __init__(self, redis: redis.Redis, *, worker: str, rules: str, version: str, act: str = "") -> None:
        self._who = [worker, rules, version, act]
        self._tick = redis.register_script(scripts.source("tick"))
        self._tidy = redis.register_script(scripts.source("tidy"))
        self._tell = redis.register_script(scripts.source("tell"))
        self._leave = redis.register_script(scripts.source("leave"))

    def tick(self) -> Ticked:
        """Beat; free what dead workers held; wake whoever should work."""
        arguments = [*self._who, uuid4().hex, queue.envelope("decide"), queue.envelope("act")]
        epoch, decide, act, wait, freed, young, queued = cast("list[Any]", self._tick(args=arguments))
        return Ticked(Epoch.parse(epoch.decode()), decide, act, wait, freed, bool(young), queued)

    def runs(self, rules: str) -> None:
        """From the next beat on this is the digest of the rules that the worker runs."""
        self._who[1] = rules

    def tidy(self, *, keep_seconds: float, most_bytes: int) -> int:
        """Let go what has had its time; answers how many events and runs went for want of memory."""
        let_go = 0
        for _ in range(TIDY_CALLS):
            more = cast("int", self._tidy(args=[int(keep_seconds), most_bytes, LET_GO_AT_ONCE]))
            let_go += more
            if more < LET_GO_AT_ONCE:
                break
        return let_go

    def tell(self, id: str, text: str) -> None:
        """Tell the `system` target, once for each id."""
        self._tell(args=[id, text, queue.envelope("act")])

    def leave(self) -> int:
        """Give back what is still held; answers how many rows."""
        return cast("int", self._leave(args=[self._who[0]]))
