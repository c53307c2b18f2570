"""Crashes that are none: a one-off dyno that ends badly is told in the same words as a web dyno that dies."""

from collections.abc import Iterator

from heroku.events import Event, read
from heroku.fields import CRASH
from heroku.samples import encode, sample
from rules.errors import Fault
from rules.linting.clauses import Looked, clauses
from rules.linting.reading import paths_in
from rules.linting.subject import Subject, warning
from rules.operators import compile_condition
from rules.paths import getter

TELLS_THEM_APART = {"data.type", "data.name", "data.command", "data.id"}
ONE_OFFS = ("oneoff_crashed", "scheduler_crashed")
SAYS_CRASH = {"data.state", "data.exit_status"}


def one_offs_as_crashes(subject: Subject) -> Iterator[Fault]:
    """One warning if the rule asks for a crash and does not ask whose."""
    heard = next((each for each in subject.heard if each.include == CRASH[0]), None)
    if heard is None or CRASH[1] not in heard.actions:
        return
    looked = list(clauses(subject.model.match, ("match",)))
    asked = {one.path for one in looked} | {path for text in subject.model.when or () for path in paths_in(text)}
    if asked & TELLS_THEM_APART or not asked & SAYS_CRASH:
        return
    if all(_holds(looked, event) for event in map(_event, ONE_OFFS)):
        message = "one-off dynos (`heroku run`, scheduler) end so too; add `data.type: web`, or what is meant"
        yield warning(_place(looked), message, at_key=True)


def _holds(looked: list[Looked], event: Event) -> bool:
    """Whether what is asked of the state holds for such a dyno, whatever else is asked."""
    asked = [one for one in looked if one.path in SAYS_CRASH and one.sure]
    return all(compile_condition(one.operand).holds(getter(one.path)(event.fields)) for one in asked)


def _event(name: str) -> Event:
    return read(encode(sample(name)))


def _place(looked: list[Looked]) -> tuple[str | int, ...]:
    return next((one.at for one in looked if one.path in SAYS_CRASH), ("when",))
