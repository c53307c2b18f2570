"""What planned runs hold: a rest for their key, a place under their rule's limit, a place in the line of their key."""

from collections import defaultdict

from rules.bounds import LINE_LENGTH
from rules.rulebook import Limit, Rule

Gate = tuple[str | int, ...]
Slot = tuple[str, str, str]  # mode, rule, key


def milliseconds(seconds: float) -> int:
    """Whole milliseconds, in which everything here is told."""
    return int(seconds * 1000)


class Holding:
    """Cooldowns, limits with their breakers, and lines. Every `now` is in milliseconds, and never before the last."""

    def __init__(self) -> None:
        self._rests: dict[Slot, tuple[int, str]] = {}  # → when it ends, and whose it is
        self._places: dict[tuple[str, str], dict[str, tuple[int, bool]]] = defaultdict(
            dict
        )  # → since when; had effect?
        self._broken: set[tuple[str, str]] = set()
        self._lines: dict[tuple[str, str], list[str]] = defaultdict(list)

    def stopped(self, rule: Rule, mode: str, key: str, now: int) -> Gate | None:
        """The gate that closes before a run is planned; looking may open the rule's breaker."""
        if rule.cooldown_seconds and (left := self._rests.get((mode, rule.name, key), (0, ""))[0] - now) > 0:
            return "cooldown", left
        return self._limited(rule.name, mode, rule.limit, now) if rule.limit else None

    def overlaps(self, rule: Rule, key: str) -> Gate | None:
        """The gate that closes because runs of the same rule and key are under way."""
        waiting = len(self._lines[rule.name, key])
        if waiting and rule.overlap == "skip":
            return "overlap", waiting
        return ("line full", waiting) if waiting > LINE_LENGTH else None

    def hold(self, rule: Rule, mode: str, key: str, run: str, now: int) -> None:
        """Reserve what a run needs; one in shadow has had its effect already."""
        if rule.cooldown_seconds:
            self._rests[mode, rule.name, key] = now + milliseconds(rule.cooldown_seconds), run
        if rule.limit:
            self._places[mode, rule.name][run] = now, mode == "shadow"

    def line_up(self, rule: Rule, key: str, run: str) -> Gate:
        """Put a run in its line: it is planned, or it waits."""
        line = self._lines[rule.name, key]
        line.append(run)
        return ("planned", run) if len(line) == 1 else ("queued", run, len(line) - 1)

    def starts(self, rule: Rule, run: str, now: int) -> bool:
        """A run that had to wait passes its limit again: whether it may go on."""
        if rule.limit is None:
            return True
        if ("live", rule.name) in self._broken:
            return False
        if self._effects("live", rule.name, rule.limit, now) >= rule.limit.max:
            self._broken.add(("live", rule.name))
            return False
        self._places["live", rule.name][run] = now, False
        return True

    def finish(self, rule: Rule, key: str, run: str, now: int, *, effect: bool) -> str | None:
        """Give back what the run held, unless it had an effect. Answers the run whose turn it is now, if one waited."""
        places = self._places["live", rule.name]
        places.pop(run, None)
        if rule.limit and effect:
            places[run] = now, True
        if not effect and self._rests.get(("live", rule.name, key), (0, ""))[1] == run:
            del self._rests["live", rule.name, key]
        line = self._lines[rule.name, key]
        was_first = line[:1] == [run]
        line.remove(run)
        return line[0] if was_first and line else None

    def forget(self, now: int) -> None:
        """Let go what has ended."""
        self._rests = {slot: rest for slot, rest in self._rests.items() if rest[0] > now}
        self._lines = defaultdict(list, {slot: line for slot, line in self._lines.items() if line})

    def _limited(self, name: str, mode: str, limit: Limit, now: int) -> Gate | None:
        if (mode, name) in self._broken:
            return ("breaker",)
        effects = self._effects(mode, name, limit, now)
        if len(self._places[mode, name]) < limit.max:
            return None
        if effects < limit.max:
            return "limit", effects, limit.max
        self._broken.add((mode, name))
        return "breaker opened", limit.max

    def _effects(self, mode: str, name: str, limit: Limit, now: int) -> int:
        places = self._places[mode, name]
        since = now - milliseconds(limit.within_seconds)
        for run in [run for run, (at, _) in places.items() if at <= since]:
            del places[run]
        return sum(effect for _, effect in places.values())
