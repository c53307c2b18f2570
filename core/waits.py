"""Rules that were put off: until a partner was looked for once more, did not come, or it was quiet for long enough."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import redis

from core import layout, queue, scripts, silences
from rules.silences import Silence

Kind = Literal["after", "missing", "quiet"]


@dataclass(frozen=True, slots=True)
class Wait:
    """A rule that was put off and is due: for which event (`record` is None if it is gone), in which mode and key.

    `generation` tells whether it was armed anew meanwhile; `number` is that of the replay it stands for, 0 for none.
    """

    row: str
    format: int
    generation: str
    kind: Kind
    rule: str
    mode: str
    key: str
    event: str
    number: int
    record: bytes | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What `rules` made of it now: `rule` is what waited.lua needs to judge the gates that are left."""

    wait: Wait
    decision: Mapping[str, Any]
    rule: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of it; `parked`: an event that may be the missing partner is not decided yet."""

    wait: Wait
    how: Literal["judged", "parked", "lost", "failed"]
    gate: Sequence[Any] = ()
    why: str = ""


class Waits:
    """Each method is a round trip or two. All raise redis.exceptions.RedisError if Redis does not answer."""

    def __init__(self, redis: redis.Redis, *, keep_seconds: int) -> None:
        self._redis = redis
        self._keep_seconds = keep_seconds
        self._waited = redis.register_script(scripts.source("waited"))

    def fetch(self, rows: Sequence[str]) -> tuple[float, list[Wait | None], list[Silence]]:
        """Redis's time (seconds since 1970), the waits in the order asked for, None for those that are gone, and the
        silences."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.time()
        pipeline.hvals(layout.SILENCES)
        for row in rows:
            pipeline.hgetall(layout.WAIT + row)
        (seconds, microseconds), silent, *kept = pipeline.execute()
        events = [layout.EVENT + fields.get(b"event", b"").decode() for fields in kept]
        found = cast("list[bytes | None]", self._redis.mget(events))
        waits = [_wait(row, fields, record) for row, fields, record in zip(rows, kept, found, strict=True)]
        return seconds + microseconds / 1e6, waits, silences.read(silent)

    def judge(self, judged: Sequence[Judged], *, token: str) -> list[Written]:
        """Judge the gates that are left, and plan runs, in one step; what is said stands with the events."""
        arguments: list[str | int] = [token, queue.envelope("act"), self._keep_seconds]
        for one in judged:
            said = json.dumps(one.decision, separators=(",", ":"))[:-1]
            arguments += (one.wait.row, one.wait.generation, said, json.dumps(one.rule))
        answers = cast("list[bytes]", self._waited(args=arguments))
        return [_written(one.wait, json.loads(answer)) for one, answer in zip(judged, answers, strict=True)]


def _wait(row: str, fields: Mapping[bytes, bytes], record: bytes | None) -> Wait | None:
    if not fields:
        return None
    text = {name.decode(): value.decode() for name, value in fields.items()}
    return Wait(
        row=row,
        format=int(text["format"]),
        generation=text["generation"],
        kind=cast("Kind", text.get("kind")),
        rule=text.get("rule", ""),
        mode=text.get("mode", ""),
        key=text.get("key", ""),
        event=text.get("event", ""),
        number=int(text.get("number", 0)),
        record=record,
    )


def _written(wait: Wait, answer: Mapping[str, Any]) -> Written:
    if "lost" in answer:
        return Written(wait, "lost")
    if "parked" in answer:
        return Written(wait, "parked")
    if "failed" in answer:
        return Written(wait, "failed", why=answer["failed"])
    [[_, *gate]] = answer["gates"]
    return Written(wait, "judged", gate)
