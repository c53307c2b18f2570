"""Sample deliveries of what a rule hears, to try things on."""

from functools import cache

from heroku.events import Event, read
from heroku.samples import encode, names, sample
from rules.linting.subject import Heard
from rules.matching import MATCHED, Match


@cache
def specimen(name: str) -> Event:
    """The sample of that name, read."""
    return read(encode(sample(name)))


@cache
def of(include: str, actions: tuple[str, ...]) -> tuple[Event, ...]:
    """Every sample of that entity that comes with one of these actions."""
    every = map(specimen, names())
    return tuple(event for event in every if event.include == include and event.action in actions)


def heard(those: tuple[Heard, ...]) -> tuple[Event, ...]:
    """Every sample of what is heard."""
    return tuple(event for each in those for event in of(*each))


def fitting(those: tuple[Heard, ...], match: Match) -> tuple[Event, ...]:
    """Every sample of what is heard that fits a match."""
    return tuple(event for event in heard(those) if match.match(event.fields) == MATCHED)
