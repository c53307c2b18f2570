"""What somebody probably meant: the known word nearest to the one written."""

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_WORD = 60  # characters; nobody misspells more than that into one of our names


def closest(word: object, known: Iterable[str]) -> str | None:
    """The nearest of `known`, or None if nothing is near."""
    if not isinstance(word, str) or len(word) > LONGEST_WORD:
        return None
    near = get_close_matches(word.lower().replace("-", "_"), sorted(known), n=1, cutoff=0.6)
    near = near or get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def listed(names: Iterable[str]) -> str:
    """Names for a sentence: a, b, c."""
    return ", ".join(names)
