"""The ledger: kept events, and what was decided about each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

import redis

from core import layout, queue, scripts, silences
from core.accepting import Fetcher
from core.waits import Waits
from rules.silences import Silence


class Replay(NamedTuple):
    """A person asked for the event to be decided again; the `number`th time after the first."""

    number: int
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed event: its record (None if it is gone), and the replay it stands for, if any."""

    id: str
    record: bytes | None
    replay: Replay | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What `rules` made of an event. `gates` is what decide.lua needs to judge what only state can tell.

    `about` is the id of what the event is about, where a call of ours could have made it.
    """

    id: str
    decision: Mapping[str, Any]
    about: str
    gates: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of it. `gates` is a list [index of the rule, gate, numbers…] for each rule that matched.

    `failed`: Redis stumbled over it, and `why` says how; nothing more is done about it until its claim has run out.
    """

    id: str
    how: Literal["decided", "parked", "lost", "failed"]
    gates: Sequence[Sequence[Any]] = ()
    why: str = ""


class Ledger:
    """Each method is one round trip, if it does not say otherwise. All raise redis.exceptions.RedisError if Redis does
    not answer."""

    def __init__(self, redis: redis.Redis, *, keep_seconds: float) -> None:
        self._redis = redis
        self._keep_seconds = int(keep_seconds)
        self._decide = redis.register_script(scripts.source("decide"))
        self._book = redis.register_script(scripts.source("book"))
        self.waits = Waits(redis, keep_seconds=self._keep_seconds)
        self.fetcher = Fetcher(redis)

    def fetch(self, ids: Sequence[str]) -> tuple[float, list[Waiting], list[Silence]]:
        """Redis's time (seconds since 1970), the events in the order asked for, and the silences."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.time()
        pipeline.mget([layout.EVENT + id for id in ids])
        pipeline.hmget(layout.REPLAYS, list(ids))
        pipeline.hvals(layout.SILENCES)
        (seconds, microseconds), records, replays, silent = pipeline.execute()
        waiting = [
            Waiting(id, record, Replay(**json.loads(replay)) if replay else None)
            for id, record, replay in zip(ids, records, replays, strict=True)
        ]
        return seconds + microseconds / 1e6, waiting, silences.read(silent)

    def decide(self, judged: Sequence[Judged], *, token: str) -> list[Written]:
        """Write the decisions, in order, each with its gates, counters and runs in one step."""
        arguments: list[str | int] = [token, queue.envelope("act"), self._keep_seconds]
        for one in judged:
            gates = "" if one.gates is None else json.dumps(one.gates)
            arguments += (one.id, json.dumps(one.decision, separators=(",", ":"))[:-1], one.about, gates)
        answers = cast("list[bytes]", self._decide(args=arguments))
        return [_written(one.id, json.loads(answer)) for one, answer in zip(judged, answers, strict=True)]

    def keep_book(self, digest: str, outline: Any) -> None:
        """Keep what the decisions of these rules refer to: names and clauses."""
        self._book(args=[digest, json.dumps(outline), self._keep_seconds * 2])

    def is_live_elsewhere(self, rule: str, *, ours: str) -> bool:
        """Whether a worker that beats, with other rules than `ours` (their digest), has this one among its live ones,
        or may have. Two round trips."""
        beats = cast("list[bytes]", self._redis.hvals(layout.WORKERS))
        digests = {json.loads(beat)["rules"] for beat in beats} - {"", ours}
        if not digests:
            return False
        books = cast("list[bytes | None]", self._redis.mget([layout.BOOK + digest for digest in digests]))
        return any(book is None or _is_live_in(json.loads(book), rule) for book in books)


def _is_live_in(outline: Sequence[Mapping[str, Any]], rule: str) -> bool:
    return any(one["name"] == rule and one.get("mode") == "live" for one in outline)


def _written(id: str, answer: Mapping[str, Any]) -> Written:
    if "lost" in answer:
        return Written(id, "lost")
    if "parked" in answer:
        return Written(id, "parked")
    if "failed" in answer:
        return Written(id, "failed", why=answer["failed"])
    return Written(id, "decided", answer["gates"])
