"""Dotted paths into an event: data.release.id, app.name."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rules.errors import Fault
from rules.suggesting import closest, listed

FIELDS: Final = (
    "id",
    "include",
    "resource",
    "action",
    "version",
    "actor",
    "data",
    "created_at",
    "updated_at",
    "app",
)
INNER_FIELDS: Final = {"app": ("id", "name"), "actor": ("id", "email")}
MISSING: Final = object()
_PATH = re.compile(r"[A-Za-z0-9_-]{1,80}(?:\.[A-Za-z0-9_-]{1,80}){0,19}")


def fault_of_path(path: object) -> Fault | None:
    """Why `path` can lead nowhere in any event, or None if it may lead somewhere."""
    if isinstance(path, str) and ":" in path and _PATH.fullmatch(path.partition(":")[0]):
        return Fault((), "a colon needs a space behind it", ": ".join(path.split(":", 1)))
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        return Fault((), "must be a dotted path into the event, like data.status")
    first, *rest = path.split(".")
    if first not in FIELDS:
        near = closest(first, FIELDS)
        suggestion = ".".join((near, *rest)) if near else f"data.{path}"
        return Fault((), f"an event has no {first}; it has {listed(FIELDS)}", suggestion)
    if first != "data" and rest and (rest[1:] or rest[0] not in INNER_FIELDS.get(first, ())):
        known = [f"{first}.{inner}" for inner in INNER_FIELDS.get(first, ())] or [first]
        return Fault((), f"can lead nowhere: all there is is {listed(known)}", closest(path, known))
    return None


def fault_of_memory(path: str) -> Fault | None:
    """Why the value at `path` cannot be held against what was last seen there, or None if it can.

    What was seen is remembered by `data.id`, which therefore never changes; the times of an event always do.
    """
    if path.startswith("data.") and path not in ("data.id", "data.created_at", "data.updated_at"):
        return None
    return Fault((), "must lead to a value inside data that can change, like data.quantity")


def getter(path: str) -> Callable[[Mapping[str, Any]], Any]:
    """A function from an event's fields to the value at `path`; None where it is missing or null."""
    parts = tuple(path.split("."))
    if len(parts) == 1:
        return lambda fields: fields.get(path)
    if len(parts) == 2:
        return _two_steps(parts[0], parts[1])
    if len(parts) == 3:
        return _three_steps(parts[0], parts[1], parts[2])
    return lambda fields: _walk(fields, parts, None)


def look(fields: Mapping[str, Any], path: str) -> Any:
    """The value at `path`, or MISSING: tells null and missing apart, for people."""
    return _walk(fields, tuple(path.split(".")), MISSING)


def _two_steps(first: str, second: str) -> Callable[[Mapping[str, Any]], Any]:
    def get(fields: Mapping[str, Any]) -> Any:
        inner = fields.get(first)
        return inner.get(second) if isinstance(inner, dict) else None

    return get


def _three_steps(first: str, second: str, third: str) -> Callable[[Mapping[str, Any]], Any]:
    def get(fields: Mapping[str, Any]) -> Any:
        outer = fields.get(first)
        inner = outer.get(second) if isinstance(outer, dict) else None
        return inner.get(third) if isinstance(inner, dict) else None

    return get


def _walk(fields: Mapping[str, Any], parts: tuple[str, ...], otherwise: Any) -> Any:
    value: Any = fields.get(parts[0], otherwise)
    for part in parts[1:]:
        if not isinstance(value, dict):
            return otherwise
        value = value.get(part, otherwise)
    return value
