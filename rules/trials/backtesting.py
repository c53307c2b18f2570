"""What rules would have done about events that came: when each would have fired, and what stopped it where it did not.

The events' own times and the times at which they came drive the clock, so that windows, waits and rests are as they
would have been. Each rule goes as far as its mode says; nothing is touched, and what people said or did is not known.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from heroku.events import Event
from rules.deciding import NOWHERE
from rules.plans import steps_in_words
from rules.rulebook import Rulebook
from rules.steps import Actions
from rules.trials.memory import Judgement
from rules.trials.rehearsing import Firing, Moment, Rehearsal

MOST_FIRINGS = 10_000  # that are told one by one; of more only the number


class Fired(NamedTuple):
    """A rule that would have fired; `at` in milliseconds since 1970, `do` a line for each step."""

    at: int
    rule: str
    mode: str
    app: str
    key: str
    event: str
    do: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Of one rule: how many events it listened to, how often it matched, and what became of that, by gate; and when its
    breaker opened, in milliseconds since 1970."""

    listened: int = 0
    matched: int = 0
    fired: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    broken_at: int | None = None


class Backtest:
    """One rulebook over a stream of events; `fired` and `tallies` grow with it. Times are in milliseconds."""

    def __init__(
        self, book: Rulebook, *, actions: Actions, own_app: AbstractSet[str] = NOWHERE, most: int = MOST_FIRINGS
    ) -> None:
        self._rehearsal, self._most = Rehearsal(book, actions=actions, own_app=own_app), most
        self.fired: list[Fired] = []
        self.tallies = {rule.name: Tally() for rule in book.rules}

    def take(self, event: Event, *, now: int) -> None:
        """An event came."""
        self._note(self._rehearsal.take(event, now=now))

    def finish(self, now: int) -> None:
        """The record ends here; what would be judged later is left."""
        self._note(self._rehearsal.pass_time(now))

    def _note(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            for rule in moment.decision.rules if moment.decision else ():
                self.tallies[rule.name].listened += 1
            for judged in moment.judged:
                self._count(judged)
            self._tell(moment.firings)

    def _count(self, judged: Judgement) -> None:
        tally = self.tallies[judged.rule.name]
        tally.matched += judged.waited is None
        if judged.fires:
            tally.fired += 1
        else:
            tally.stopped[str(judged.gate[0])] += 1
        if judged.gate[0] == "breaker opened":
            tally.broken_at = judged.at

    def _tell(self, firings: Sequence[Firing]) -> None:
        for judged, _ in firings[: self._most - len(self.fired)]:
            event = judged.event
            app = (event.app.name or event.app.id or "") if event.app else ""
            context = {**event.fields, "event": event.fields, "rule": judged.rule.name}
            do = tuple(steps_in_words(judged.rule.do, context))
            self.fired.append(Fired(judged.at, judged.rule.name, judged.mode.value, app, judged.key, event.id, do))


class Difference(NamedTuple):
    """What two rulebooks would have done differently about the same events."""

    only_now: tuple[Fired, ...]
    only_before: tuple[Fired, ...]
    otherwise: tuple[tuple[Fired, Fired], ...]  # (before, now): of the same rule about the same event


def difference(before: Sequence[Fired], now: Sequence[Fired]) -> Difference:
    """Firings are the same if the rule and the event are; they differ if their steps or modes do."""
    old, new = ({(one.rule, one.event): one for one in some} for some in (before, now))
    return Difference(
        tuple(one for key, one in new.items() if key not in old),
        tuple(one for key, one in old.items() if key not in new),
        tuple((old[key], one) for key, one in new.items() if key in old and _does(old[key]) != _does(one)),
    )


def _does(one: Fired) -> tuple[str, tuple[str, ...]]:
    return one.mode, one.do
