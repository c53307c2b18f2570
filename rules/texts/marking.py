"""Marks around what comes from outside, in texts that a model reads: so that it can tell data from instructions."""

from collections.abc import Sequence
from typing import Final

from heroku.redacting import without_secrets
from rules.texts.pieces import Piece
from rules.texts.templates import MAX_OUTPUT

OPEN: Final = "⟦"
CLOSE: Final = "⟧"
_NONE: Final = str.maketrans("", "", OPEN + CLOSE)
_MARKS: Final = len(OPEN + CLOSE)


def as_data(text: str) -> str:
    """The text between the marks, which it cannot hold itself: nothing in it can end them early.

    What looks like a secret is left out here, as it could take a mark along if it were left out afterwards.
    """
    return OPEN + _harmless(text) + CLOSE


def marked(pieces: Sequence[Piece]) -> str:
    """A text in which all that a template printed is marked, and no longer than such a text may be.

    What was printed gives way, the longest first: however much an event says, it displaces no word of the rule.
    """
    texts = [_harmless(piece.text) if piece.printed else piece.text for piece in pieces]
    printed = [len(text) + _MARKS for text, piece in zip(texts, pieces, strict=True) if piece.printed and text]
    most = _most(printed, MAX_OUTPUT - sum(len(piece.text) for piece in pieces if not piece.printed)) - _MARKS
    return "".join(
        OPEN + _cut(text, most) + CLOSE if piece.printed and text else text
        for text, piece in zip(texts, pieces, strict=True)
    )


def _harmless(text: str) -> str:
    return without_secrets(text.translate(_NONE))


def _most(lengths: Sequence[int], room: int) -> int:
    """How long each may be, so that all fit."""
    for done, length in enumerate(sorted(lengths)):
        left = len(lengths) - done
        if length * left > room:
            return max(room // left, _MARKS)
        room -= length
    return max(lengths, default=_MARKS)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 0)] + "…"
