"""pydantic's errors as faults in plain words: where in the file, what is wrong, what was probably meant."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from rules.errors import Fault, dotted
from rules.suggesting import closest

MAX_SUGGESTED = 100  # unknown keys of one mapping: to find what was meant takes longer than all else
_KEY = "[key]"  # pydantic's mark for an error about a mapping's key
_PHRASES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}

_OF_FILES = {"rules", "targets", "tests"}
_STEPS = {"do", "on_failure"}
_TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}  # YAML's of old


def faults_of(
    error: ValidationError,
    model: type[BaseModel],
    raw: Any,
    *,
    excused: Callable[[ErrorDetails], bool] = lambda _: False,
) -> list[Fault]:
    """One fault for each place where `raw` does not fit `model` and is not excused."""
    faults: dict[tuple[str | int, ...], Fault] = {}
    for details in error.errors(include_url=False):
        if excused(details):
            continue
        fault = _fault(details, model, raw, suggest=len(faults) < MAX_SUGGESTED)
        earlier = faults.get(fault.path)
        if earlier is None:
            faults[fault.path] = fault
        elif fault.message not in earlier.message:  # the branches of a union, each with its own complaint
            both = f"{earlier.message}, or {fault.message}"
            faults[fault.path] = Fault(fault.path, both, earlier.suggestion or fault.suggestion)
    return list(faults.values())


def in_words(error: ValidationError, model: type[BaseModel], raw: Any) -> str:
    """The same in a sentence, for values that no file shows."""
    faults = faults_of(error, model, raw)
    return "; ".join(f"{dotted(fault.path)}: {fault.message}".removeprefix(": ") for fault in faults)


def _fault(details: ErrorDetails, model: type[BaseModel], raw: Any, *, suggest: bool) -> Fault:
    kind, loc = details["type"], details["loc"]
    if kind in {"missing", "extra_forbidden"}:
        suggestion = closest(loc[-1], _keys_at(model, loc[:-1])) if kind == "extra_forbidden" and suggest else None
        beside = ": it stands beside `rules`, at the beginning of a line" if loc[-1] in _OF_FILES else ""
        return Fault(loc, _PHRASES[kind] + beside * (kind == "extra_forbidden"), suggestion, at_key=True)
    path = tuple(_real(loc, raw))
    context = details.get("ctx", {})
    if kind == "refused":
        return Fault(path, context["message"], context["suggestion"], at_key=_KEY in loc)
    if kind in {"literal_error", "enum"}:
        words = re.findall(r"'([^']*)'", context["expected"])
        return Fault(path, f"must be {context['expected']}", closest(details["input"], words))
    if kind in {"bool_type", "bool_parsing"}:
        return Fault(path, _PHRASES[kind], _TRUTHS.get(str(details["input"]).lower()))
    if kind in {"model_type", "dict_type", "list_type"}:
        return Fault(path, _PHRASES[kind] + _shape(details, model), at_key=_KEY in loc)
    if kind == "string_too_long":
        return Fault(path, f"must be at most {context['max_length']:,} characters", at_key=_KEY in loc)
    if kind == "string_type" and isinstance(details["input"], (int, float)):
        return Fault(path, _PHRASES[kind], _quoted(details["input"]), at_key=_KEY in loc)
    told = details["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return Fault(path, _PHRASES.get(kind, told[:1].lower() + told[1:]), at_key=_KEY in loc)


def _quoted(value: float) -> str:
    """As it is written to be a text."""
    return f'"{str(value).lower() if isinstance(value, bool) else value}"'


def _shape(details: ErrorDetails, model: type[BaseModel]) -> str:
    """How it is to be written, where that can be said in short."""
    if details["type"] == "list_type":
        return ": write `- ` before each step" if details["loc"][-1] in _STEPS else ""
    if details["type"] == "dict_type":
        return " of paths, like {data.status: failed}" if details["loc"][-1] == "match" else ""
    keys = _keys_at(model, details["loc"])
    needed = [name for name, field in keys.items() if field.is_required()]
    same = keys.keys() == _keys(model).keys()
    return f" like {{{', '.join(f'{name}: …' for name in needed)}}}" if needed and not same else ""


def _real(loc: tuple[str | int, ...], raw: Any) -> Iterator[str | int]:
    """The part of pydantic's path that is in the file: it adds names for the branches of unions."""
    for part in loc:
        if not _holds(raw, part):
            return
        raw = raw[part]
        yield part


def _holds(raw: Any, part: str | int) -> bool:
    if isinstance(raw, dict):
        return part in raw
    return isinstance(raw, list) and isinstance(part, int) and part < len(raw)


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> Mapping[str, Any]:
    """The keys that `model` knows at `loc`, as they are written."""
    for part in loc:
        field = _keys(model).get(str(part))
        if field is not None:
            model = next(_models(field.annotation), model)
    return _keys(model)


def _keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
