"""Parts of a JSON Schema as people write rule files: nothing is null, and a text may stand for what comes later."""

from collections.abc import Mapping
from typing import Any, Final

from rules import durations

# What is put in on loading, where a rule has parameters, and when a step is taken.
PARAMETER: Final[Mapping[str, Any]] = {"type": "string", "pattern": r"\$\{"}
TEMPLATE: Final[Mapping[str, Any]] = {"type": "string", "pattern": r"\$\{|\{\{|\{%"}
_NO_WORDS: Final = frozenset({"title", "ge", "le"})  # pydantic's own
_ANY_TEXT: Final = frozenset({"type", "description", "default", "minLength", "maxLength"})


def as_written(told: Mapping[str, Any]) -> dict[str, Any]:
    """A key as people write it: what has no value is left out, not null; titles only repeat the key."""
    kept = {name: value for name, value in told.items() if name not in _NO_WORDS and (name, value) != ("default", None)}
    kinds: list[dict[str, Any]] = [kind for kind in told.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del kept["anyOf"]
        return kept | kinds[0]
    return kept | {"anyOf": kinds} if kinds else kept


def or_text(told: Mapping[str, Any], instead: Mapping[str, Any]) -> dict[str, Any]:
    """The same, where a text like `instead` may stand for each plain value that is not any text already."""
    if "anyOf" in told:
        branches = [each if _is_plain(each) else or_text(each, instead) for each in told["anyOf"]]
        open_ones = any(map(_is_narrow, branches)) and instead not in branches
        return {**told, "anyOf": [*branches, instead] if open_ones else branches}
    if told.get("pattern") == durations.PATTERN:
        instead = PARAMETER  # no event decides how long something takes
    if _is_narrow(told):
        words = {name: told[name] for name in ("description", "default") if name in told}
        return {**words, "anyOf": [{name: value for name, value in told.items() if name not in words}, instead]}
    inside = {
        name: or_text(told[name], instead) for name in ("items", "additionalProperties") if _is_schema(told, name)
    }
    return {**told, **inside}


def _is_schema(told: Mapping[str, Any], name: str) -> bool:
    return isinstance(told.get(name), dict)


def _is_plain(told: Mapping[str, Any]) -> bool:
    """Whether it is about one value that is neither a list nor a mapping."""
    kinds = told.get("type", "object")
    return (
        "enum" in told
        or "const" in told
        or {"object", "array", "null"}.isdisjoint([kinds] if isinstance(kinds, str) else kinds)
    )


def _is_narrow(told: Mapping[str, Any]) -> bool:
    """Whether it is about one value, and not every text will do."""
    return _is_plain(told) and not (told.get("type") == "string" and told.keys() <= _ANY_TEXT)
