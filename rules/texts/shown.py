"""How a value of an event or a rule looks in a sentence: short, on one line, and never a secret link."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from rules.paths import MISSING

LONGEST: Final = 60  # characters
LINK: Final = "a link"  # Heroku's links are often pre-signed: whoever reads one may use it
_LINK = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
_PLAIN = re.compile(r"(?!(?:true|false|null|missing)$)[^\W\d][\w@.:/*?+ -]*(?<! )")


def shown(value: Any) -> str:
    """A value in a few characters; texts that could be taken for something else are in quotes."""
    if value is MISSING:
        return "missing"
    if isinstance(value, str):
        return _text(value)
    return _cut(json.dumps(_sample(value), ensure_ascii=False, default=str))


def _text(value: str) -> str:
    if _LINK.search(value):
        return LINK
    short = _cut(value)
    return short if _PLAIN.fullmatch(short) else json.dumps(short, ensure_ascii=False)


def _sample(value: Any, depth: int = 0) -> Any:
    """As much of a value as can be shown, so that a large or deep one costs nothing."""
    if depth > 3 and isinstance(value, (list, dict)):
        return "…"
    if isinstance(value, str):
        return LINK if _LINK.search(value) else _cut(value)
    if isinstance(value, list):
        return [_sample(item, depth + 1) for item in value[:8]]
    if isinstance(value, dict):
        return {_cut(str(key)): _sample(value[key], depth + 1) for key in list(value)[:8]}
    return value


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
