"""A rule's `match` compiled to closures: the first clause that fails, fast; or each with what it saw, for people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rules.errors import Fault
from rules.operators import BadCondition, compile_condition
from rules.paths import fault_of_path, getter, look
from rules.texts.shown import shown

Fields = Mapping[str, Any]
Holds = Callable[[Fields], bool]
MATCHED = -1  # instead of the index of a failing clause


class BadMatch(Exception):
    """A `match` that cannot be understood; each fault's path leads into it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)


class ClauseVerdict(NamedTuple):
    """One clause held against one event: its text, what it saw, and whether it held."""

    text: str
    seen: str
    held: bool


class Clause(NamedTuple):
    """One thing that must hold; `paths` are where it looks, `tell` says what it saw if that is not all to be said.

    With `texts` it says no more than that one of them stands at its path, or in the list there.
    """

    text: str
    paths: tuple[str, ...]
    holds: Holds
    tell: Callable[[Fields], str] | None = None
    texts: frozenset[str] | None = None

    def seen(self, fields: Fields) -> str:
        """What stands in the event where this clause looks."""
        return self.tell(fields) if self.tell else seen_at(self.paths, fields)


def seen_at(paths: Sequence[str], fields: Fields) -> str:
    """What stands in the event at these paths, each named if there are several."""
    if len(paths) == 1:
        return shown(look(fields, paths[0]))
    return "; ".join(f"{path}: {shown(look(fields, path))}" for path in paths)


@dataclass(frozen=True, slots=True)
class Match:
    """All clauses of a rule. `match(fields)` is the index of the first that fails, or MATCHED."""

    parts: tuple[Clause, ...]
    match: Callable[[Fields], int]

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses as texts: "data.status is failed"."""
        return tuple(part.text for part in self.parts)

    def also(self, clauses: tuple[Clause, ...]) -> "Match":
        """This match and then those clauses, which are asked only if it holds."""
        parts = (*self.parts, *clauses)
        return Match(parts, _first_failing([part.holds for part in parts])) if clauses else self

    def describe(self, fields: Fields) -> list[ClauseVerdict]:
        """Every clause held against the event, those after a failing one too."""
        return [ClauseVerdict(part.text, part.seen(fields), part.holds(fields)) for part in self.parts]


EVERYTHING = Match((), lambda _: MATCHED)


def compile_match(spec: Mapping[str, Any]) -> Match:
    """Compile a `match`; raises BadMatch with all of its faults."""
    faults: list[Fault] = []
    clauses = _clauses(spec, faults)
    if faults:
        raise BadMatch(faults)
    return Match(clauses, _first_failing([clause.holds for clause in clauses]))


def _first_failing(tests: Sequence[Holds]) -> Callable[[Fields], int]:
    """Most events fail a rule's first clause, and most rules have one or two: those are asked without a loop."""
    first = tests[0]
    if len(tests) == 1:
        return lambda fields: MATCHED if first(fields) else 0
    second, rest = tests[1], tuple(enumerate(tests))[2:]

    def match(fields: Fields) -> int:
        if not first(fields):
            return 0
        if not second(fields):
            return 1
        for index, holds in rest:
            if not holds(fields):
                return index
        return MATCHED

    return match


def _clauses(spec: Mapping[str, Any], faults: list[Fault]) -> tuple[Clause, ...]:
    if not spec:
        faults.append(Fault((), "an empty match would match every event"))
    compiled = []
    for key, operand in spec.items():
        clause = _group(key, operand, faults) if key in GROUPS else _field(key, operand, faults)
        if clause:
            compiled.append(clause)
    return tuple(compiled)


def _field(path: str, operand: Any, faults: list[Fault]) -> Clause | None:
    if fault := fault_of_path(path):
        faults.append(Fault((path,), fault.message, fault.suggestion, at_key=True))
    try:
        condition = compile_condition(operand)
    except BadCondition as error:
        faults.append(error.fault.under(path))
        return None
    if fault:
        return None
    holds = _at(path, operand, condition.holds)
    return Clause(f"{path} {condition.says}", (path,), holds, texts=_texts(operand))


def _texts(operand: Any) -> frozenset[str] | None:
    """The texts of which a condition wants one, if that is all that it wants."""
    wanted = operand if isinstance(operand, list) else [operand]
    return frozenset(wanted) if all(isinstance(each, str) for each in wanted) else None


def _at(path: str, operand: Any, test: Callable[[Any], bool]) -> Holds:
    first, _, second = path.partition(".")
    if second and "." not in second:
        return _text_at(first, second, operand) if isinstance(operand, str) else _value_at(first, second, test)
    get = getter(path)
    return lambda fields: test(get(fields))


def _value_at(first: str, second: str, test: Callable[[Any], bool]) -> Holds:
    """The usual path, `data.version`, walked without a call of its own."""

    def holds(fields: Fields) -> bool:
        inner = fields.get(first)
        return test(inner.get(second) if type(inner) is dict else None)

    return holds


def _text_at(first: str, second: str, wanted: str) -> Holds:
    """The commonest clause by far, `data.status: failed`, in one call instead of four."""

    def holds(fields: Fields) -> bool:
        inner = fields.get(first)
        if type(inner) is not dict:
            return False
        value = inner.get(second)
        return value == wanted or (type(value) is list and wanted in value)

    return holds


def _group(key: str, operand: Any, faults: list[Fault]) -> Clause | None:
    if not isinstance(operand, list) or not operand:
        faults.append(Fault((key,), "must be a list of matches, each a mapping of paths"))
        return None
    alternatives = []
    for index, spec in enumerate(operand):
        inner: list[Fault] = []
        if isinstance(spec, dict):
            alternatives.append(_clauses(spec, inner))
        else:
            inner.append(Fault((), "must be a mapping of paths, like {data.status: failed}"))
        faults.extend(fault.under(key, index) for fault in inner)
    word, join = GROUPS[key]
    texts = [" and ".join(clause.text for clause in clauses) for clauses in alternatives]
    paths = tuple(dict.fromkeys(path for clauses in alternatives for clause in clauses for path in clause.paths))
    tests = tuple(_together([clause.holds for clause in clauses]) for clauses in alternatives)
    return Clause(f"{word} ({'; '.join(texts)})", paths, join(tests))


def _together(tests: Sequence[Holds]) -> Holds:
    if len(tests) == 1:
        return tests[0]
    return lambda fields: all(holds(fields) for holds in tests)


def _any(tests: Sequence[Holds]) -> Holds:
    return lambda fields: any(holds(fields) for holds in tests)


def _none(tests: Sequence[Holds]) -> Holds:
    return lambda fields: not any(holds(fields) for holds in tests)


GROUPS: dict[str, tuple[str, Callable[[Sequence[Holds]], Holds]]] = {
    "any": ("any of", _any),
    "all": ("all of", _together),
    "none": ("none of", _none),
}
