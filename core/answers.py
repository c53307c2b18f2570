"""What agents say, as it comes: written by the worker that listens, read by whichever looks at the step."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import redis

from core import layout

LISTENING = "listening"


@dataclass(frozen=True, slots=True)
class Answer:
    """`state` is how it ended, or `listening`; `told` is the rest; `heard`: its worker still beats."""

    state: str
    told: Mapping[str, Any]
    heard: bool
    worker: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come: it ended, or nobody listens any more."""
        return self.state != LISTENING or not self.heard


class Said(NamedTuple):
    """What is to be written of one: how it ended, or `listening`; and all that has come."""

    state: str
    told: Mapping[str, Any]


class Answers:
    """Each method is one round trip, two for `look`. All raise redis.exceptions.RedisError."""

    def __init__(self, redis: redis.Redis, *, worker: str) -> None:
        self._redis = redis
        self.worker = worker

    def begin(self, id: str) -> bool:
        """Whether the question may be asked: it is asked once, whoever looks at the step how often."""
        key = layout.ANSWER + id
        pipeline = self._redis.pipeline()
        pipeline.hsetnx(key, "worker", self.worker)
        pipeline.expire(key, layout.ANSWER_SECONDS)
        begun, _ = pipeline.execute()
        return bool(begun)

    def write(self, id: str, state: str, told: Mapping[str, Any]) -> None:
        """What has come so far, or in the end."""
        self.write_all({id: Said(state, told)})

    def write_all(self, said: Mapping[str, Said]) -> None:
        """The same of many."""
        pipeline = self._redis.pipeline(transaction=False)
        for id, (state, told) in said.items():
            pipeline.hset(
                layout.ANSWER + id,
                mapping={"worker": self.worker, "state": state, "told": json.dumps(told, ensure_ascii=False)},
            )
            pipeline.expire(layout.ANSWER + id, layout.ANSWER_SECONDS)
        pipeline.execute()

    def unwanted(self, ids: Sequence[str]) -> list[str]:
        """Those of them that nobody waits for any more, as their run is over: a person stopped it."""
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hexists(layout.RUN + id.rsplit(":", 2)[0], "finished_at")
        return [id for id, over in zip(ids, pipeline.execute(), strict=True) if over]

    def look(self, id: str) -> Answer | None:
        """What is there; None if it was never asked."""
        fields = cast("dict[bytes, bytes]", self._redis.hgetall(layout.ANSWER + id))
        if not fields:
            return None
        worker = fields[b"worker"].decode()
        heard = bool(self._redis.hexists(layout.WORKERS, worker))
        told = json.loads(fields.get(b"told", b"{}"))
        return Answer(fields.get(b"state", LISTENING.encode()).decode(), told, heard, worker)

    def forget(self, id: str) -> None:
        """Nothing came of it, and it may be asked again."""
        self._redis.delete(layout.ANSWER + id)
