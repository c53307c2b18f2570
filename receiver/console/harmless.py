"""Text of strangers as it may stand on a page: what would hide, turn around or break text is shown as what it is."""

import re
from typing import Any

from markupsafe import Markup

SHORT = 200  # characters of a name or a sentence

# Control characters except tab and line break, what turns the direction of text around, what cannot be written at all.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def harmless(value: Any) -> Any:
    """The same, of a text only what can be seen. Markup of our own templates stays as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _HARMFUL.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def short(text: str, most: int = SHORT) -> str:
    """The beginning of a text, and that it is one."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
