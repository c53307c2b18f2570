"""What an expression holds fields against: `data.status == "failed"`, `data.type in ["web", "worker"]`."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from rules.texts.expression_syntax import Token, field_path, tokens

_TEXT: Final = re.compile(r"""(["'])([^\\"']*)\1""")
_WORDS: Final = {"true": True, "false": False}
_NOTHING: Final = Token("", "", 0)


class Compared(NamedTuple):
    """A path, a plain value that it is compared with, and where that begins in the expression."""

    path: str
    value: Any
    start: int


def compared(text: str) -> Iterator[Compared]:
    """Every comparison of a field with a plain value by ==, != or in."""
    pieces = list(tokens(text))
    for index in range(len(pieces)):
        path, end = _path(pieces, index)
        if not path:
            continue
        for token in (*_behind(pieces, end), *_before(pieces, index)):
            value = _value(token)
            if value is not None:
                yield Compared(path, value, token.start)


def _path(pieces: Sequence[Token], index: int) -> tuple[str, int]:
    """The path that begins here, and what comes after it; no path inside another one."""
    if pieces[index].kind != "name" or _at(pieces, index - 1).text == ".":
        return "", index
    parts = [pieces[index].text]
    while _at(pieces, index + 1).text == "." and _at(pieces, index + 2).kind == "name":
        index += 2
        parts.append(pieces[index].text)
    return field_path(tuple(parts)) if len(parts) > 1 else "", index + 1


def _behind(pieces: Sequence[Token], end: int) -> Iterator[Token]:
    operator = _at(pieces, end).text + _at(pieces, end + 1).text
    if operator in {"==", "!="}:
        yield _at(pieces, end + 2)
    elif operator == "in[":
        for token in pieces[end + 2 :]:
            if token.text == "]":
                return
            yield token


def _before(pieces: Sequence[Token], index: int) -> Iterator[Token]:
    if _at(pieces, index - 2).text + _at(pieces, index - 1).text in {"==", "!="}:
        yield _at(pieces, index - 3)


def _value(token: Token) -> Any:
    """The value that is written out; None for anything else."""
    if token.kind == "text":
        found = _TEXT.fullmatch(token.text)
        return found[2] if found else None
    if token.kind == "number" and token.text.isdigit():
        return int(token.text)
    return _WORDS.get(token.text)


def _at(pieces: Sequence[Token], index: int) -> Token:
    return pieces[index] if 0 <= index < len(pieces) else _NOTHING
