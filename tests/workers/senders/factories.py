"""Notes and messages for the tests of senders."""

from typing import Any

from workers.notes import Message, Note

FACTS = {"rule": "tell", "app": "acme-shop", "event": "e1", "run": "e1:tell", "dedup_key": "e1:tell:step:0"}


def note(text: str = "acme-shop crashed", *, key: str = "e1:tell:step:0", **more: Any) -> Note:
    return Note.of(text, facts={**FACTS, "dedup_key": key}, **more)


def message(*notes: Note, count: int | None = None) -> Message:
    told = notes or (note(),)
    key = told[0].key if len(told) == 1 else "tell:ops:1:1"
    return Message("ops", key, told, len(told) if count is None else count)
