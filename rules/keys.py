"""What a rule counts by: the value at its `each`, or the app, as a short text."""

import hashlib
import json
from typing import Any, Final

from heroku.events import Event
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


def short(value: Any) -> str:
    """A value as a part of a key: as it is, or its hash if that would be long."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
    if len(text) <= LONGEST:
        return text
    return "#" + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).hexdigest()
