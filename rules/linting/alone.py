"""What no two events have in common, where a rule wants to see several of them together."""

from collections.abc import Iterator
from typing import Final

from rules.errors import Fault
from rules.linting.subject import Subject, warning

OWN: Final = {"id": "data.id", "created_at": None, "updated_at": None}  # each event's own, and what was meant


def alone(subject: Subject) -> Iterator[Fault]:
    """One warning for each part of a rule that waits for company which cannot come."""
    yield from _counted_apart(subject)
    yield from _never_the_same(subject)
    yield from _seen_first(subject)


def _counted_apart(subject: Subject) -> Iterator[Fault]:
    model = subject.model
    each = model.each or []
    own = next((path for path in each if path in OWN), None)
    many = model.count is not None and model.count.at_least > 1
    if own is not None and (many or model.cooldown or model.quiet_for):
        lost = "`count` is never reached" if many else "`cooldown` and `quiet_for` hold nothing back"
        yield warning(("each",), f"{own} is another in every event: {lost}", OWN[own])
    elif many and "data.id" in each and _comes_once(subject):
        yield warning(("each",), "that happens to each thing only once: `count` is never reached")


def _comes_once(subject: Subject) -> bool:
    return [one.actions for one in subject.heard] in ([("create",)], [("destroy",)])


def _never_the_same(subject: Subject) -> Iterator[Fault]:
    for part in ("after", "missing"):
        partner = getattr(subject.model, part)
        for ours, theirs in partner.same.items() if partner else ():
            if "id" in (ours, theirs):
                message = "id is the event's own, which no other event has: it is never the same"
                yield warning((part, "same", ours), message, "data.id", at_key=ours == "id")


def _seen_first(subject: Subject) -> Iterator[Fault]:
    heard = subject.heard
    if subject.model.changed and heard and all(one.actions == ("create",) for one in heard):
        yield warning(("changed",), "what is created was never seen before: it is never a change", at_key=True)
