"""The journal of runs: what was planned, how far each step came, and what is remembered for the next one."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

import redis

from core import layout, queue, records, scripts, silences
from core.asking import asking
from core.due import ClaimLost
from rules.silences import Silence

StepState = Literal["planned", "started", "waiting", "done", "not needed", "failed", "denied", "unknown"]
RunState = Literal[
    "due",
    "queued",
    "running",
    "needs approval",
    "done",
    "done with failures",
    "not needed",
    "failed",
    "denied",
    "unknown",
    "stopped",
    "dead",
]
RUN_STATES: tuple[RunState, ...] = get_args(RunState)


class Paused(Exception):
    """A person has paused the service; nothing is changed until it is resumed."""


class Locked(Exception):
    """Another call is changing the same app; look again in a moment."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One line of the journal. `memory` is the action's own between its looks; `output` is for later steps."""

    state: StepState
    at: float
    sentence: str = ""
    changed: bool = False
    memory: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """As it stands in Redis."""
        return json.dumps(
            {
                "state": self.state,
                "at": self.at,
                "sentence": self.sentence,
                "changed": self.changed,
                "memory": dict(self.memory),
                "output": dict(self.output),
            }
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands in Redis. `read_at` is Redis's time when it was read, in seconds since 1970."""

    id: str
    rule: str
    mode: str
    state: RunState
    key: str
    app: str
    app_name: str
    event_id: str
    event: records.Kept | None
    plan: Mapping[str, Any]
    planned_at: float
    give_up_at: float
    journal: Mapping[str, StepRecord]
    approval: Mapping[str, Any] | None
    note: str
    read_at: float
    read_monotonic: float
    started_at: float | None = None  # None until its turn has come
    ask_until: float | None = None  # when an answer comes too late; None if it has asked nobody

    @property
    def now(self) -> float:
        """Redis's time, carried on by our own clock's ticking since the run was read."""
        return self.read_at + (time.monotonic() - self.read_monotonic)


@dataclass(frozen=True, slots=True)
class Entry:
    """What to write about a step, and what becomes of the run.

    `own` are ids of what a call made; `bad` a release and its slug that were taken back; `close` intents that are
    answered; `tell` an id and a text for the `system` target.
    """

    set: Mapping[str, str] = field(default_factory=dict)
    own: Sequence[str] = ()
    bad: tuple[str, Sequence[str]] | None = None
    close: Sequence[str] = ()
    unlock: str | None = None
    tell: tuple[str, str] | None = None
    then: Literal["go on", "park", "finish"] = "go on"
    seconds: float = 0.0
    state: RunState | None = None
    effect: bool = False

    def to_json(self) -> str:
        """As record.lua reads it; what is not said is left out."""
        said = {
            "set": dict(self.set) or None,
            "own": list(self.own) or None,
            "bad": {"app": self.bad[0], "ids": list(self.bad[1])} if self.bad else None,
            "intents": list(self.close) or None,
            "unlock": self.unlock,
            "tell": {"id": self.tell[0], "text": self.tell[1]} if self.tell else None,
            "then": self.then,
            "milliseconds": int(self.seconds * 1000),
            "state": self.state,
            "effect": self.effect or None,
        }
        return json.dumps({name: value for name, value in said.items() if value is not None})


class Runs:
    """Each method is one round trip, if it does not say otherwise. All raise redis.exceptions.RedisError if Redis does
    not answer."""

    def __init__(self, redis: redis.Redis) -> None:
        self._redis = redis
        self._start = redis.register_script(scripts.source("start"))
        self._hold = redis.register_script(scripts.source("hold"))
        self._begin = redis.register_script(scripts.source("begin"))
        self._record = redis.register_script(scripts.source("record"))
        self._poke = redis.register_script(scripts.source("poke"))

    def load(self, id: str) -> Run | None:
        """The run, None if it is gone. Raises records.UnknownFormat."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.time()
        pipeline.hgetall(layout.RUN + id)
        (seconds, microseconds), fields = pipeline.execute()
        return read(id, fields, now=seconds + microseconds / 1e6) if fields else None

    def start(self, run: Run, *, token: str) -> Literal["started", "breaker"]:
        """Begin or go on. Raises ClaimLost."""
        answer = cast("bytes", self._start(args=[run.id, token, queue.envelope("act")]))
        if answer == b"lost":
            raise ClaimLost(f"run {run.id} is another worker's now")
        return "breaker" if answer == b"breaker" else "started"

    def hold(self, run: Run, *, token: str) -> None:
        """The last look before a call that reads what may then be changed. Raises ClaimLost, Locked."""
        match cast("bytes", self._hold(args=[run.id, token, run.app])):
            case b"held":
                return
            case b"locked":
                raise Locked(f"another run is about to change {run.app_name}")
            case _:
                raise ClaimLost(f"run {run.id} is another worker's now")

    def begin(self, run: Run, *, token: str, step: str, started: StepRecord, intents: Iterable[str]) -> None:
        """The last look before a call that changes something. Raises ClaimLost, Paused, Locked."""
        arguments = [run.id, token, step, started.to_json(), run.app, *intents]
        match cast("bytes", self._begin(args=arguments)):
            case b"go":
                return
            case b"paused":
                raise Paused("the service is paused")
            case b"locked":
                raise Locked(f"another call is changing {run.app_name}")
            case _:
                raise ClaimLost(f"run {run.id} is another worker's now")

    def record(self, run: Run, entry: Entry, *, token: str) -> None:
        """Write what came of a step. Raises ClaimLost; what a call made is then remembered all the same."""
        if self._record(args=[run.id, token, queue.envelope("act"), entry.to_json()]) != b"written":
            raise ClaimLost(f"run {run.id} is another worker's now")

    def asking(self) -> dict[str, str]:
        """The runs that wait for a person's yes or no, each with its rule. Two round trips."""
        return asking(self._redis)

    def poke(self, id: str) -> None:
        """Have a run that rests or waits looked at now."""
        self._poke(args=[id, queue.envelope("act")])

    def bad(self, app: str) -> frozenset[str]:
        """Releases and slugs of the app that were taken back once."""
        return frozenset(map(bytes.decode, cast("list[bytes]", self._redis.hkeys(layout.BAD + app))))

    def came(self, partner: str, *, since: float, until: float, besides: str) -> str | None:
        """The first event that was left under this key of partners, of that time (seconds since 1970), and is not
        `besides`."""
        times = int(since * 1000), int(until * 1000)
        found = cast("list[bytes]", self._redis.zrangebyscore(layout.CAME + partner, *times, start=0, num=2))
        return next((id for id in map(bytes.decode, found) if id != besides), None)

    def crashes(self, releases: Sequence[str]) -> dict[str, int]:
        """How many crashes of each release were seen."""
        if not releases:
            return {}
        numbers = cast("list[bytes | None]", self._redis.mget([layout.CRASHED + id for id in releases]))
        return {id: int(number or 0) for id, number in zip(releases, numbers, strict=True)}

    def silences(self) -> list[Silence]:
        """Those in force, and perhaps some that are over."""
        return silences.read(cast("list[bytes]", self._redis.hvals(layout.SILENCES)))

    def made(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that came out of our own calls."""
        if not ids:
            return frozenset()
        makers = cast("list[bytes | None]", self._redis.mget([layout.OWN + id for id in ids]))
        return frozenset(id for id, maker in zip(ids, makers, strict=True) if maker)

    def note_exit(self, dyno: str, status: int) -> None:
        """A one-off dyno has ended; kept if a run of ours may be waiting to hear of it."""
        if self.made([dyno]):
            self._redis.set(layout.EXIT + dyno, status, ex=layout.EXIT_SECONDS)

    def exited(self, dyno: str) -> int | None:
        """With what status a one-off dyno of ours ended, if an event has told."""
        status = cast("bytes | None", self._redis.get(layout.EXIT + dyno))
        return None if status is None else int(status)


def read(id: str, fields: Mapping[bytes, bytes], *, now: float) -> Run:
    """A run from its hash. Raises records.UnknownFormat."""
    if int(fields[b"format"]) != layout.FORMAT:
        raise records.UnknownFormat(f"run format {int(fields[b'format'])}, this version reads {layout.FORMAT}")

    def text(name: str) -> str:
        return fields.get(name.encode(), b"").decode()

    journal = {
        name.decode(): StepRecord(**json.loads(value))
        for name, value in fields.items()
        if name.startswith((b"approval:", b"step:", b"failure:"))
    }
    return Run(
        id=id,
        rule=text("rule"),
        mode=text("mode"),
        state=cast("RunState", text("state")),
        key=text("key"),
        app=text("app"),
        app_name=text("app_name"),
        event_id=text("event_id"),
        event=records.unpack(fields[b"event"]) if b"event" in fields else None,
        plan=json.loads(text("plan")),
        planned_at=int(text("planned_at")) / 1000,
        give_up_at=int(text("give_up_at") or "0") / 1000,
        journal=journal,
        approval=json.loads(text("approval")) if text("approval") else None,
        note=text("note"),
        read_at=now,
        read_monotonic=time.monotonic(),
        started_at=int(text("started_at")) / 1000 if text("started_at") else None,
        ask_until=int(text("ask_until")) / 1000 if text("ask_until") else None,
    )
