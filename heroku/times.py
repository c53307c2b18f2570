"""Heroku's times: three spellings of the same thing, read into aware UTC."""

import re
from datetime import UTC, datetime

# 2025-05-17T11:37:58.404020Z, 2025-05-17T11:37:37+00:00 and 2023-08-03T14:19:07Z
_SPELLING = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def parse(text: object) -> datetime | None:
    """The time that `text` spells; None for anything else, whatever its type. Never raises."""
    if type(text) is not str or not _SPELLING.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # a 31st of February; a year 1 or 9999 that its offset pushes over
        return None
