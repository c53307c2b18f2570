"""Runs a test of rules on a clock of its own and says how what happened differs from what was expected.

A test is exact: every firing must be expected. A firing is a run that is planned; nothing is touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from heroku.errors import BadDelivery
from rules.rulebook import Rulebook
from rules.steps import Actions
from rules.trials.cases import TestModel
from rules.trials.comparing import Broken, Failure, Sighting, compare
from rules.trials.happening import events, offset, silences
from rules.trials.misspelt import misspelt
from rules.trials.rehearsing import APPROVAL, Firing, Moment, Rehearsal


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a test. `fired` and `spared` are the rules that were seen to fire, and seen not to."""

    failures: tuple[Failure, ...]
    firings: tuple[Firing, ...] = ()
    fired: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


@dataclass(slots=True)
class _Happened:
    firings: list[Firing] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)

    def add(self, moment: Moment) -> None:
        self.firings += moment.firings
        gates = {judged.rule.name: judged.gate for judged in moment.judged}
        verdicts = {one.rule.name: one for one in moment.decision.verdicts} if moment.decision else {}
        at, event = offset(moment.at), f"{moment.event.include}.{moment.event.action}"
        for rule in {**verdicts, **gates}:
            self.sightings.append(Sighting(rule, at, event, verdicts.get(rule), gates.get(rule, ())))


def run(test: TestModel, book: Rulebook, *, actions: Actions) -> Result:
    """Run one test on the rules of `book`."""
    try:
        happened = _happened(test, book, actions)
    except (LookupError, BadDelivery) as error:
        return Result((Broken(str(error)),))
    failures = (*_broken(test, book), *compare(test, happened.firings, happened.sightings))
    fired = frozenset(firing.judged.rule.name for firing in happened.firings)
    spared = frozenset(one.rule for one in happened.sightings if one.spared)
    return Result(failures, tuple(happened.firings), fired, spared)


def _happened(test: TestModel, book: Rulebook, actions: Actions) -> _Happened:
    happened = _Happened()
    rehearsal = Rehearsal(book, actions=actions, given=test.given, silences=silences(test))
    for now, event in events(test):
        for moment in rehearsal.take(event, now=now):
            happened.add(moment)
    for moment in rehearsal.finish():
        happened.add(moment)
    return happened


def _broken(test: TestModel, book: Rulebook) -> Iterator[Broken]:
    """Names that the test misspells, each once."""
    for message in dict.fromkeys(fault.told for fault in misspelt(test, book.rules, known=APPROVAL)):
        yield Broken(message)
