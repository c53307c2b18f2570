"""What a person can see: events, runs, dead letters, breakers, silences, the service at a glance."""

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

import redis

from core import accepting, history, hours, layout, outbox, presence, records, silences
from core.answers import Answers
from core.asking import asking
from core.audit import Audit, AuditLine
from core.history import Deed
from core.hours import Hour
from core.presence import Worker, at_work
from core.runs import Run
from core.runs import read as read_run
from rules.silences import Silence

SCANNED_AT_ONCE = 2_000  # keys: half a millisecond of Redis, and few round trips even where there are many

EventState = Literal["waiting", "decided", "dead", "gone"]


class NotThere(Exception):
    """Redis has nothing of that name; `near` are names that look like it."""

    def __init__(self, what: str, name: str, near: Sequence[str] = ()) -> None:
        super().__init__(f"there is no {what} {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
        self.near = tuple(near)


class NotNow(Exception):
    """It is there, and its state does not allow what was asked; the message says which state."""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event with its state. Times in seconds since 1970; `due_at` is None unless it is waiting.

    `kept` is None if it is gone, and for a record of another version of Dynohook.
    """

    id: str
    accepted_at: float
    state: EventState
    due_at: float | None
    kept: records.Kept | None


class Outcome(NamedTuple):
    """A run, its rule, and the state that it is in."""

    run: str
    rule: str
    state: str


@dataclass(frozen=True, slots=True)
class Breaker:
    """A rule that reached its limit and waits for a person. `mode` is live or shadow."""

    rule: str
    mode: str
    opened_at: float
    event: str
    max: int

    @property
    def in_shadow(self) -> bool:
        """Whether it stops what the rule would only have recorded."""
        return self.mode != "live"


@dataclass(frozen=True, slots=True)
class Pause:
    """Who paused the service, and why."""

    by: str
    why: str
    at: float


class Sight:
    """Each method is one look. All raise redis.exceptions.RedisError if Redis does not answer."""

    def __init__(self, redis: redis.Redis) -> None:
        self._redis = redis

    def now(self) -> float:
        """Redis's time."""
        seconds, microseconds = self._redis.time()
        return seconds + microseconds / 1e6

    def events(self, *, most: int) -> list[KeptEvent]:
        """The events accepted last, the newest first."""
        return self.kept_events(self._newest(layout.EVENTS, most))

    def event_ids(self, state: str = "", *, most: int, skip: int = 0) -> list[str]:
        """The ids of the events accepted last, the newest first; those waiting, dead or unreadable if that is asked
        for, which nobody has to unpack them for. Of other states: of all."""
        match state:
            case "waiting":
                return self._newest(layout.DUE + "decide", most, skip=skip)
            case "dead":
                ids = [key.removeprefix("decide ") for key in self.dead() if key.startswith("decide ")]
            case "unreadable":
                ids = [id for id in self._newest(layout.EVENTS) if id.startswith(accepting.UNREADABLE)]
            case _:
                return self._newest(layout.EVENTS, most, skip=skip)
        return ids[skip : skip + most]

    def dead(self) -> dict[str, Mapping[str, Any]]:
        """Dead letters: `<lane> <id>` with when and after how many attempts, the latest first."""
        kept = cast("dict[bytes, bytes]", self._redis.hgetall(layout.DEAD))
        letters = {key.decode(): json.loads(value) for key, value in kept.items()}
        return dict(sorted(letters.items(), key=lambda letter: -letter[1]["at"]))

    def event(self, id: str) -> KeptEvent:
        """One event. Raises NotThere."""
        found = self.kept_events([self._event_id(id)])[0]
        if found.state == "gone":
            raise NotThere("event", id)
        return found

    def runs_of(self, event: str) -> list[Run]:
        """The runs that came of an event, the oldest first; without those of another version of Dynohook."""
        ids = reversed(self._newest(layout.RUNS))
        return self.kept_runs([id for id in ids if id.startswith((f"{event}:", f"{event}#"))])

    def runs(self, *, most: int) -> list[Run]:
        """The runs planned last, the newest first; without those of another version of Dynohook."""
        return self.kept_runs(self._newest(layout.RUNS, most))

    def under_way(self, *, most: int) -> list[Run]:
        """The runs that wait or are worked on, those that are due first, first; without those in line behind them."""
        ids = cast("list[bytes]", self._redis.zrange(layout.DUE + "act", 0, most - 1))
        return self.kept_runs([id.decode() for id in ids])

    def messages(self, *, most: int) -> list[Run]:
        """Of the runs planned last, so many, those that send a message to people; the newest first."""
        return self.kept_runs([id for id in self._newest(layout.RUNS, most) if id.startswith(outbox.RUNS)])

    def outcomes(self, *, most: int) -> list[Outcome]:
        """How the runs came out that were planned last, so many, the newest first; nothing else of them is read."""
        ids = self._newest(layout.RUNS, most)
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hmget(layout.RUN + id, "rule", "state")
        found = zip(ids, pipeline.execute(), strict=True)
        return [Outcome(id, rule.decode(), state.decode()) for id, (rule, state) in found if rule and state]

    def run(self, id: str) -> Run:
        """One run, by its id or the beginning of it. Raises NotThere, records.UnknownFormat."""
        whole = self._run_id(id)
        fields = cast("dict[bytes, bytes]", self._redis.hgetall(layout.RUN + whole))
        if not fields:
            raise NotThere("run", id)
        return read_run(whole, fields, now=self.now())

    def notes(self, runs: Sequence[str]) -> list[int]:
        """Of how many notes each of these runs makes one message."""
        pipeline = self._redis.pipeline(transaction=False)
        for id in runs:
            pipeline.hget(layout.RUN + id, "notes")
        return [int(number or 0) for number in pipeline.execute()]

    def book(self, digest: str) -> list[dict[str, Any]] | None:
        """The outline of the rules that a decision refers to; None if it is no longer kept."""
        text = cast("bytes | None", self._redis.get(layout.BOOK + digest))
        return json.loads(text) if text else None

    def workers(self) -> list[Worker]:
        """The workers that have been seen lately, by their names."""
        beats = cast("dict[bytes, bytes]", self._redis.hgetall(layout.WORKERS))
        return at_work(beats, int(self.now() * 1000))

    def paused(self) -> Pause | None:
        """The pause that is in force."""
        text = cast("bytes | None", self._redis.get(layout.PAUSED))
        return Pause(**json.loads(text)) if text else None

    def breakers(self) -> list[Breaker]:
        """The breakers that are open."""
        found = []
        for key in self._redis.scan_iter(f"{layout.BREAKER}*", count=SCANNED_AT_ONCE):
            mode, _, rule = key.decode().removeprefix(layout.BREAKER).partition(":")
            said = json.loads(self._redis.get(key) or b"{}")
            found.append(Breaker(rule, mode, said.get("at", 0) / 1000, said.get("event", ""), said.get("max", 0)))
        return sorted(found, key=lambda breaker: -breaker.opened_at)

    def silences(self) -> list[Silence]:
        """The silences in force, those that end first before the others."""
        kept = cast("list[bytes]", self._redis.hvals(layout.SILENCES))
        now = self.now() * 1000
        return sorted((one for one in silences.read(kept) if one.until > now), key=lambda one: one.until)

    def asking(self) -> list[str]:
        """The runs that wait for a person's yes or no, those whose time is over first, first."""
        return list(asking(self._redis))

    def history(self, *, most: int) -> list[Deed]:
        """What people did, the latest first."""
        return history.read(self._redis, most=most)

    def calls(self, *, most: int | None = None) -> list[AuditLine]:
        """The calls to Heroku's API that are kept, the latest first."""
        return list(reversed(list(Audit(self._redis).read(most=most))))

    def answers(self) -> Answers:
        """What agents are saying."""
        return Answers(self._redis, worker="")

    def hours(self, *, most: int) -> list[Hour]:
        """What came and what was planned in the last hours, the oldest first; the last one is not over yet."""
        return hours.look(self._redis, self.now(), most=most)

    def put_off(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Of these waits the rule that was put off and the event that it is about; both empty for one that is gone."""
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hmget(layout.WAIT + id, "rule", "event")
        return [((rule or b"").decode(), (event or b"").decode()) for rule, event in pipeline.execute()]

    def status(self) -> dict[str, Any]:
        """The service at a glance, as plain JSON values."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hvals(layout.WORKERS)
        pipeline.get(layout.EPOCH)
        pipeline.zcard(layout.DUE + "decide")
        pipeline.zcard(layout.DUE + "act")
        pipeline.zcard(layout.DUE + "wait")
        pipeline.hlen(layout.DEAD)
        pipeline.zcard(layout.EVENTS)
        pipeline.hgetall(layout.COUNT)
        pipeline.info("memory")
        pipeline.info("clients")
        workers, epoch, decide, act, wait, dead, kept, counters, memory, clients = pipeline.execute()
        pause, breakers = self.paused(), self.breakers()
        ready = presence.readiness([json.loads(w) for w in workers], int(self.now() * 1000), int(bool(pause)), epoch)
        return {
            **ready.to_json(),
            "acts": sorted({worker.act for worker in self.workers()} - {""}),
            "paused": {"by": pause.by, "why": pause.why, "at": pause.at} if pause else None,
            "events_waiting": decide,
            "runs_under_way": act,
            "rules_put_off": wait,
            "dead_letters": dead,
            "events_kept": kept,
            "breakers_open": [breaker.rule for breaker in breakers if not breaker.in_shadow],
            "breakers_open_in_shadow": [breaker.rule for breaker in breakers if breaker.in_shadow],
            "silences": [silence.to_json() for silence in self.silences()],
            "runs_asking": self.asking(),
            "counters": {name.decode(): int(number) for name, number in sorted(counters.items())},
            "redis": {
                "used_bytes": memory["used_memory"],
                "max_bytes": memory["maxmemory"],
                "connections": clients["connected_clients"],
            },
        }

    def kept_events(self, ids: Sequence[str]) -> list[KeptEvent]:
        """These events, in that order."""
        if not ids:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.mget([layout.EVENT + id for id in ids])
        pipeline.hmget(layout.DEAD, [f"decide {id}" for id in ids])
        for id in ids:
            pipeline.zscore(layout.EVENTS, id)
            pipeline.zscore(layout.DUE + "decide", id)
        records_, dead, *scores = pipeline.execute()
        return [
            _kept_event(id, record, letter, *times)
            for id, record, letter, times in zip(
                ids, records_, dead, zip(scores[::2], scores[1::2], strict=True), strict=True
            )
        ]

    def kept_runs(self, ids: Sequence[str]) -> list[Run]:
        """These runs, in that order; without those that are gone, or of another version of Dynohook."""
        pipeline = self._redis.pipeline(transaction=False)
        for id in ids:
            pipeline.hgetall(layout.RUN + id)
        now = self.now()
        found = []
        for id, fields in zip(ids, pipeline.execute(), strict=True):
            with contextlib.suppress(records.UnknownFormat):
                found += [read_run(id, fields, now=now)] if fields else []
        return found

    def _newest(self, index: str, most: int = 0, *, skip: int = 0) -> list[str]:
        """The ids of an index, the newest first; all of them if `most` is not given."""
        last = skip + most - 1 if most else -1
        return [id.decode() for id in cast("list[bytes]", self._redis.zrevrange(index, skip, last))]

    def _event_id(self, beginning: str) -> str:
        """Whoever has a run's id at hand is told its event's."""
        try:
            return self._whole(beginning, "event", layout.EVENT, layout.EVENTS)
        except NotThere:
            event = re.split("[:#]", beginning)[0]
            if event != beginning and self._redis.exists(layout.EVENT + event):
                raise NotThere("event", beginning, [event]) from None
            raise

    def _run_id(self, beginning: str) -> str:
        return self._whole(beginning, "run", layout.RUN, layout.RUNS)

    def _whole(self, beginning: str, what: str, prefix: str, index: str) -> str:
        """The id itself, or the one that begins so."""
        if self._redis.exists(prefix + beginning):
            return beginning
        ids = self._newest(index)
        begun = [id for id in ids if beginning and id.startswith(beginning)]
        if len(begun) == 1:
            return begun[0]
        raise NotThere(what, beginning, begun[:3])


def _kept_event(
    id: str, record: bytes | None, dead: bytes | None, accepted: float | None, due: float | None
) -> KeptEvent:
    state: EventState = "decided"
    if record is None:
        state = "gone"
    elif dead:
        state = "dead"
    elif due is not None:
        state = "waiting"
    kept = None
    with contextlib.suppress(records.UnknownFormat):
        kept = records.unpack(record) if record else None
    return KeptEvent(id, (accepted or 0) / 1000, state, due / 1000 if due is not None else None, kept)
