"""A rule's parameters: declared under its `with`, and put in wherever one of its texts says ${name}.

A text that is nothing but ${name} becomes the value itself, of whatever kind. $${name} stands for ${name} as it is.
Rules that declare no parameters are left alone, and nothing is ever taken from the environment.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from rules.errors import Fault
from rules.files.phrasing import faults_of
from rules.model import DeclarationsModel
from rules.suggesting import closest, listed

WITH: Final = "with"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MARK: Final = re.compile(r"(\$?)\$\{([^{}]*)\}")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a rule can be given; `values` holds its default and its example, where there are such."""

    description: str
    values: Mapping[str, Any]

    @property
    def is_needed(self) -> bool:
        """Whether it must be given."""
        return "default" not in self.values


def declared(raw: Mapping[str, Any]) -> dict[str, Parameter]:
    """The parameters that a rule declares, as far as they can be read; their shape is judged with the rule's."""
    told = raw.get(WITH)
    if not isinstance(told, dict):
        return {}
    return {
        name: Parameter(
            str(spec.get("description", "")), {key: spec[key] for key in ("default", "example") if key in spec}
        )
        for name, spec in told.items()
        if isinstance(spec, dict)
    }


def declaration_faults(raw: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with the declarations of a rule: their shape, a name no text can say, one that nothing uses."""
    told = {WITH: raw[WITH]}
    try:
        DeclarationsModel.model_validate(told)
    except ValidationError as error:
        return faults_of(error, DeclarationsModel, told)
    used = _names_in({key: value for key, value in raw.items() if key != WITH})
    return [fault for name, each in declared(raw).items() for fault in _parameter_faults(name, each, used)]


def _parameter_faults(name: str, parameter: Parameter, used: set[str]) -> Iterator[Fault]:
    if not _NAME.fullmatch(name):
        message = "must be lower-case letters, digits and _, beginning with a letter"
        yield Fault((WITH, name), message, at_key=True)
    elif name not in used:
        yield Fault((WITH, name), f"is not used: no text of the rule says ${{{name}}}", at_key=True)
    for key, value in parameter.values.items():
        if value is None:
            yield Fault((WITH, name, key), "has no value: give it one, or leave it out")


@dataclass(slots=True)
class Filling:
    """Puts `values` into a rule, and keeps what does not fit."""

    values: Mapping[str, Any]
    known: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)

    def rule(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The rule with its values in place, and no declarations."""
        return {key: self._value(value, (key,)) for key, value in raw.items() if key != WITH}

    def _value(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, dict):
            return {key: self._value(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._value(inner, (*path, index)) for index, inner in enumerate(value)]
        return value

    def _text(self, text: str, path: Path) -> Any:
        whole = _MARK.fullmatch(text)
        if whole and not whole[1] and whole[2] in self.values:
            return self.values[whole[2]]
        return _MARK.sub(lambda found: self._piece(found, path), text)

    def _piece(self, found: re.Match[str], path: Path) -> str:
        name = found[2]
        if found[1]:
            return found[0][1:]
        if name not in self.known:
            message = f"there is no parameter {name}; there are {listed(self.known)}. $${{{name}}} stands for the text"
            self.faults.append(Fault(path, message, closest(name, self.known)))
        value = self.values.get(name, "")
        if isinstance(value, (dict, list)) or value is None:
            self.faults.append(Fault(path, f"the value of {name} cannot stand within a text"))
            return ""
        return str(value).lower() if isinstance(value, bool) else str(value)


def _names_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return {found[2] for found in _MARK.finditer(value) if not found[1]}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for each in inner for name in _names_in(each)}
