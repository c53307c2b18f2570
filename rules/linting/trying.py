"""Expressions tried on sample deliveries: a misspelt field compiles, and only asking shows that it is not there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heroku.events import Event
from rules.correlations import fitting
from rules.errors import Fault
from rules.linting import specimens
from rules.linting.paths import unknown_paths
from rules.linting.subject import Place, Subject, warning
from rules.texts.expressions import STEP_NAMES, Expression, compile_expression

KNOWN_OF_STEPS = 3  # parts of a path: steps.rollback.outcome
OUTCOME = {"outcome": "done", "sentence": ""}


def failing_expressions(subject: Subject) -> Iterator[Fault]:
    """One warning for each expression that comes to no answer on any sample of what the rule hears."""
    told = {fault.path for fault in unknown_paths(subject)}
    tried = _tried(subject)
    for place, expression, more in _expressions(subject):
        if not expression.looks.paths:
            yield warning(place, "looks at nothing of the event: the answer is always the same")
        errors = [expression.error({**event.fields, **more}) for event in tried]
        if place not in told and errors and all(errors):
            yield warning(place, f"comes to no answer on any sample of {tried[0].include}: {errors[0]}")


def _tried(subject: Subject) -> Sequence[Event]:
    """The samples that fit the rule's `match`; all that it hears, if none does."""
    match, _ = fitting(subject.model.match, subject.model.on)
    return (match and specimens.fitting(subject.heard, match)) or specimens.heard(subject.heard)


def _expressions(subject: Subject) -> Iterator[tuple[Place, Expression, Mapping[str, Any]]]:
    """Each with what it is given besides the event."""
    outcomes = {taken.step.name: OUTCOME for taken in subject.steps()}
    for place, text in subject.expressions():
        expression = compile_expression(text, STEP_NAMES)
        if not _asks_for_outputs(expression):
            yield place, expression, {} if place[0] == "when" else {"steps": outcomes}


def _asks_for_outputs(expression: Expression) -> bool:
    """Whether it needs what only a real step can tell."""
    paths = (path for path in expression.looks.paths if path[0] == "steps")
    return any(len(path) < KNOWN_OF_STEPS or path[2] not in OUTCOME for path in paths)
