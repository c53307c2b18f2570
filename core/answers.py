"""What agents say, as it comes: written by the worker that listens, read by whichever looks at the step."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import redis

from core import layout

LISTENING = "listening"


@dataclass(frozen=True, slots=True)
class Answer:
    """`state` is how it ended, or `listening`; `told` is the rest; `heard`: its worker still beats."""

    state: str
    told: Mapping[str, Any]
    heard: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come: it ended, or nobody listens any more."""
        return self.state != LISTENING or not self.heard


class Answers:
    """Each method is one round trip, two for `look`. All raise redis.exceptions.RedisError."""

    def __init__(self, redis: redis.Redis, *, worker: str) -> None:
        self._redis = redis
        self._worker = worker

    def begin(self, id: str) -> bool:
        """Whether the question may be asked: it is asked once, whoever looks at the step how often."""
        key = layout.ANSWER + id
        pipeline = self._redis.pipeline()
        pipeline.hsetnx(key, "worker", self._worker)
        pipeline.expire(key, layout.ANSWER_SECONDS)
        begun, _ = pipeline.execute()
        return bool(begun)

    def write(self, id: str, state: str, told: Mapping[str, Any]) -> None:
        """What has come so far, or in the end."""
        key = layout.ANSWER + id
        pipeline = self._redis.pipeline()
        pipeline.hset(
            key, mapping={"worker": self._worker, "state": state, "told": json.dumps(told, ensure_ascii=False)}
        )
        pipeline.expire(key, layout.ANSWER_SECONDS)
        pipeline.execute()

    def look(self, id: str) -> Answer | None:
        """What is there; None if it was never asked."""
        fields = cast("dict[bytes, bytes]", self._redis.hgetall(layout.ANSWER + id))
        if not fields:
            return None
        heard = bool(self._redis.hexists(layout.WORKERS, fields[b"worker"].decode()))
        told = json.loads(fields.get(b"told", b"{}"))
        return Answer(fields.get(b"state", LISTENING.encode()).decode(), told, heard)

    def forget(self, id: str) -> None:
        """Nothing came of it, and it may be asked again."""
        self._redis.delete(layout.ANSWER + id)
