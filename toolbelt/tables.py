"""A table in lines.

What a person copies, ids and names, always stands whole. Only the last column, which is for reading, is broken where
the terminal is narrow.
"""

import textwrap
from collections.abc import Iterator, Sequence

from toolbelt.printable import printable

GAP = "  "
INDENT = "   "
LEAST = 24  # columns for the last one; where it would have less it stands on lines of its own


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None) -> Iterator[str]:
    """The head and the rows, for a terminal of this width; without one each row is one line, for programs."""
    found = [[" ".join(printable(cell).split()) for cell in row] for row in (head, *rows)]
    widest = [_wide(column, width) for column in list(zip(*found, strict=True))[:-1]]
    start = sum(wide + len(GAP) for wide in widest)
    for *cells, last in found:
        begin = "".join(f"{cell:<{wide}}{GAP}" for cell, wide in zip(cells, widest, strict=True))
        if width is None or len(begin) + len(last) <= width:
            yield (begin + last).rstrip()
        elif len(begin) == start and width - start >= LEAST:
            yield from _broken(last, width, begin=begin, then=" " * start)
        else:
            yield begin.rstrip()
            yield from _broken(last, width, begin=INDENT, then=INDENT)


def _wide(cells: Sequence[str], width: int | None) -> int:
    """As wide as its widest cell; in a terminal one that takes more than half of it sticks out, and moves no other."""
    usual = [len(cell) for cell in cells if width is None or len(cell) <= width // 2]
    return max(usual, default=0)


def _broken(text: str, width: int, *, begin: str, then: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=begin, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
