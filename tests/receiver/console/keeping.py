"""Records as workers leave them behind, put straight into Redis: any field may hold anything."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import redis

from core import history, layout, records
from core.answers import Answers
from core.hands import Hands
from heroku.samples import encode, sample

APP = "acme-shop"


class Records:
    """Each method puts one thing there and answers its id. Times are those of Redis, `ago` seconds before now."""

    def __init__(self, server: redis.Redis) -> None:
        self.server = server
        self.hands = Hands(server)

    def event(
        self,
        id: str = "e1",
        *,
        kind: str = "release_update_failed",
        body: bytes | None = None,
        decisions: Sequence[Mapping[str, Any]] = ({"b": "", "n": [], "g": []},),
        waiting: bool = False,
        unreadable: str = "",
        ago: float = 60,
    ) -> str:
        """An event that was decided, unless it still waits, or could not be read."""
        content = body if body is not None else encode(sample(kind, id=id, app=APP))
        record = records.pack("unreadable" if unreadable else "event", unreadable, content)
        lines = b"".join(json.dumps({**one, "at": self._ms(ago)}).encode() + b"\n" for one in decisions)
        self.server.set(layout.EVENT + id, record if waiting else record + lines)
        self.server.zadd(layout.EVENTS, {id: self._ms(ago)})
        if waiting:
            self.server.zadd(layout.DUE + "decide", {id: self._ms(ago)})
        return id

    def dead(self, id: str, *, lane: str = "decide", attempts: int = 5, ago: float = 30) -> str:
        """What failed too often; answers its key."""
        key = f"{lane} {id}"
        self.server.hset(layout.DEAD, key, json.dumps({"at": self._ms(ago), "attempts": attempts}))
        return key

    def run(
        self,
        id: str = "e1:roll-back",
        *,
        state: str = "done",
        steps: Sequence[Mapping[str, Any]] = ({"name": "rollback", "action": "rollback"},),
        journal: Mapping[str, Mapping[str, Any]] | None = None,
        ago: float = 50,
        **fields: str,
    ) -> str:
        """A run of the rule and the event that its id names; `journal` holds what was noted of its steps."""
        event, _, rule = id.partition(":")
        plan = {"rule": rule, "steps": [{"params": {}, **step} for step in steps], "access": {}, "on_apps": ["event"]}
        known: dict[Any, Any] = {
            "format": layout.FORMAT,
            "rule": rule,
            "mode": "live",
            "state": state,
            "key": APP,
            "app": "app-1",
            "app_name": APP,
            "event_id": event,
            "event": records.pack("event", "", encode(sample("release_update_failed", id=event, app=APP))),
            "plan": json.dumps({**plan, "on_failure": []}),
            "planned_at": self._ms(ago),
            "give_up_at": self._ms(ago - 3_600),
        }
        noted: dict[Any, Any] = {name: json.dumps(self._noted(record)) for name, record in (journal or {}).items()}
        self.server.hset(layout.RUN + id, mapping={**known, **noted, **cast("dict[Any, Any]", fields)})
        self.server.zadd(layout.RUNS, {id: self._ms(ago)})
        return id

    def asking(self, id: str = "e1:roll-back", **more: Any) -> str:
        """A run that wants a person's yes or no."""
        note = {"state": "waiting", "sentence": "It waits for a yes or no."}
        self.run(id, state="needs approval", journal={"approval:0": note}, asking="approval:0", **more)
        return self.due(id, seconds=86_400)

    def speaking(self, id: str, *parts: Mapping[str, str], over: bool = False) -> str:
        """A run whose agent has said so much; asked again, what it has said by now."""
        if not self.server.exists(layout.RUN + id):
            step = {"name": "why", "action": "agent"}
            self.run(id, state="running", steps=[step], journal={"step:0": {"state": "started"}})
            self.due(id, seconds=60)
        self.server.hset(layout.WORKERS, "worker.1", json.dumps({"beat": self._ms(0), "rules": "r", "version": "1"}))
        told = {"transcript": {"parts": list(parts)}}
        Answers(self.server, worker="worker.1").write(f"{id}:step:0", "done" if over else "listening", told)
        return id

    def due(self, id: str, *, seconds: float = 0) -> str:
        """The run rests until then."""
        self.server.zadd(layout.DUE + "act", {id: self._ms(-seconds)})
        return id

    def call(self, run: str, **fields: Any) -> None:
        """A call to Heroku, as it stands in the audit."""
        line = {
            "at": self._ms(0) / 1000,
            "who": f"run {run}",
            "run": run,
            "endpoint": "rollback_release",
            "app": APP,
            "allowed": True,
            "why": "releases: write",
            "outcome": "done",
            "seconds": 0.1,
            "status": 201,
            "request_id": "r-1",
            "remaining": 4_499,
        }
        self.server.xadd(layout.AUDIT, {"line": json.dumps({**line, **fields})})

    def deed(self, did: history.Did, *, by: str = "sam", why: str = "a reason", about: str = "") -> None:
        """What a person did."""
        self.server.xadd(layout.HISTORY, {"line": history.line(did, by=by, why=why, about=about)})

    def _noted(self, record: Mapping[str, Any]) -> dict[str, Any]:
        known = {
            "state": "done",
            "at": self._ms(0) / 1000,
            "sentence": "",
            "changed": False,
            "memory": {},
            "output": {},
        }
        return {**known, **record}

    def _ms(self, ago: float) -> int:
        return int((self.hands.now() - ago) * 1000)
