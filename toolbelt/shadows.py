"""The kept events told to those who follow rules in shadow: what happened, and what each rule made of it."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import inf
from typing import Any, NamedTuple

import redis

from core import layout
from core.past import Kept, Past
from core.sight import Sight
from core.telling.decisions import listens
from heroku import events
from heroku.errors import BadDelivery
from heroku.events import Event
from rules.rulebook import Rule
from rules.trials.likes import is_rollback
from rules.trials.shadowing import Report, Shadowing

Outline = Sequence[Mapping[str, Any]]


class Judged(NamedTuple):
    """What came of a rule that matched an event, at a moment in seconds since 1970; `number` tells apart what came at
    once."""

    at: float
    number: int
    rule: str
    gate: Sequence[Any]
    event: Event


class Range(NamedTuple):
    """What there was to look at, in seconds since 1970; `oldest` is None if nothing was kept."""

    oldest: float | None
    now: float
    events: int


class Shadows:
    """Follows rules through the events of a time."""

    def __init__(self, client: redis.Redis, rules: Sequence[Rule]) -> None:
        self._redis = client
        self._past, self._sight = Past(client), Sight(client)
        self._followed = {rule.name: Shadowing(rule) for rule in rules}
        self._outlines: dict[str, Outline] = {}
        self._book: str | None = None  # that judged last
        self._late: list[Judged] = []  # a heap: what was put off is told when it was judged
        self._numbers = count()

    def now(self) -> float:
        """Redis's time, in seconds since 1970."""
        return self._past.now() / 1000

    def follow(self, since: float) -> tuple[Range, list[Report]]:
        """What is known of each rule, in their order. Raises redis.exceptions.RedisError."""
        now, oldest, seen = self.now(), None, 0
        for kept in self._past.events(int(since * 1000), int(now * 1000)):
            oldest, seen = oldest if oldest is not None else kept.accepted_at / 1000, seen + 1
            self._tell_late(kept.accepted_at / 1000)
            self._take(kept)
        self._tell_late(inf)
        reports = [followed.report(now=now) for followed in self._followed.values()]
        return Range(oldest, now, seen), reports

    def _take(self, kept: Kept) -> None:
        event = _event(kept.body)
        if event is None:
            return
        at, ours = kept.accepted_at / 1000, self._is_ours(event)
        for decision in kept.decisions:
            self._in_force(decision, at)
        for followed in self._followed.values():
            followed.happened(event, at=at, ours=ours)
        for judged in self._judged(kept.decisions, event, at):
            if judged.at > at:
                heapq.heappush(self._late, judged)
            else:
                self._tell(judged)

    def _tell_late(self, until: float) -> None:
        while self._late and self._late[0].at <= until:
            self._tell(heapq.heappop(self._late))

    def _tell(self, judged: Judged) -> None:
        self._followed[judged.rule].judged(judged.event, judged.gate, at=judged.at)

    def _in_force(self, decision: Mapping[str, Any], at: float) -> None:
        """Which versions of the rules judged then."""
        if decision.get("b") == self._book:
            return
        self._book = decision.get("b")
        for rule in self._outline(decision):
            if rule["name"] in self._followed:
                self._followed[rule["name"]].in_force(rule["digest"], at=at)

    def _judged(self, decisions: Sequence[Mapping[str, Any]], event: Event, at: float) -> Iterator[Judged]:
        """What was decided when it came, and what came of it later; not what a person had decided again."""
        for decision in decisions:
            if "replay" in decision or "g" not in decision:
                continue
            listening = [rule["name"] for rule in self._outline(decision) if listens(rule["on"], event)]
            late = decision["at"] / 1000 if "r" in decision else at
            for index, *gate in decision["g"]:
                name = decision.get("r") or (listening[index] if index < len(listening) else None)
                if name in self._followed:
                    yield Judged(late, next(self._numbers), name, gate, event)

    def _outline(self, decision: Mapping[str, Any]) -> Outline:
        digest = decision.get("b")
        if not isinstance(digest, str):
            return ()
        if digest not in self._outlines:
            self._outlines[digest] = self._sight.book(digest) or ()
        return self._outlines[digest]

    def _is_ours(self, event: Event) -> bool:
        """Whether one of our runs brought the rollback about. Nothing else that people do is looked up."""
        return is_rollback(event) and bool(self._redis.exists(f"{layout.OWN}{event.data.get('id')}"))


def _event(body: bytes | None) -> Event | None:
    try:
        return events.read(body) if body is not None else None
    except BadDelivery:
        return None
