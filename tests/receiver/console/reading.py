"""A page as a person reads it."""

import re
from html import unescape

_HIDDEN = re.compile(r"<(head|header)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def words(page: str) -> str:
    """Its text without its head, on one line."""
    return " ".join(unescape(_TAG.sub(" ", _HIDDEN.sub(" ", page))).split())


def part(page: str, beginning: str, end: str) -> str:
    """What of the text stands between these two."""
    told = words(page)
    assert beginning in told, (beginning, told)
    return told.partition(beginning)[2].partition(end)[0]
