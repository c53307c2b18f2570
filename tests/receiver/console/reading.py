"""A page as a person reads it."""

import re
from html import unescape

_HIDDEN = re.compile(r"<(head|header)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def words(page: str) -> str:
    """Its text without its head, on one line."""
    return " ".join(unescape(_TAG.sub(" ", _HIDDEN.sub(" ", page))).split())


def part(page: str, beginning: str, end: str) -> str:
    """What of the text stands between these two, which both must be there."""
    told = words(page)
    found = re.search(f"{re.escape(beginning)}(.*?){re.escape(end)}", told)
    assert found, (beginning, end, told)
    return found[1]
