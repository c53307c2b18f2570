"""Values that never stand where they are looked for: a status that does not exist, a number as a text."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from heroku.fields import CRASH, Field, field_at
from rules.errors import Fault
from rules.linting.clauses import Held, Looked, clauses, comparisons
from rules.linting.compared import compared
from rules.linting.subject import Heard, Place, Subject, heard_of, warning
from rules.model import ChangedModel
from rules.suggesting import closest, listed
from rules.texts.expression_syntax import place_of
from rules.texts.shown import shown

ON_TEXTS = ("glob", "prefix", "suffix")
ON_NUMBERS = ("gt", "gte", "lt", "lte")
VERSION = "version"  # of the event: the Accept string, "application/vnd.heroku+json; version=3"


def impossible_values(subject: Subject) -> Iterator[Fault]:
    """One warning for each comparison that no event of the rule can pass."""
    yield from _of_match(subject.model.match, ("match",), subject.heard)
    for place, text in subject.expressions():
        yield from _of_expression(text, place, subject.heard)
    if subject.model.changed:
        yield from _of_changed(subject.model.changed, subject.heard)
    for part in ("after", "missing"):
        partner = getattr(subject.model, part)
        if partner:
            yield from _of_match(partner.match, (part, "match"), heard_of(partner.on))


def _of_match(match: dict[str, Any] | None, at: Place, heard: tuple[Heard, ...]) -> Iterator[Fault]:
    for looked in clauses(match, at):
        for held in comparisons(looked.operand, looked.at):
            yield from _of_comparison(looked, held, heard)


def _of_expression(text: str, at: Place, heard: tuple[Heard, ...]) -> Iterator[Fault]:
    for path, value, start in compared(text):
        looked = Looked(path, value, at, False)
        for fault in _of_comparison(looked, Held("is", value, at), heard):
            yield replace(fault, inside=place_of(text, start))


def _of_changed(changed: ChangedModel, heard: tuple[Heard, ...]) -> Iterator[Fault]:
    for key, values in (("from", changed.from_), ("to", changed.to)):
        for value in values or ():
            looked = Looked(changed.path, value, ("changed", key), True)
            yield from _of_comparison(looked, Held("is", value, looked.at), heard)


def _of_comparison(looked: Looked, held: Held, heard: tuple[Heard, ...]) -> Iterator[Fault]:
    known = [(each, field) for each in heard if (field := field_at(each.include, looked.path)) and not field.open]
    if not known or looked.path in {"include", "resource"}:
        return
    faults = [_wrong(looked, held, each, field) for each, field in known]
    if all(faults):
        yield from (fault for fault in faults[:1] if fault)


def _wrong(looked: Looked, held: Held, heard: Heard, field: Field) -> Fault | None:
    if held.operator in ON_NUMBERS:
        return None if field.kind == "number" else _not_a_number(looked.path, held, heard, field)
    if held.operator in ON_TEXTS:
        return None if field.kind in {"text", "time", "list"} else _not_a_text(looked.path, held, field)
    if held.operator != "is":
        return None
    if looked.path == VERSION and not isinstance(held.value, str):
        return _not_a_number(looked.path, held, heard, field)
    return _wrong_kind(looked.path, held, field) or _never_so(looked.path, held, heard, field)


def _not_a_number(path: str, held: Held, heard: Heard, field: Field) -> Fault:
    if path == VERSION:
        message = "version is the event's own, a text like application/vnd.heroku+json; version=3"
        meant = (each for each in ("data.version", "data.release.version") if field_at(heard.include, each))
        return warning(held.at, message, next(meant, None), at_key=True)
    return warning(held.at, f"{path} is {_a(field)}: {held.operator} holds only for numbers", at_key=True)


def _not_a_text(path: str, held: Held, field: Field) -> Fault:
    return warning(held.at, f"{path} is {_a(field)}: {held.operator} holds only for texts", at_key=True)


def _wrong_kind(path: str, held: Held, field: Field) -> Fault | None:
    value = held.value
    if field.kind == "mapping":
        meant = f"{path}.name" if path == "app" else f"{path}.id"
        return warning(held.at, f"{path} holds more fields: no single value ever equals it", meant)
    if field.kind == "number" and isinstance(value, str):
        return warning(held.at, f"{path} is a number, and this is a text", value if value.isdigit() else None)
    if field.kind == "true or false" and not isinstance(value, bool):
        word = str(value).lower()
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(word, word)
        return warning(held.at, f"{path} is true or false", meant if meant in {"true", "false"} else None)
    if field.kind in {"text", "time"} and not isinstance(value, str):
        return warning(held.at, f"{path} is a text, and this is not", f'"{shown(value)}"')
    return None


def _never_so(path: str, held: Held, heard: Heard, field: Field) -> Fault | None:
    if path == "action":
        return _no_such_action(held, heard)
    if not field.values:
        return None
    if held.value not in field.values:
        name, known = path.rpartition(".")[2], listed(field.values)
        message = f"{heard.include} never has the {name} {shown(held.value)}, as far as is known: there are {known}"
        if held.value == CRASH[2]:
            message = f"{heard.include} never tells of a crash: listen to {CRASH[0]}.{CRASH[1]}"
        return warning(held.at, message, closest(held.value, field.values))
    if (heard.include, held.value) == (CRASH[0], CRASH[2]) and path == "data.state" and CRASH[1] not in heard.actions:
        return warning(held.at, f"a crash is told as the end of a dyno: listen to {CRASH[0]}.{CRASH[1]}")
    return None


def _no_such_action(held: Held, heard: Heard) -> Fault | None:
    if held.value in heard.actions:
        return None
    message = f"the rule hears only {listed(heard.actions)} of {heard.include}"
    return warning(held.at, message, closest(held.value, heard.actions))


def _a(field: Field) -> str:
    return {"mapping": "a group of fields", "true or false": "true or false"}.get(field.kind, f"a {field.kind}")
