"""Where in a file a place inside one of its texts is: the text may be quoted or folded, or begin below its key."""

import re
from typing import Final

from rules.files.positions import Place
from rules.files.reading import Source

_WORD: Final = re.compile(r"\w+|\S")
_FILLED: Final = "${"  # what was put in there moved all that follows


def place_inside(source: Source, start: Place, text: str, inside: tuple[int, int]) -> Place:
    """The place of line and column `inside` of `text`, which begins at `start`.

    Words come in the file as often and in the same order as in the text, whatever stands between them: so the word
    there is looked for, as many of its kind before it as in the text. What cannot be found is at `start`.
    """
    word = _word_at(text, _offset(text, inside))
    if word is None or _FILLED in text:
        return start
    found = _nth(word[0], text[: word.start()].count(word[0]), source.text, _offset(source.text, start))
    beyond = max(0, _offset(text, inside) - word.start())
    return start if found is None else _place(source.text, found + min(beyond, len(word[0])))


def _word_at(text: str, offset: int) -> re.Match[str] | None:
    """The word at `offset`, or the last one before it."""
    last = None
    for word in _WORD.finditer(text):
        if word.start() > offset:
            break
        last = word
    return last


def _nth(word: str, before: int, text: str, start: int) -> int | None:
    found = text.find(word, start)
    for _ in range(before):
        if found < 0:
            break
        found = text.find(word, found + len(word))
    return None if found < 0 else found


def _offset(text: str, place: tuple[int, int]) -> int:
    line, column = place
    above = text.split("\n", line - 1)[: line - 1]
    return sum(len(each) + 1 for each in above) + column - 1


def _place(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
