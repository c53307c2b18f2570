"""The filters that templates may use: few, total, and with results no longer than they must be."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import Undefined

from rules.texts.secrets import public, without_keys

MAX_TURNS: Final = 200  # of a loop
MAX_TEXT: Final = 16_000  # characters of any one value
MAX_SEARCHED: Final = 1_000  # items of a list that `in` looks through
BOUNDED: Final = "not too many"  # these three are no names that could be written in a template
SEARCHED: Final = "not too far"
SLICED: Final = "a slice"
MAX_SEPARATOR: Final = 20  # characters


def as_text(value: Any) -> str:
    """A value as it is printed: nothing for nothing, JSON for what has parts."""
    if value is None or isinstance(value, Undefined):
        return ""
    if isinstance(value, str):
        return without_keys(value[:MAX_TEXT])
    return _json(value)


def _json(value: Any) -> str:
    shown = None if isinstance(value, Undefined) else public(value)
    return json.dumps(shown, ensure_ascii=False, default=lambda _: None)[:MAX_TEXT]


def _bounded(value: Any) -> list[Any]:
    """The first items of a list, or keys of a mapping; nothing of anything else."""
    if isinstance(value, (list, tuple, Mapping)):
        return [item for item, _ in zip(value, range(MAX_TURNS), strict=False)]
    return []


def _searched(value: Any) -> Any:
    """What `in` looks through: the first items of a list, the beginning of a text, the keys of a mapping."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, (list, tuple)):
        return value[:MAX_SEARCHED]
    return value if isinstance(value, Mapping) else ()


def _sliced(value: Any, *part: Any) -> Any:
    """Some of a text or a list; nothing of anything else, or if there is no such part."""
    fits = all(bound is None or type(bound) is int for bound in part) and part[2] != 0
    return value[slice(*part)] if fits and isinstance(value, (str, list, tuple)) else None


def _default(value: Any, otherwise: Any = "") -> Any:
    return otherwise if value is None or isinstance(value, Undefined) or value == "" else value


def _join(value: Any, separator: Any = ", ") -> str:
    return as_text(separator)[:MAX_SEPARATOR].join(as_text(item)[:MAX_TURNS] for item in _bounded(value))[:MAX_TEXT]


def _truncate(value: Any, length: Any = 100) -> str:
    text = as_text(value)
    keep = length if isinstance(length, int) and length > 0 else 100
    return text if len(text) <= keep else text[: keep - 1] + "…"


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (str, list, tuple, Mapping)) else 0


def _first(value: Any) -> Any:
    items = _bounded(value)
    return items[0] if items else None


def _last(value: Any) -> Any:
    return value[-1] if isinstance(value, (list, tuple)) and value else None


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "default": _default,
    "first": _first,
    "join": _join,
    "json": _json,
    "last": _last,
    "length": _length,
    "lower": lambda value: as_text(value).lower(),
    "trim": lambda value: as_text(value).strip(),
    "truncate": _truncate,
    "upper": lambda value: as_text(value).upper(),
}

HIDDEN: Final[dict[str, Callable[..., Any]]] = {BOUNDED: _bounded, SEARCHED: _searched, SLICED: _sliced}
