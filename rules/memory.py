"""The gates that need memory, in plain Python and by a given clock: the twin of what the service keeps in Redis.

For tests and backtests of rules. What only the service can know is not known here: which events are effects of its own
calls, what it did before, and what people answered.
"""

from collections import OrderedDict, defaultdict
from datetime import UTC, datetime
from typing import NamedTuple

from heroku.events import Event, content_key
from rules.deciding import Decision, Verdict, decide
from rules.holding import Gate, Holding, Slot, milliseconds
from rules.model import Mode
from rules.rulebook import Rule, Rulebook
from rules.windows import Window

REPEAT_MILLISECONDS = 600_000
FORGET_EVERY = 1_000  # events; then what has ended is let go
PLANNED = frozenset({"planned", "queued", "shadow"})


class Judgement(NamedTuple):
    """What became of a rule that matched: the gate with its numbers, as the service would keep it."""

    event: Event
    rule: Rule
    mode: Mode
    key: str
    gate: Gate
    at: int  # in milliseconds since 1970

    @property
    def fires(self) -> bool:
        """Whether a run was planned, or would have been if the rule were live."""
        return self.gate[0] in PLANNED

    @property
    def run(self) -> str:
        """The run's id, as the service would call it."""
        return f"{self.event.id}:{self.rule.name}"


class Memory:
    """Judges events in the order in which they come. Every `now` is in milliseconds, and never before the last.

    Each event must come once, as the service sorts out what Heroku repeats under the same id.
    """

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._holding = Holding()
        self._windows: dict[Slot, Window] = defaultdict(Window)
        self._told: OrderedDict[str, tuple[int, str]] = OrderedDict()  # content → when last told, and by which event
        self._events = 0

    def take(self, event: Event, *, now: int) -> tuple[Decision, list[Judgement]]:
        """What every rule makes of an event that comes now."""
        decision = decide(self._book, event, now=datetime.fromtimestamp(now / 1000, UTC))
        self._events += 1
        if self._events % FORGET_EVERY == 0:
            self._forget(now)
        if not decision.matched:
            return decision, []
        whole = self._repeats(event, now)
        return decision, [self._judge(event, verdict, whole, now) for verdict in decision.matched]

    def starts(self, judged: Judgement, *, now: int) -> bool:
        """Whether a run that had to queue may begin, now that its turn has come."""
        return self._holding.starts(judged.rule, judged.run, now)

    def finish(self, judged: Judgement, *, now: int, effect: bool) -> str | None:
        """A live run is over. Answers the id of the run whose turn it is now, if one waited behind it."""
        return self._holding.finish(judged.rule, judged.key, judged.run, now, effect=effect)

    def _judge(self, event: Event, verdict: Verdict, whole: Gate | None, now: int) -> Judgement:
        gate = _static(verdict) or whole or self._gate(event, verdict, now)
        return Judgement(event, verdict.rule, verdict.mode, verdict.key, gate, now)

    def _repeats(self, event: Event, now: int) -> Gate | None:
        """Another event told the very same a short while ago. Dynos do that without repeating themselves."""
        if event.include == "dyno":
            return None
        content = content_key(event)
        at, first = self._told.get(content, (0, ""))
        if first and first != event.id and now - at <= REPEAT_MILLISECONDS:
            return "repeat", first
        self._told[content] = now, event.id
        self._told.move_to_end(content)
        return None

    def _gate(self, event: Event, verdict: Verdict, now: int) -> Gate:
        rule, mode, key = verdict.rule, verdict.mode.value, verdict.key
        stopped = self._counted(event, verdict, now) or self._holding.stopped(rule, mode, key, now)
        if stopped:
            return stopped
        run = f"{event.id}:{rule.name}"
        if verdict.mode is Mode.SHADOW:
            self._holding.hold(rule, mode, key, run, now)
            return ("shadow",)
        if overlap := self._holding.overlaps(rule, key):
            return overlap
        self._holding.hold(rule, mode, key, run, now)
        return self._holding.line_up(rule, key, run)

    def _counted(self, event: Event, verdict: Verdict, now: int) -> Gate | None:
        rule = verdict.rule
        if rule.count is None:
            return None
        window = self._windows[verdict.mode.value, rule.name, verdict.key]
        within, late = milliseconds(rule.count.within_seconds), milliseconds(rule.fresh_within_seconds)
        seen = window.add(event.id, _time(event, now), now=now, within=within, late=late)
        if seen < rule.count.at_least:
            return "window", seen, rule.count.at_least
        window.empty()
        return None

    def _forget(self, now: int) -> None:
        while self._told and now - next(iter(self._told.values()))[0] > REPEAT_MILLISECONDS:
            self._told.popitem(last=False)
        for slot in [slot for slot, window in self._windows.items() if window.has_ended(now)]:
            del self._windows[slot]
        self._holding.forget(now)


def _time(event: Event, now: int) -> int:
    """When it happened; an event of the future, or without a time, happens now."""
    return min(milliseconds(event.created_at.timestamp()), now) if event.created_at else now


def _static(verdict: Verdict) -> Gate | None:
    """The gate that the rule itself closed, with its numbers."""
    if verdict.gate is None:
        return None
    if verdict.gate == "stale":
        return "stale", int(verdict.age_seconds), int(verdict.bound_seconds)
    return (verdict.gate,)
