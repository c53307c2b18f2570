"""A rendered text in its pieces: what stands in the rule, and what a template printed there.

What an event says may be a part of an address, a command or a prompt: how the two are joined is the parameter's own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from rules.errors import TemplateError


class Piece(NamedTuple):
    """Some of a text. `printed`: by a template, so that it may be anything that an event says."""

    text: str
    printed: bool


Join = Callable[[Sequence[Piece]], str]
"""Makes the text of its pieces; raises TemplateError where what was printed cannot stand."""


def something(pieces: Sequence[Piece]) -> str:
    """The text of these pieces; where it changes something, a gap is hardly meant. Raises TemplateError."""
    text = "".join(piece.text for piece in pieces)
    if not text:
        instead = '{{ … | default("none") }}'
        raise TemplateError(f"a template comes to nothing; if that may be, say what instead: {instead}")
    return text


MOST_PRINTED: Final = 100_000  # characters, of all that one text prints
_OPEN: Final = "\x02"
_CLOSE: Final = "\x03"
_NONE: Final = str.maketrans("", "", _OPEN + _CLOSE)
_PRINTED: Final = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*)(?:{_CLOSE}|$)")


class Fence:
    """A mark for one rendering of a template: what is printed can be told apart afterwards. Of endless data only the
    beginning is printed, so that what is written behind it is there too."""

    def __init__(self) -> None:
        self._left = MOST_PRINTED

    def __call__(self, text: str) -> str:
        shown = text.translate(_NONE)[: self._left]
        self._left -= len(shown)
        return _OPEN + shown + _CLOSE


def pieces_of(text: str) -> tuple[Piece, ...]:
    """The pieces of a text in which what was printed is fenced."""
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    done = 0
    for found in _PRINTED.finditer(text):
        if found.start() > done:
            yield Piece(text[done : found.start()], printed=False)
        yield Piece(found[1], printed=True)
        done = found.end()
    if done < len(text):
        yield Piece(text[done:], printed=False)
