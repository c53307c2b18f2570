"""What a member of a file's list of rules comes to: a rule as written, or one of the library with changes (`use`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from rules.errors import Fault, Problem, dotted
from rules.files.documents import Entry
from rules.files.parameters import WITH, Filling, Parameter, declaration_faults, declared
from rules.files.phrasing import faults_of
from rules.model import UseModel
from rules.suggesting import closest, listed

USE: Final = "use"
MATCH: Final = "match"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a rule is to be built from: `raw`, with all values in place, or None if that cannot be.

    `needs` are parameters that have no value: then it is a template, and `raw` holds their examples. `shelved` is the
    library's rule that it was made from: a fault outside its `changes` is one of that, told at the `use`.
    """

    entry: Entry
    raw: Any
    faults: tuple[Fault, ...] = ()
    needs: tuple[str, ...] = ()
    shelved: Entry | None = None
    changes: frozenset[str] = frozenset()

    @property
    def name(self) -> str | None:
        """What it is to be called, if that can be said."""
        raw = self.entry.raw if isinstance(self.entry.raw, dict) else {}
        if USE in raw and self.shelved is None:
            return None
        name = raw.get(self.name_key)
        return name if isinstance(name, str) else None

    @property
    def name_key(self) -> str:
        """The key that names it."""
        return USE if USE in self.entry.raw and "name" not in self.entry.raw else "name"

    @property
    def description(self) -> str:
        """What it is for."""
        return str(self.entry.raw.get("description", ""))

    @property
    def takes_place(self) -> bool:
        """Whether it stands for the library's rule, under its name."""
        return self.shelved is not None and "name" not in self.changes

    def problem(self, fault: Fault) -> Problem:
        """A fault of `raw` with its place."""
        if self.shelved is None or self._is_changed(fault.path):
            return self.entry.problem(fault)
        there = self.shelved.problem(fault)
        key = dotted(fault.path)
        message = f"{there.file}:{there.line}: {key}{': ' if key else ''}{fault.message}"
        return self.entry.problem(replace(fault, path=(USE,), message=message, at_key=False, inside=None))

    def _is_changed(self, path: tuple[str | int, ...]) -> bool:
        """Whether what stands at `path` of the whole rule was written beside the `use`."""
        if path[:1] == (MATCH,) and len(path) > 1 and MATCH in self.changes:
            return path[1] in self.entry.raw[MATCH]
        return bool(path) and path[0] in self.changes


def prepared(entry: Entry, library: Mapping[str, Entry]) -> Prepared:
    """What `entry` comes to; `library` holds the rules that may be used, by name."""
    raw = entry.raw
    if not isinstance(raw, dict):
        return Prepared(entry, raw)
    if USE in raw:
        return _used(entry, raw, library)
    parameters = declared(raw)
    return _filled(entry, raw, parameters) if parameters else Prepared(entry, raw)


def shelves(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The rules of a library by their names."""
    rules = [entry for entry in entries if isinstance(entry.raw, dict)]
    return {entry.raw["name"]: entry for entry in rules if isinstance(entry.raw.get("name"), str)}


def _filled(entry: Entry, raw: dict[str, Any], parameters: Mapping[str, Parameter]) -> Prepared:
    """A rule that declares parameters, with their defaults, and with examples where there is none."""
    values = {name: value for name, each in parameters.items() for value in _value(each)}
    filling = Filling(values, tuple(parameters))
    made = filling.rule(raw)
    faults = (*declaration_faults(raw), *filling.faults)
    needs = tuple(name for name, each in parameters.items() if each.is_needed)
    return Prepared(entry, made if len(values) == len(parameters) else None, faults, needs)


def _value(parameter: Parameter) -> Iterable[Any]:
    return list(parameter.values.values())[:1]


def _used(entry: Entry, raw: dict[str, Any], library: Mapping[str, Entry]) -> Prepared:
    faults = _shape_faults(raw)
    shelved = library.get(raw[USE]) if isinstance(raw[USE], str) else None
    if shelved is None:
        return Prepared(entry, None, tuple(faults or [_unknown(raw[USE], library)]))
    parameters = declared(shelved.raw)
    given = raw.get(WITH, {})
    if faults or (faults := list(_given_faults(given, parameters, raw[USE]))):
        return Prepared(entry, None, tuple(faults))
    changes = {key: value for key, value in raw.items() if key not in (USE, WITH)}
    values = {name: each.values["default"] for name, each in parameters.items() if not each.is_needed} | given
    whole = shelved.raw | changes | _narrowed(shelved.raw, changes)
    made = Prepared(entry, whole, shelved=shelved, changes=frozenset(changes))
    if not parameters:
        return made
    filling = Filling(values, tuple(parameters))
    return replace(made, raw=filling.rule(whole), faults=tuple(filling.faults))


def _narrowed(shelved: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The `match` of both: whoever writes one beside `use` means fewer events, not all that the rule left out."""
    was, now = shelved.get(MATCH), changes.get(MATCH)
    return {MATCH: was | now} if isinstance(was, dict) and isinstance(now, dict) else {}


def _shape_faults(raw: dict[str, Any]) -> list[Fault]:
    shape = {key: raw[key] for key in (USE, WITH) if key in raw}
    try:
        UseModel.model_validate(shape)
    except ValidationError as error:
        return faults_of(error, UseModel, shape)
    return []


def _unknown(name: str, library: Mapping[str, Entry]) -> Fault:
    there = f"there are {listed(sorted(library))}" if library else "there is none here"
    return Fault((USE,), f"is not a rule of the library; {there}", closest(name, library))


def _given_faults(given: Mapping[str, Any], parameters: Mapping[str, Parameter], used: str) -> Iterable[Fault]:
    for name, value in given.items():
        if name not in parameters:
            there = f"its parameters are {listed(parameters)}" if parameters else "it takes none"
            yield Fault((WITH, name), f"is not a parameter of {used}; {there}", closest(name, parameters), at_key=True)
        elif value is None:
            yield Fault((WITH, name), "has no value: give it one, or leave it out")
    for name, parameter in parameters.items():
        if parameter.is_needed and name not in given:
            yield Fault((USE,), f"needs `with: {{{name}: …}}`: {parameter.description}")
