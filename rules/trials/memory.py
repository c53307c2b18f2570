"""The gates that need memory, in plain Python and by a given clock: the twin of what the service keeps in Redis.

For tests and backtests of rules. What only the service can know is not known here: which events are effects of its own
calls, what it did before, and what people answered.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import NamedTuple

from heroku.events import Event, content_key
from rules.bounds import REPEAT_MILLISECONDS
from rules.correlating import Watching
from rules.deciding import NOWHERE, Decision, Verdict, decide
from rules.gates import silence_gate, standing_gate
from rules.holding import Gate, Holding
from rules.model import Mode
from rules.rulebook import Rule, Rulebook
from rules.silences import Silence
from rules.trials.recalling import Recalling, run_id, time_of
from rules.waiting import Kind

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
    waited: Kind | None = None  # what for, if it was put off before

    @property
    def fires(self) -> bool:
        """Whether a run was planned, or would have been if the rule were live."""
        return self.gate[0] in PLANNED

    @property
    def run(self) -> str:
        """The run's id, as the service would call it."""
        return run_id(self.event, self.rule)


class Memory:
    """Judges events in the order in which they come. Every `now` is in milliseconds, and never before the last.

    Each event must come once, as the service sorts out what Heroku repeats under the same id.
    """

    def __init__(
        self, book: Rulebook, *, silences: Iterable[Silence] = (), own_app: AbstractSet[str] = NOWHERE
    ) -> None:
        self._book, self._silences, self._own_app = book, tuple(silences), own_app
        self._watching = Watching(book)
        self._recalling, self._holding = Recalling(), Holding()
        self._told: OrderedDict[str, tuple[int, str]] = OrderedDict()  # content → when last told, and by which event
        self._events = 0

    def take(self, event: Event, *, now: int) -> tuple[Decision, list[Judgement]]:
        """What every rule makes of an event that comes now."""
        decision = decide(self._book, event, now=datetime.fromtimestamp(now / 1000, UTC), own_app=self._own_app)
        t = time_of(event, now)
        self._recalling.leave(event, self._watching.left_by(event), t, now)
        self._events += 1
        if self._events % FORGET_EVERY == 0:
            self._forget(now)
        whole = self._repeats(event, now) if decision.matched else None
        return decision, list(self._judged(event, decision, whole, t, now))

    def next_due(self) -> int | None:
        """When a rule that was put off is to be judged."""
        return self._recalling.next_due()

    def due(self, now: int) -> Iterator[Judgement]:
        """Judge the rules that were put off until `now`, in their order, each at its own time."""
        for kind, event, verdict, t, _, at in self._recalling.over(now):
            gate = self._silenced(event, verdict.rule, at) or self._gate(event, verdict, t, at, over=kind)
            yield Judgement(event, verdict.rule, verdict.mode, verdict.key, gate, at, kind)

    def starts(self, judged: Judgement, *, now: int) -> bool:
        """Whether a run that had to queue may begin, now that its turn has come."""
        return self._holding.starts(judged.rule, judged.run, now)

    def finish(self, judged: Judgement, *, now: int, effect: bool) -> str | None:
        """A live run is over. Answers the id of the run whose turn it is now, if one waited behind it."""
        return self._holding.finish(judged.rule, judged.key, judged.run, now, effect=effect)

    def _judged(self, event: Event, decision: Decision, whole: Gate | None, t: int, now: int) -> Iterator[Judgement]:
        """The rules in file order; the first live one with `stop` that plans a run stops those after it."""
        stopper: Gate | None = None
        for verdict in decision.matched:
            standing = tuple(standing_gate(event, verdict))
            stopped = standing or self._silenced(event, verdict.rule, now) or whole or stopper
            gate = stopped or self._gate(event, verdict, t, now)
            if verdict.rule.stop and gate[0] in ("planned", "queued"):
                stopper = "stopped by", verdict.rule.name
            yield Judgement(event, verdict.rule, verdict.mode, verdict.key, gate, now)

    def _silenced(self, event: Event, rule: Rule, now: int) -> Gate:
        return tuple(silence_gate(event, rule, (one for one in self._silences if one.at <= now), now=now))

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

    def _gate(self, event: Event, verdict: Verdict, t: int, now: int, *, over: Kind | None = None) -> Gate:
        """What becomes of a rule that nothing else has stopped, from the gate on at which it was put off."""
        rule, mode, key, run = verdict.rule, verdict.mode.value, verdict.key, run_id(event, verdict.rule)
        correlated = self._recalling.stopped(event, verdict, t, now, over=over)
        if stopped := correlated or self._holding.stopped(rule, mode, key, now):
            return stopped
        if verdict.mode is Mode.SHADOW:
            self._holding.hold(rule, mode, key, run, now)
            return ("shadow",)
        if overlap := self._holding.overlaps(rule, key):
            return overlap
        self._holding.hold(rule, mode, key, run, now)
        return self._holding.line_up(rule, key, run)

    def _forget(self, now: int) -> None:
        while self._told and now - next(iter(self._told.values()))[0] > REPEAT_MILLISECONDS:
            self._told.popitem(last=False)
        self._recalling.forget(now)
        self._holding.forget(now)
