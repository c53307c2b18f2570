"""Durations as people write them: 30s, 10m, 2h, 1d, 1h30m."""

import re

LONGEST = 30 * 86_400.0  # seconds; what we remember has an end
_PARTS = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)
_SECONDS = (86_400, 3_600, 60, 1)
_NAMES = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
PATTERN = r"^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"


def seconds(text: object) -> float:
    """Seconds of a duration; raises ValueError with words for whoever wrote it."""
    if isinstance(text, int) and not isinstance(text, bool):
        raise ValueError(f"needs a unit: {text}s, {text}m, {text}h or {text}d")  # noqa: TRY004
    found = _PARTS.fullmatch(text) if isinstance(text, str) and text else None
    if found is None:
        raise ValueError("must be a duration like 30s, 10m, 2h or 1d")
    total = float(sum(int(part or 0) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True)))
    if not 0 < total <= LONGEST:
        raise ValueError("must be longer than nothing and at most 30d")
    return total


def in_words(duration: float) -> str:
    """A duration for a sentence, in its two largest units: 2 h 3 min."""
    left = max(0, round(duration))
    parts: list[str] = []
    for name, unit in _NAMES:
        count, left = divmod(left, unit)
        if count or (name == "s" and not parts):
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])
