"""Events that are decided and rules that wait, by a clock that the test sets: the real scripts on a real server."""

from collections.abc import Iterator, Sequence
from typing import Any

from core import layout, records, waits
from core.due import Claimed, DueList
from core.hands import Hands
from core.ledger import Judged, Ledger
from tests.core.clocked import Clocked
from tests.core.world import gates, judgement, rule

START = 1_763_840_000_000  # ms
SECOND = 1_000  # ms
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

Gate = list[Any]
Rule = dict[str, Any]


class Scene:
    """One worker's view; `now` is the time in milliseconds."""

    def __init__(self, server: Clocked, *, worker: str = "worker.1", now: int = START) -> None:
        self.server = server
        self.now = now
        server.set_time(now)
        self.due = DueList(server, worker=worker)
        self.ledger = Ledger(server, keep_seconds=14 * 86_400)
        self.hands = Hands(server)

    def pass_time(self, milliseconds: int) -> None:
        self.now += milliseconds
        self.server.set_time(self.now)

    def deliver(self, id: str) -> None:
        """The event was accepted now, and waits to be decided."""
        self.server.set(layout.EVENT + id, records.pack("event", "", b'{"id": "x", "resource": "release"}'))
        self.server.zadd(layout.EVENTS, {id: self.now})
        self.server.zadd(layout.DUE + "decide", {id: self.now})

    def decide(self, id: str, *rules: Rule, t: int | None = None, **more: Any) -> list[Gate]:
        """Deliver an event that matched these rules and decide it; it happened at `t`, or now."""
        if self.server.zscore(layout.DUE + "decide", id) is None:
            self.deliver(id)
        claimed = self.due.claim("decide", most=1)
        assert claimed.rows == (id,)
        return self.judged(claimed, id, *rules, t=t, **more)

    def judged(self, claimed: Claimed, id: str, *rules: Rule, t: int | None = None, **more: Any) -> list[Gate]:
        number = more.get("replay", 0)
        told = judgement(*rules, t=self.now if t is None else t, **more)
        for one in told["rules"]:
            one["run"] = f"{id}#{number}:{one['rule']}" if number else f"{id}:{one['rule']}"
        [written] = self.ledger.decide([Judged(id, {"b": "book", "n": [-1]}, "", told)], token=claimed.token)
        assert written.how == "decided", written.why
        return [list(gate) for gate in gates(written)]

    def due_waits(self) -> Claimed:
        return self.due.claim("wait", most=50)

    def judge_waits(self, *rules: Rule) -> list[tuple[str, Gate]]:
        """Judge all waits that are due, by these rules: event and gate of each, or how else it went."""
        return self.judge_claimed(self.due_waits(), *rules)

    def judge_claimed(self, claimed: Claimed, *rules: Rule) -> list[tuple[str, Gate]]:
        return [(one.wait.event, list(one.gate) or [one.how]) for one in self.written(claimed, *rules)]

    def written(self, claimed: Claimed, *rules: Rule) -> Sequence[waits.Written]:
        if not claimed.rows:
            return []
        _, found, _ = self.ledger.waits.fetch(claimed.rows)
        by_name = {one["rule"]: {**one, "index": 0} for one in rules}
        judged = [waits.Judged(wait, {"b": "book", "r": wait.rule}, by_name[wait.rule]) for wait in found if wait]
        return self.ledger.waits.judge(judged, token=claimed.token)

    def waiting(self) -> dict[str, int]:
        """The rows of the lane, and in how many milliseconds each is due."""
        rows: Any = self.server.zrange(layout.DUE + "wait", 0, -1, withscores=True)
        return {row.decode(): int(score) - self.now for row, score in rows}

    def kept(self, id: str) -> list[dict[str, Any]]:
        """What was decided about an event, the oldest first."""
        record: Any = self.server.get(layout.EVENT + id)
        return [dict(decision) for decision in records.unpack(record).decisions]

    def runs(self) -> list[str]:
        """The runs of rules that were planned, the oldest first."""
        ids: Any = self.server.zrange(layout.RUNS, 0, -1)
        return [id.decode() for id in ids if not id.startswith(b"system:")]

    def told(self) -> list[str]:
        """The ids under which `system` was told something."""
        ids: Any = self.server.zrange(layout.RUNS, 0, -1)
        return [id.decode() for id in ids if id.startswith(b"system:")]

    def keys(self, prefix: str) -> Iterator[bytes]:
        return iter(list(self.server.scan_iter(prefix + "*")))


def after(within: int = 30 * MINUTE, *, key: str = "p", **more: Any) -> Rule:
    return rule(after={"key": key, "within": within}, **more)


def missing(within: int = 30 * MINUTE, *, key: str = "p", **more: Any) -> Rule:
    return rule(missing={"key": key, "within": within}, **more)


def quiet(seconds: int = 120, most: int = 1_200, **more: Any) -> Rule:
    return rule(quiet=[seconds * SECOND, most * SECOND], **more)


def partner(key: str = "p") -> dict[str, Any]:
    """What an event leaves behind that others look for under this key."""
    return {"came": [[key, 25 * HOUR]]}


def state(value: str, at: int, *, key: str = "s") -> dict[str, Any]:
    """What an event leaves behind of a state."""
    return {"last": [[key, at, value, 90 * 24 * HOUR]]}
