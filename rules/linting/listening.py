"""Actions that an entity never has: a release is never destroyed, a process type is never created."""

from collections.abc import Iterator

from heroku.fields import SENT
from rules.errors import Fault
from rules.linting.subject import Place, Subject, warning
from rules.subscriptions import Subscription, parse
from rules.suggesting import listed

# What was probably meant, where Heroku tells of it in another way.
INSTEAD = {
    "api:formation.create": "api:formation.update",  # a new process type is an update too
    "api:dyno.update": "dyno.update",
    "api:dyno.destroy": "dyno.destroy",
}


def unheard(subject: Subject) -> Iterator[Fault]:
    """One warning for each subscription that never brings an event."""
    yield from _unheard(subject.model.on, ("on",))
    for part in ("after", "missing"):
        partner = getattr(subject.model, part)
        if partner:
            yield from _unheard(partner.on, (part, "on"))


def _unheard(on: list[str], at: Place) -> Iterator[Fault]:
    for index, text in enumerate(on):
        one = parse(text)
        if one.action and one.action not in SENT[one.include]:
            place = (*at, index) if len(on) > 1 else at
            yield warning(place, _told(one), INSTEAD.get(text))


def _told(one: Subscription) -> str:
    actions = SENT[one.include]
    return f"Heroku never sends {one}: {one.include} comes only as {listed(actions)}"
