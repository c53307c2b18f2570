"""Where in a file a place inside one of its texts is: the text may be quoted, or begin a line below its key."""

from rules.positions import Place
from rules.reading import Source

LINES_BELOW = 3  # a block text begins on a line below its mark


def place_inside(source: Source, start: Place, text: str, inside: tuple[int, int]) -> Place:
    """The place of line and column `inside` of `text`, which begins at `start`; `start` itself if the file spells the
    text in another way, with escapes or folded lines."""
    line, column = inside
    lines = text.split("\n")
    wanted = lines[line - 1].strip() if line <= len(lines) else ""
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip()) if wanted else 0
    for number in range(start.line + line - 1, start.line + line + LINES_BELOW) if wanted else ():
        found = source.line(number).find(wanted, start.column - 1 if number == start.line else 0)
        if found >= 0:
            return Place(number, found + column - indent)
    return start
