"""A rule's `match` taken apart: which path is held against what, and whether it must hold."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rules.linting.subject import Place
from rules.matching import GROUPS
from rules.model import RuleModel

OF_ONE_VALUE = ("not", "any", "all", "none")


class Looked(NamedTuple):
    """A path, and what is held against it. `sure`: the rule cannot match unless this holds."""

    path: str
    operand: Any
    at: Place
    sure: bool


class Held(NamedTuple):
    """One plain comparison inside an operand: `is` for a value by itself, else the operator's name."""

    operator: str
    value: Any
    at: Place


def clauses(match: Mapping[str, Any] | None, at: Place, *, sure: bool = True) -> Iterator[Looked]:
    """Every clause, those in groups too."""
    for key, operand in (match or {}).items():
        if key not in GROUPS:
            yield Looked(key, operand, (*at, key), sure)
            continue
        for index, inner in enumerate(operand):
            needed = sure and (key == "all" or (key == "any" and len(operand) == 1))
            yield from clauses(inner, (*at, key, index), sure=needed)


def all_held(model: RuleModel) -> Iterator[tuple[Looked, Held]]:
    """Every plain comparison that a rule makes, of its own events and of those that it looks for."""
    partners = (("after", model.after), ("missing", model.missing))
    matches = [(model.match, ("match",)), *((each.match, (part, "match")) for part, each in partners if each)]
    for match, at in matches:
        for looked in clauses(match, at):
            yield from ((looked, held) for held in comparisons(looked.operand, looked.at))


def comparisons(operand: Any, at: Place) -> Iterator[Held]:
    """Every plain comparison in an operand, however it is nested."""
    if isinstance(operand, list):
        yield from (Held("is", item, (*at, index)) for index, item in enumerate(operand))
    elif isinstance(operand, dict):
        for name, inner in operand.items():
            yield from _inside(name, inner, (*at, name))
    else:
        yield Held("is", operand, at)


def _inside(name: str, operand: Any, at: Place) -> Iterator[Held]:
    if name == "not":
        yield from comparisons(operand, at)
    elif name in OF_ONE_VALUE:
        for index, inner in enumerate(operand):
            yield from comparisons(inner, (*at, index))
    else:
        yield Held(name, operand, at)
