"""Marks around what comes from outside, in texts that a model reads: so that it can tell data from instructions."""

from typing import Final

OPEN: Final = "⟦"
CLOSE: Final = "⟧"
_NONE: Final = str.maketrans("", "", OPEN + CLOSE)


def as_data(text: str) -> str:
    """The text between the marks, which it cannot hold itself: nothing in it can end them early."""
    return OPEN + text.translate(_NONE) + CLOSE
