"""Text of strangers as it may stand on a page: without secrets, and what would hide or turn text around is shown."""

import re
from typing import Any

from markupsafe import Markup

from core.links import CONSOLE
from heroku.redacting import redacted

SHORT = 200  # characters of a name or a sentence

# Control characters except tab and line break, what turns the direction of text around, what cannot be written at all.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_OUR_LINK = re.compile(rf"{CONSOLE}[\w./?&=%+~-]*", re.ASCII)  # which is no text, and whose query is no stranger's


def harmless(value: Any) -> Any:
    """The same, of a text only what can be seen and is no secret: whatever was kept, this is the last door.

    Markup of our own templates stays as it is, and so do links from page to page.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    shown = value if _OUR_LINK.fullmatch(value) else redacted(value)
    return _HARMFUL.sub("\N{REPLACEMENT CHARACTER}", shown)


def short(text: str, most: int = SHORT) -> str:
    """The beginning of a text, and that it is one."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
