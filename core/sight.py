"""What a person can see: events, runs, breakers, silences, calls, the service at a glance."""

import json
from typing import Any, cast

from core import history, hours, layout, presence, silences
from core.answers import Answers
from core.audit import Audit, AuditLine
from core.events_seen import EventSight
from core.history import Deed
from core.hours import Hour
from core.presence import Worker, at_work
from core.runs_seen import RunSight
from core.sightings import Breaker, Pause
from rules.silences import Silence

SCANNED_AT_ONCE = 2_000  # keys: half a millisecond of Redis, and few round trips even where there are many


class Sight(EventSight, RunSight):
    """Each method is one look. All raise redis.exceptions.RedisError if Redis does not answer."""

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
