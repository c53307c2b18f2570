"""How the gates of a rule stand now for an event, without touching anything: what `decide` would look at, only read.

The scripts judge; this tells a person beforehand. A test holds what both say to each other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import redis

from core import layout

Told = Mapping[str, Any]  # a judgement, or one of its rules, as workers.gating makes it for decide.lua
Gate = Sequence[Any]


class Standing(NamedTuple):
    """One gate: its numbers by name, and what it would answer if it closes now (empty if it is open)."""

    name: str
    numbers: Mapping[str, Any]
    gate: Gate = ()


class Peek:
    """Each method looks several times, and what it sees may change meanwhile."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def whole(self, id: str, about: str, judged: Told) -> Gate:
        """The gate that stops the event for all rules: a repeat, or an effect of our own."""
        maker = self._redis.get(layout.OWN + about) if about else None
        if maker:
            return ["own effect", _text(maker)]
        if judged["account"]:
            return ["own account"]
        first = self._redis.get(layout.REPEAT + judged["content"]) if judged["content"] else None
        if first and _text(first) != id:
            return ["repeat", _text(first)]
        depth = max(map(self._depth, judged.get("made", ())), default=0)
        return ["chain", depth] if depth > layout.CHAIN_DEPTH else []

    def rule(self, id: str, judged: Told, rule: Told, *, now: float) -> Iterator[Standing]:
        """The rule's gates in their order; before them a run that there is already. `now` in milliseconds."""
        t = min(judged["t"], now)
        if rule["mode"] == "live" and self._redis.exists(layout.RUN + rule["run"]):
            yield Standing("planned", {}, ["planned before", rule["run"]])
        looks: dict[str, Callable[[], Standing]] = {
            "changed": lambda: self._changed(judged, rule["changed"]),
            "after": lambda: self._after(id, t, rule["after"], now),
            "count": lambda: self._count(id, t, rule),
            "missing": lambda: self._missing(id, t, rule["missing"], now),
            "quiet": lambda: Standing("quiet", {}, ["waits", "quiet", now + rule["quiet"][0]]),
            "cooldown": lambda: self._cooldown(rule),
            "limit": lambda: self._limit(rule, now),
        }
        yield from (look() for name, look in looks.items() if name in rule)
        if rule["mode"] == "live":
            yield self._overlap(rule)

    def _depth(self, made: str) -> int:
        """How many of our runs led to what is known by this mark."""
        maker = self._redis.get(layout.OWN + made)
        return int(cast("bytes | None", self._redis.hget(layout.RUN + _text(maker), "depth")) or 0) + 1 if maker else 0

    def _changed(self, judged: Told, wanted: Told) -> Standing:
        [(_, at, value, _)] = [state for state in judged["last"] if state[0] == wanted["key"]]
        kept = self._redis.hmget(layout.LAST + wanted["key"], ["now", "at"])
        was, since = (None if one is None else _text(one) for one in cast("list[bytes | None]", kept))
        gate: Gate = []
        if was is None:
            gate = ["first seen"]
        elif float(since or 0) > at:
            gate = ["overtaken"]
        elif was == value:
            gate = ["unchanged", value]
        elif was not in wanted.get("was", [was]) or value not in wanted.get("now", [value]):
            gate = ["other change", was, value]
        return Standing("changed", {"was": was, "now": value}, gate)

    def _after(self, id: str, t: float, partner: Told, now: float) -> Standing:
        came = self._came(partner, t - partner["within"], t, id)
        return Standing("after", {"came": came}, [] if came else ["waits", "after", now + layout.AFTER_MILLISECONDS])

    def _missing(self, id: str, t: float, partner: Told, now: float) -> Standing:
        came = self._came(partner, t, t + partner["within"], id)
        due = max(now, t + partner["within"]) + layout.MISSING_MILLISECONDS
        return Standing("missing", {"came": came}, ["came", came] if came else ["waits", "missing", due])

    def _came(self, partner: Told, since: float, until: float, id: str) -> str | None:
        found = cast("list[bytes]", self._redis.zrangebyscore(layout.CAME + partner["key"], since, until, 0, 2))
        return next((_text(other) for other in found if _text(other) != id), None)

    def _count(self, id: str, t: float, rule: Told) -> Standing:
        at_least, within, _ = rule["count"]
        kept: Any = self._redis.zrangebyscore(_key(layout.WINDOW, rule), t - within, t + within, withscores=True)
        times = sorted([t, *(score for other, score in kept if _text(other) != id)])
        seen = max(sum(1 for other in times if first <= other <= first + within) for first in times if first <= t)
        gate = [] if seen >= at_least else ["window", seen, at_least]
        return Standing("count", {"seen": seen, "at_least": at_least}, gate)

    def _cooldown(self, rule: Told) -> Standing:
        left = max(0, self._redis.pttl(_key(layout.COOLDOWN, rule)))
        return Standing("cooldown", {"left": left}, ["cooldown", left] if left else [])

    def _limit(self, rule: Told, now: float) -> Standing:
        most, within = rule["limit"]
        name = f"{rule['mode']}:{rule['rule']}"
        places = cast("list[bytes]", self._redis.zrangebyscore(layout.LIMIT + name, f"({now - within}", "+inf"))
        had = sum(1 for place in places if place.startswith(b"!"))
        gate: Gate = []
        if self._redis.exists(layout.BREAKER + name):
            gate = ["breaker"]
        elif len(places) >= most:
            gate = ["limit", had, most] if had < most else ["breaker opened", most]
        return Standing("limit", {"had": had, "under_way": len(places) - had, "most": most}, gate)

    def _overlap(self, rule: Told) -> Standing:
        waiting = self._redis.llen(f"{layout.LINE}{rule['rule']}:{rule['key']}")
        gate: Gate = []
        if waiting and rule["overlap"] == "skip":
            gate = ["overlap", waiting]
        elif waiting > layout.LINE_LENGTH:
            gate = ["line full", waiting]
        return Standing("overlap", {"waiting": waiting}, gate)


def _key(prefix: str, rule: Told) -> str:
    return f"{prefix}{rule['mode']}:{rule['rule']}:{rule['key']}"


def _text(kept: Any) -> str:
    return cast("bytes", kept).decode()
