"""A `match` that leaves nothing out: every event of the entity fits."""

from collections.abc import Iterator
from typing import Any

from heroku.fields import Field, field_at
from rules.errors import Fault
from rules.linting.subject import Heard, Subject, warning
from rules.suggesting import listed

ALWAYS_THERE = frozenset(
    {"id", "include", "resource", "action", "data", "app", "app.id", "app.name", "data.id", "created_at"}
)


def too_wide(subject: Subject) -> Iterator[Fault]:
    """One warning if the rule asks nothing of an entity's events that not all of them fulfil."""
    model = subject.model
    narrowed = model.when or model.changed or model.after or model.missing
    heard = [each for each in subject.heard if any(on == (each.include, None) for on in subject.rule.on)]
    if narrowed or not model.match or not heard:
        return
    if all(_is_always_so(path, operand, heard) for path, operand in model.match.items()):
        told = listed(each.include for each in heard)
        yield warning(("match",), f"every event of {told} fits this: nothing is left out", at_key=True)


def _is_always_so(path: str, operand: Any, heard: list[Heard]) -> bool:
    if path == "none":
        return False
    if path in {"any", "all"}:
        inner = [all(_is_always_so(key, value, heard) for key, value in match.items()) for match in operand]
        return any(inner) if path == "any" else all(inner)
    if isinstance(operand, dict):
        return all(_holds_for_all(path, name, inner) for name, inner in operand.items())
    return all(_covers(operand, field_at(each.include, path), each, path) for each in heard)


def _holds_for_all(path: str, operator: str, operand: Any) -> bool:
    there = path in ALWAYS_THERE
    if operator == "exists":
        return there and operand is True
    return there and operator == "glob" and operand == "*"


def _covers(operand: Any, field: Field | None, heard: Heard, path: str) -> bool:
    """Whether these are all the values that there are."""
    given = set(operand) if isinstance(operand, list) else {operand}
    values = heard.actions if path == "action" else field.values if field else ()
    return bool(values) and given >= set(values)
