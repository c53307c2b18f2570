"""The parts of core around one server, and time that passes when a test says so."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import redis
import redis.asyncio

from core import layout
from core.accepting import Answer, Arrival, Keeper
from core.beat import Beat
from core.due import Claimed, DueList
from core.hands import Hands
from core.ledger import Judged, Ledger, Written
from core.queue import Lane
from core.runs import Entry, Runs, RunState
from heroku.samples import encode, sample

DAY = 86_400.0


def arrival(id: str, *, created_at: float | None = 1_763_840_000.0, body: bytes | None = None) -> Arrival:
    """A delivery of a release event."""
    content = body if body is not None else encode(sample("release_update_failed", id=id))
    return Arrival(id, "event", "api:release", "update", "acme-web", created_at, content)


class World:
    """Everything a test does to the ledger. `worker` is who claims unless said otherwise."""

    def __init__(self, server: redis.Redis, *, worker: str = "worker.1") -> None:
        self.server = server
        self.worker = worker
        self.due = DueList(server, worker=worker)
        self.ledger = Ledger(server, keep_seconds=14 * DAY)
        self.runs = Runs(server)
        self.hands = Hands(server)
        self.beat = Beat(server, worker=worker, rules="rules", version="1", act="live")

    def other(self, worker: str) -> "World":
        """The same ledger, as another worker sees it."""
        return World(self.server, worker=worker)

    def keep(self, *arrivals: Arrival) -> list[Answer | Exception]:
        """Accept a group, as the receiver does."""

        async def ask() -> list[Answer | Exception]:
            pool: Any = self.server.connection_pool
            client = redis.asyncio.Redis(unix_socket_path=pool.connection_kwargs["path"], protocol=2)
            try:
                return await Keeper(client).keep(arrivals)
            finally:
                await client.aclose()

        return asyncio.run(ask())

    def deliver(self, *ids: str) -> None:
        """Events that were accepted."""
        assert self.keep(*(arrival(id) for id in ids)) == ["accepted"] * len(ids)

    def claim(self, lane: Lane = "decide", *, most: int = 100) -> Claimed:
        return self.due.claim(lane, most=most)

    def decide(self, claimed: Claimed, **gates: Any) -> list[Written]:
        """Write the same decision for each row claimed."""
        judged = [Judged(id, {"b": "book", "n": [-1]}, gates.pop("about", ""), gates or None) for id in claimed.rows]
        return self.ledger.decide(judged, token=claimed.token)

    def decided(self, id: str, *rules: dict[str, Any], **more: Any) -> Written:
        """Deliver and decide one event that matched these rules."""
        self.deliver(id)
        claimed = self.claim()
        assert claimed.rows == (id,)
        return self.judged(claimed, id, *rules, **more)

    def judged(self, claimed: Claimed, id: str, *rules: dict[str, Any], about: str = "", **more: Any) -> Written:
        """Decide a claimed event that matched these rules."""
        gates = judgement(*rules, **more)
        for rule in gates["rules"]:
            rule["run"] = f"{id}:{rule['rule']}"
        [written] = self.ledger.decide([Judged(id, {"b": "book", "n": [-1]}, about, gates)], token=claimed.token)
        return written

    def finish(self, run: str, *, effect: bool, state: RunState = "done") -> None:
        """Take a due run and end it."""
        claimed = self.claim("act", most=1)
        assert claimed.rows == (run,)
        loaded = self.runs.load(run)
        assert loaded is not None
        assert self.runs.start(loaded, token=claimed.token) == "started"
        self.runs.record(loaded, Entry(then="finish", state=state, effect=effect), token=claimed.token)

    def pass_time(self, seconds: float) -> None:
        """Everything that is written down with a time happened so much earlier, and every end is so much nearer."""
        ms = int(seconds * 1000)
        for lane in ("decide", "act", "wait"):
            rows: Any = self.server.zrange(layout.DUE + lane, 0, -1, withscores=True)
            for row, score in rows:
                self.server.zadd(layout.DUE + lane, {row: score - ms})
            claims: Any = self.server.hgetall(layout.CLAIMS + lane)
            for row, claim in claims.items():
                held, _, not_before = claim.decode().rpartition("|")
                if not_before != "0":
                    self.server.hset(layout.CLAIMS + lane, row, f"{held}|{int(not_before) - ms}")
        if last := self.server.get(layout.TICK):
            self.server.set(layout.TICK, int(last) - ms, keepttl=True)
        for worker, said in self.server.hgetall(layout.WORKERS).items():
            self.server.hset(
                layout.WORKERS, worker, json.dumps({**json.loads(said), "beat": json.loads(said)["beat"] - ms})
            )
        for key in self.server.scan_iter("dh:*"):
            left = self.server.pttl(key)
            if left > 0 and not key.startswith((b"dh:event:", b"dh:seen")):
                self.server.pexpire(key, max(1, left - ms)) if left > ms else self.server.delete(key)

    def due_in(self, lane: Lane, row: str) -> float | None:
        """Seconds until the row is looked at; None if it is not on the list."""
        score = self.server.zscore(layout.DUE + lane, row)
        return None if score is None else score / 1000 - self.hands.now()

    def wake_ups(self, lane: Lane) -> int:
        return int(self.server.llen(layout.QUEUE + lane))


def judgement(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What decide.lua is told of an event, filled in where a test does not care."""
    base: dict[str, Any] = {
        "t": 1_763_840_000_000,
        "replay": 0,
        "content": "",
        "intents": [],
        "crashed": "",
        "crashed_text": "",
        "account": False,
    }
    return {**base, **more, "rules": [{**rule, "index": index} for index, rule in enumerate(rules)]}


def rule(name: str = "roll-back", **more: Any) -> dict[str, Any]:
    """A live rule that matched, for the app `acme-web`."""
    base: dict[str, Any] = {
        "rule": name,
        "key": "acme-web",
        "mode": "live",
        "gate": [],
        "overlap": "queue",
        "plan": json.dumps({"rule": name, "steps": [], "on_failure": [], "access": {}, "on_apps": ["event"]}),
        "app": "app-1",
        "app_name": "acme-web",
        "give_up": 3_600_000,
    }
    return {**base, **more}


def gates(written: Written) -> list[Sequence[Any]]:
    """What each rule came to, without its index."""
    return [gate[1:] for gate in written.gates]
