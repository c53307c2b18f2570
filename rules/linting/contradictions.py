"""Clauses that shut each other out, so that the rule can never match."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from heroku.fields import field_at
from rules.errors import Fault, dotted
from rules.linting.clauses import Held, clauses, comparisons
from rules.linting.subject import Heard, Place, Subject, heard_of, plain, warning
from rules.matching import GROUPS
from rules.model import ChangedModel
from rules.operators import compile_condition

Conditions = dict[str, list[tuple[Any, Place]]]  # path → what is held against it, and where


def contradictions(subject: Subject) -> Iterator[Fault]:
    """One warning for each path whose clauses leave nothing that could stand there."""
    model = subject.model
    conditions = _conditions(model.match, ("match",))
    if model.changed:
        _add_change(conditions, model.changed)
    yield from _empty(conditions, subject.heard, "the rule can never match")
    for part in ("after", "missing"):
        partner = getattr(model, part)
        if partner:
            conditions = _conditions(partner.match, (part, "match"))
            yield from _empty(conditions, heard_of(partner.on), "no such event can ever come")


def _conditions(match: Mapping[str, Any] | None, at: Place) -> Conditions:
    found: Conditions = defaultdict(list)
    for looked in clauses(match, at):
        if looked.sure:
            found[looked.path].append((looked.operand, looked.at))
    for index, inner in enumerate((match or {}).get("none", ())):
        if len(inner) == 1 and not set(inner) & set(GROUPS):
            [(path, operand)] = inner.items()
            found[path].append(({"not": operand}, (*at, "none", index, path)))
    return found


def _add_change(conditions: Conditions, changed: ChangedModel) -> None:
    """The event tells what is there now."""
    if changed.to:
        conditions[changed.path].append((list(changed.to), ("changed", "to")))
    elif changed.from_ and changed.path in conditions:
        conditions[changed.path].append(({"not": list(changed.from_)}, ("changed", "from")))


def _empty(conditions: Conditions, heard: tuple[Heard, ...], so: str) -> Iterator[Fault]:
    for path, held in conditions.items():
        operands = [operand for operand, _ in held]
        candidates = _candidates(path, operands, heard)
        if candidates is not None:
            tests = [compile_condition(operand).holds for operand in operands]
            nothing = not any(all(test(value) for test in tests) for value in candidates)
        else:
            nothing = _shut_out(operands)
        if nothing and _could_hold_alone(operands, candidates):
            where = f" and {dotted(held[0][1])}" if len(held) > 1 else ""
            message = f"nothing can be at {path} that fits this{where}: {so}"
            yield warning(held[-1][1], message, at_key=True)


def _candidates(path: str, operands: list[Any], heard: tuple[Heard, ...]) -> list[Any] | None:
    """Every value that could stand there, if that can be told: those that the clauses or Heroku's documents list."""
    wanted = [values for operand in operands if (values := _wanted(operand)) is not None]
    if wanted:
        return wanted[0]
    fields = [field_at(each.include, path) for each in heard]
    if not fields or not all(field and field.values for field in fields):
        return None
    return [None, *(value for field in fields if field for value in field.values)]


def _wanted(operand: Any) -> list[Any] | None:
    if plain(operand):
        return [operand]
    return operand if isinstance(operand, list) else None


def _could_hold_alone(operands: list[Any], candidates: list[Any] | None) -> bool:
    """Whether the trouble is the clauses together: a value that does not exist is told elsewhere."""
    return candidates is None or len(operands) > 1 or not _wanted(operands[0])


def _shut_out(operands: list[Any]) -> bool:
    held = [one for operand in operands if isinstance(operand, dict) for one in _together(operand)]
    gone = any(one.operator == "exists" and one.value is False for one in held)
    there = any(one.operator != "exists" or one.value is True for one in held)
    return (gone and there) or _no_number(held)


def _together(operand: dict[str, Any]) -> Iterator[Held]:
    """The comparisons that must all hold."""
    plain_ones = {name: inner for name, inner in operand.items() if name not in {"not", "any", "none", "all"}}
    yield from comparisons(plain_ones, ())


def _no_number(held: list[Held]) -> bool:
    lowest = max((one.value for one in held if one.operator in {"gt", "gte"}), default=None)
    highest = min((one.value for one in held if one.operator in {"lt", "lte"}), default=None)
    if lowest is None or highest is None:
        return False
    strict = any(one.operator in {"gt", "lt"} and one.value in {lowest, highest} for one in held)
    return bool(lowest > highest or (lowest == highest and strict))
