"""An `each` that is not always there: without it a rule does not act, as it cannot tell one case from another."""

from collections.abc import Iterator

from heroku.fields import field_at
from rules.errors import Fault
from rules.keys import key_of
from rules.linting import specimens
from rules.linting.subject import Subject, warning


def missing_keys(subject: Subject) -> Iterator[Fault]:
    """One warning if events that would match lack what the rule counts by."""
    each, heard = subject.model.each, subject.heard
    if each is None or any(field_at(one.include, path) is None for one in heard for path in each):
        return
    fitting = specimens.fitting(heard, subject.rule.match)
    without = [event for event in fitting if key_of(subject.rule, event) is None]
    if not fitting:
        every = specimens.heard(heard)
        without = list(every) if every and all(key_of(subject.rule, event) is None for event in every) else []
    if without:
        told = "always" if len(without) == len(fitting) else "sometimes"
        yield warning(("each",), f"is {told} null in {without[0].include} events: then the rule does not act")
