"""Marks around what comes from outside, in texts that a model reads: so that it can tell data from instructions."""

from collections.abc import Sequence
from typing import Final

from heroku.redacting import without_secrets
from rules.texts.pieces import Piece

OPEN: Final = "⟦"
CLOSE: Final = "⟧"
_NONE: Final = str.maketrans("", "", OPEN + CLOSE)


def as_data(text: str) -> str:
    """The text between the marks, which it cannot hold itself: nothing in it can end them early.

    What looks like a secret is left out here, as it could take a mark along if it were left out afterwards.
    """
    return OPEN + without_secrets(text).translate(_NONE) + CLOSE


def marked(pieces: Sequence[Piece]) -> str:
    """A text in which all that a template printed is marked."""
    return "".join(as_data(piece.text) if piece.printed and piece.text else piece.text for piece in pieces)
