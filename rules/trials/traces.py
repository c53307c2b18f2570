"""What events left behind for rules that look at more than one: partners and states, in memory and with an end each."""

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from rules.bounds import CAME_MOST
from rules.correlating import Left, as_text
from rules.holding import Gate, milliseconds
from rules.rulebook import Changed


@dataclass(slots=True)
class _Partners:
    entries: list[tuple[int, str]] = field(default_factory=list)  # time and id
    ends: int = 0


@dataclass(slots=True)
class _State:
    event: str
    at: int
    now: str
    was: str | None = None
    ends: int = 0


class Traces:
    """Every time is in milliseconds; `now` is never before the last."""

    def __init__(self) -> None:
        self._came: dict[str, _Partners] = defaultdict(_Partners)
        self._last: dict[str, _State] = {}

    def leave(self, id: str, left: Left, *, t: int, now: int) -> None:
        """Keep what an event leaves behind, whether or not a rule matched it."""
        for key, keep_seconds in left.came:
            self._leave_partner(id, t, key, milliseconds(keep_seconds), now)
        for key, at, value, keep_seconds in left.states:
            since = min(milliseconds(at.timestamp()), now) if at else now
            self._leave_state(id, key, since, value, milliseconds(keep_seconds), now)

    def came(self, key: str, since: int, until: int, *, id: str, now: int) -> str | None:
        """The first partner whose time lies between the two, both included; no event is its own partner."""
        partners = self._came.get(key)
        if partners is None or now > partners.ends:
            return None
        entries = partners.entries[bisect_left(partners.entries, (since, "")) :]
        return next((other for time, other in entries[:2] if time <= until and other != id), None)

    def changed(self, id: str, key: str, wanted: Changed, *, now: int) -> Gate | None:
        """The gate that closes because the value is what it was, or not what it should have become."""
        last = self._last.get(key)
        if last is None or now > last.ends or last.event != id:
            return ("overtaken",)
        if last.was is None:
            return ("first seen",)
        if last.was == last.now:
            return "unchanged", last.now
        return (
            None
            if _fits(last.was, wanted.was) and _fits(last.now, wanted.now)
            else ("other change", last.was, last.now)
        )

    def forget(self, now: int) -> None:
        """Let go what has ended."""
        for key in [key for key, partners in self._came.items() if now > partners.ends]:
            del self._came[key]
        for key in [key for key, state in self._last.items() if now > state.ends]:
            del self._last[key]

    def _leave_partner(self, id: str, t: int, key: str, life: int, now: int) -> None:
        partners = self._came[key]
        if now > partners.ends:
            partners.entries.clear()
        insort(partners.entries, (t, id))
        del partners.entries[: bisect_left(partners.entries, (now - life + 1, ""))]
        if len(partners.entries) > CAME_MOST:
            del partners.entries[0]
        partners.ends = now + life

    def _leave_state(self, id: str, key: str, at: int, value: str, life: int, now: int) -> None:
        """An older state never overwrites a newer one."""
        last = self._last.get(key)
        if last is None or now > last.ends:
            self._last[key] = last = _State(id, at, value)
        elif last.event != id and at >= last.at:
            last.event, last.at, last.was, last.now = id, at, last.now, value
        last.ends = now + life


def _fits(value: str, wanted: tuple[Any, ...] | None) -> bool:
    return wanted is None or value in map(as_text, wanted)
