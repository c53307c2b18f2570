"""Rules that may change something and that nothing holds back."""

from collections.abc import Iterator

from rules.errors import Fault
from rules.linting.subject import Subject, warning
from rules.suggesting import listed


def unlimited(subject: Subject) -> Iterator[Fault]:
    """One warning if a step changes something and there is neither a `limit` nor a person who is asked each time."""
    changing = [step.name for step, _, spec in subject.steps() if spec.changes]
    if changing and subject.rule.limit is None and subject.rule.approve_within_seconds is None:
        message = f"{listed(changing)} may change something, and nothing stops a rule that fires too often"
        yield warning(("name",), f"{message}; write `limit: {{max: 3, within: 1d}}`, or what fits")
