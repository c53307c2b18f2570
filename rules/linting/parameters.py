"""Parameters of steps that their action finds odd: it knows best what it makes of them."""

from collections.abc import Iterator

from rules.errors import Fault
from rules.linting.subject import Subject, warning


def odd_parameters(subject: Subject) -> Iterator[Fault]:
    """One warning for each."""
    for step, at, spec in subject.steps():
        yield from (warning((*at, *found.at), found.message) for found in spec.odd(step.params))
