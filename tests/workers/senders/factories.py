"""Notes and messages for the tests of senders."""

from typing import Any

from workers.notes import Message, Note

CONSOLE = "https://my-dynohook.example.com/console"
PAGE = f"{CONSOLE}/runs/e1%3Atell"
FACTS = {"rule": "tell", "app": "acme-shop", "event": "e1", "run": "e1:tell", "dedup_key": "e1:tell:step:0"}


def note(text: str = "acme-shop crashed", *, key: str = "e1:tell:step:0", **more: Any) -> Note:
    return Note.of(text, facts={**FACTS, "dedup_key": key}, **more)


def about(**facts: str) -> Note:
    """A note of another run, event, app or rule."""
    return Note.of("acme-shop crashed", facts={**FACTS, **facts})


def message(*notes: Note, count: int | None = None, console: str = "") -> Message:
    told = notes or (note(),)
    key = told[0].key if len(told) == 1 else "tell:ops:1:1"
    return Message("ops", key, told, len(told) if count is None else count, console)
