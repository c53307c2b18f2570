"""What a rule counts by: the value at its `each`, or the values, or the app, as a short text."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from heroku.events import Event
from rules.paths import getter
from rules.rulebook import Rule

LONGEST: Final = 100  # characters; longer ones are hashed, as keys stand in Redis many times over
HASH_BYTES: Final = 16


def key_of(rule: Rule, event: Event) -> str | None:
    """The key of `event` for `rule`; None if the event has nothing there, or an empty text."""
    if rule.key_of is not None:
        value = rule.key_of(event.fields)
    else:
        value = (event.app.id or event.app.name) if event.app else None
    return None if value is None or value == "" else short(value)


def key_at(paths: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """A function from an event's fields to the value at the one path, or to the values at all; None if one lacks."""
    getters = [getter(path) for path in paths]
    return getters[0] if len(getters) == 1 else lambda fields: _whole([get(fields) for get in getters])


def _whole(values: list[Any]) -> list[Any] | None:
    return None if any(value is None or value == "" for value in values) else values


def short(value: Any) -> str:
    """A value as a part of a key: as it is, or its hash if that would be long."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
    if len(text) <= LONGEST:
        return text
    return "#" + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).hexdigest()
