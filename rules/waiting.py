"""Rules that were put off: each waits on a row of its own until its time has come, or until it is armed anew."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Literal, NamedTuple

from heroku.events import Event
from rules.bounds import WAITS
from rules.deciding import Verdict
from rules.holding import Gate

Kind = Literal["after", "missing", "quiet"]


class Wait(NamedTuple):
    """What is judged when `due`: the rule with the event that it is put off for, which came at `t`."""

    kind: Kind
    event: Event
    verdict: Verdict
    t: int
    since: int
    due: int


class Waits:
    """The rows by their names; every time is in milliseconds."""

    def __init__(self) -> None:
        self._rows: dict[str, Wait] = {}
        self._due: list[tuple[int, str]] = []

    def row(self, name: str) -> Wait | None:
        """What waits there."""
        return self._rows.get(name)

    def put_off(self, name: str, wait: Wait) -> Gate:
        """Let the rule wait; a row that waits already is armed anew."""
        if name not in self._rows and len(self._rows) >= WAITS:
            return "waits full", len(self._rows)
        self._rows[name] = wait
        heappush(self._due, (wait.due, name))
        return "waits", wait.kind, wait.due

    def next_due(self) -> int | None:
        """When the next one is due."""
        while self._due and self._is_stale(*self._due[0]):
            heappop(self._due)
        return self._due[0][0] if self._due else None

    def over(self, now: int) -> Iterator[Wait]:
        """Those that are due by `now`, one after the other and each off its row; they may arm others."""
        while (due := self.next_due()) is not None and due <= now:
            _, name = heappop(self._due)
            yield self._rows.pop(name)

    def _is_stale(self, due: int, name: str) -> bool:
        wait = self._rows.get(name)
        return wait is None or wait.due != due
