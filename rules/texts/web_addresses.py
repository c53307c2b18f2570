"""Addresses of the web that a template is part of: what an event says stays in its place and cannot lead elsewhere.

In the path it is one segment, in the query one value, in the host a part of a host name. Only where a template begins
the address may it be a whole one. https://www.rfc-editor.org/rfc/rfc3986
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from rules.errors import TemplateError
from rules.texts.pieces import Piece

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?")
_WHOLE: Final = re.compile(r"https?://(?P<host>[^/?#:@\\\s]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?#][!-~]*)?", re.IGNORECASE)
_PARTS: Final = re.compile(r"[a-z]+://(?P<authority>[^/?#]*)(?P<path>[^?#]*)", re.IGNORECASE)
_IN_HOSTS: Final = re.compile(r"[A-Za-z0-9_.-]+")
_HIGHEST_PORT: Final = 65_535
_LONGEST: Final = 8_000  # characters: more is cut on the way, and would be another address
_HIDDEN: Final = "?…"  # where a template leaves a query out, see rules.texts.secrets


class _Made(NamedTuple):
    """As much of an address as there is: with what was printed, and with a letter for each such piece."""

    text: str = ""
    shape: str = ""


def address(pieces: Sequence[Piece]) -> str:
    """The address of these pieces: what is written stays as it is."""
    made = _Made()
    for piece in pieces:
        made = _and(made, piece)
    _check(made)
    return made.text


def path(pieces: Sequence[Piece]) -> str:
    """The same of a path by itself, perhaps with a query."""
    base = "https://host"
    return address([Piece(base, printed=False), *pieces]).removeprefix(base)


def _and(made: _Made, piece: Piece) -> _Made:
    so_far = _PARTS.match(made.text)
    if not piece.printed:
        text = shape = piece.text
    elif so_far is None:
        text = shape = _whole(piece.text, made.text)
    else:
        text, shape = _fitting(piece.text, so_far), "x"
    return _Made(made.text + text, made.shape + shape)


def _fitting(text: str, before: re.Match[str]) -> str:
    """What was printed, as it may stand behind `before`."""
    if before.end("authority") < len(before.string):
        return quote(text.encode(errors="replace"), safe="")
    host = before["authority"].rpartition("@")[2]
    return _port(text) if ":" in host else _part_of_a_host(text)


def _whole(text: str, before: str) -> str:
    if text.endswith(_HIDDEN):
        raise TemplateError("a template does not print the query of an address, as it may be a key")
    found = _WHOLE.fullmatch(text)
    if before.strip() or found is None or not _HOST.fullmatch(found["host"]) or int(found["port"] or 0) > _HIGHEST_PORT:
        raise TemplateError("a template comes to no address like https://acme.example/path")
    return text


def _part_of_a_host(text: str) -> str:
    if not _IN_HOSTS.fullmatch(text):
        raise TemplateError("a template comes to what cannot be in a host name")
    return text


def _port(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= _HIGHEST_PORT):
        raise TemplateError("a template comes to what is no port")
    return text


def _check(made: _Made) -> None:
    """What only shows when all stands together."""
    if len(made.text) > _LONGEST:
        raise TemplateError("a template makes the address too long")
    text, shape = _PARTS.match(made.text), _PARTS.match(made.shape)
    if text is None or shape is None:
        return
    host = text["authority"].rpartition("@")[2].partition(":")[0]
    if text["authority"] != shape["authority"] and not _HOST.fullmatch(host):
        raise TemplateError("a template comes to what is no host name")
    if text["path"].split("/").count("") > shape["path"].split("/").count(""):
        raise TemplateError("a template comes to nothing, where a part of the path should be")
    if _dots(text["path"]) > _dots(shape["path"]):
        raise TemplateError("a template comes to . or .., which in a path leads elsewhere")


def _dots(path: str) -> int:
    """How many segments mean another place in the path."""
    return sum(unquote(segment).partition(";")[0] in {".", ".."} for segment in path.split("/"))
