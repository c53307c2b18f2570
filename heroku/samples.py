"""Example deliveries in the shapes that really arrive, one file per case in the folder `samples` beside this one.

They tell one story of the app `acme-web`: v41 runs well, v42 is deployed, its web dynos crash, v43 takes it
back. All ids and people are invented.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_DNS, uuid5

from heroku.events import AppRef
from heroku.times import parse

_FOLDER = Path(__file__).parent / "samples"

ABSENT: Final = object()
"""As an override: take the field out."""


@cache
def names() -> tuple[str, ...]:
    """The names of all samples, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def sample(
    name: str,
    *,
    id: str | None = None,
    app: str | AppRef | None = None,
    at: datetime | None = None,
    **overrides: Any,
) -> dict[str, Any]:
    """A fresh copy of a sample, changed as asked.

    `id` becomes the event's id, in both places. `app` renames the app wherever it stands; a name alone comes
    with an id made from it, always the same. `at` moves every time so that the event was created then, each in
    its own spelling and to that spelling's precision. Overrides are dotted paths, as in
    `sample("dyno_crashed", **{"data.exit_status": 137})`; they come last, make what is missing on their way,
    and take a field out with `ABSENT`.
    """
    return changed(json.loads(_text(name)), id=id, app=app, at=at, **overrides)


def changed(
    doc: dict[str, Any],
    *,
    id: str | None = None,
    app: str | AppRef | None = None,
    at: datetime | None = None,
    **overrides: Any,
) -> dict[str, Any]:
    """A delivery of one's own, changed as `sample` changes its samples. What it lacks is added."""
    if id is not None:
        doc["id"] = id
        if isinstance(_at(doc, "webhook_metadata.event"), dict):
            doc["webhook_metadata"]["event"]["id"] = id
    if app is not None:
        doc = _with_app(doc, app)
    if at is not None:
        doc = _moved_to(doc, at)
    return overridden(doc, overrides)


def overridden(doc: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The delivery itself, with other values at these dotted paths."""
    for path, value in overrides.items():
        _override(doc, path.split("."), value)
    return doc


def encode(doc: dict[str, Any]) -> bytes:
    """The bytes of a body as they would be sent and signed."""
    return json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _text(name: str) -> str:
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise LookupError(f"there is no sample {name!r}{hint}")
    return (_FOLDER / f"{name}.json").read_text(encoding="utf-8")


def _with_app(doc: dict[str, Any], app: str | AppRef) -> dict[str, Any]:
    new = app if isinstance(app, AppRef) else AppRef(str(uuid5(NAMESPACE_DNS, app)), app)
    prefix = "data" if doc.get("resource") == "app" else "data.app"
    there = {key: _at(doc, f"{prefix}.{key}") for key in ("id", "name")}
    was = {key: value if isinstance(value, str) else None for key, value in there.items()}
    swapped = {was[key]: value for key, value in (("id", new.id), ("name", new.name)) if was[key]}
    renamed: dict[str, Any] = _each_text(doc, lambda text: swapped.get(text) or text)
    for key, value in (("id", new.id), ("name", new.name)):
        if not was[key] and value:
            _override(renamed, f"{prefix}.{key}".split("."), value)
    return renamed


def _at(doc: dict[str, Any], path: str) -> Any:
    value: Any = doc
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _moved_to(doc: dict[str, Any], at: datetime) -> dict[str, Any]:
    created_at = parse(doc.get("created_at"))
    if created_at is None:
        return {**doc, "created_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z")}
    shift = at.astimezone(UTC) - created_at
    moved: dict[str, Any] = _each_text(doc, lambda text: _shifted(text, shift))
    return moved


def _shifted(text: str, shift: timedelta) -> str:
    time = parse(text)
    if time is None:
        return text
    precision = "microseconds" if "." in text else "seconds"
    try:
        spelt = (time + shift).isoformat(timespec=precision)
    except OverflowError:  # one that stands for never
        return text
    return spelt.replace("+00:00", "Z") if text.endswith("Z") else spelt


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case dict():
            return {key: _each_text(inner, change) for key, inner in value.items()}
        case list():
            return [_each_text(inner, change) for inner in value]
    return value


def _override(doc: dict[str, Any], path: list[str], value: Any) -> None:
    *parents, last = path
    for key in parents:
        if not isinstance(doc.get(key), dict):
            doc[key] = {}
        doc = doc[key]
    if value is ABSENT:
        doc.pop(last, None)
    else:
        doc[last] = value
