"""What an expression is given of an event: the values it looks at, and no more of them than it can go through.

null counts as missing, as everywhere in rules; so does a text or list that is too long, and what lies too deep.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rules.paths import MISSING

TEXTS: Final = ("id", "include", "resource", "action", "version", "created_at", "updated_at")
MAPPINGS: Final = ("data", "app", "actor", "event", "release")
STEPS: Final = "steps"
MAX_TEXT: Final = 16_000  # characters
MAX_ITEMS: Final = 100  # of a list or a mapping
MAX_SIZE: Final = 100_000  # of all that is given, in characters; every value counts as VALUE more
VALUE: Final = 20
MAX_DEPTH: Final = 20
_LARGEST_INTEGER: Final = 2**63  # beyond it a number is only known roughly
Paths = Iterable[tuple[str, ...]]


def given(paths: Paths, context: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of `context` at `paths`; raises ValueError if they are too much to go through.

    A mapping on the way is there even if what is looked for in it is not.
    """
    values: dict[str, Any] = {}
    left = [MAX_SIZE]
    for first, *rest in paths:
        value = _root(first, context)
        into: Any = values
        part = first
        for step in rest:
            if type(value) is not dict:
                break
            into = into.setdefault(part, {})
            part, value = step, value.get(step)
        found = _clean(value, left)
        if found is not None:
            into[part] = found
        elif part == first and first not in TEXTS:
            into.setdefault(part, {})
    return values


def at(path: tuple[str, ...], context: Mapping[str, Any]) -> Any:
    """The value at `path` as it stands in the event, or MISSING."""
    value = _root(path[0], context)
    for step in path[1:]:
        if not isinstance(value, Mapping) or step not in value:
            return MISSING
        value = value[step]
    return MISSING if value is None and len(path) == 1 else value


def _root(name: str, context: Mapping[str, Any]) -> Any:
    if name == "event":
        return context.get("event", context)
    return release_of(context) if name == "release" else context.get(name)


def release_of(fields: Mapping[str, Any]) -> Any:
    """The release that an event is about: itself, or the one that its dyno or build belongs to."""
    data = fields.get("data")
    if not isinstance(data, dict):
        return None
    return data if fields.get("resource") == "release" else data.get("release")


def _clean(value: Any, left: list[int], depth: int = 0) -> Any:
    """A copy without what counts as missing; None if it is missing itself."""
    left[0] -= VALUE + (len(value) if isinstance(value, str) else 0)
    if left[0] < 0:
        raise ValueError("that is too much to look at")
    if depth > MAX_DEPTH:
        return None
    match value:
        case str():
            return value if len(value) <= MAX_TEXT else None
        case bool() | float() | None:
            return value
        case int():
            return value if -_LARGEST_INTEGER <= value < _LARGEST_INTEGER else _roughly(value)
        case Mapping() if len(value) <= MAX_ITEMS:
            cleaned = ((key, _clean(inner, left, depth + 1)) for key, inner in value.items())
            return {key: inner for key, inner in cleaned if inner is not None}
        case list() | tuple() if len(value) <= MAX_ITEMS:
            items = (_clean(inner, left, depth + 1) for inner in value)
            return [inner for inner in items if inner is not None]
        case _:
            return None


def _roughly(number: int) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None
