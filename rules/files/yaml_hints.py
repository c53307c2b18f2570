"""YAML's own complaints in words that help whoever wrote the line."""

import re

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from rules.files.positions import Place

QUOTE_TEMPLATE = 'a text with {{ … }} must be quoted: "{{ app.name }} …"'
QUOTE_STAR = 'a text that begins with * must be quoted: {glob: "*-x"}'
QUOTE_BANG = 'a text that begins with ! must be quoted: "!x"'
QUOTE_BRACKET = "a text that begins with [ or { must be quoted as a whole"
QUOTE_ODD = "a text that begins with |, >, - or ? must be quoted"
QUOTE_COLON = "a text with a colon and a space in it must be quoted"
COMMENT = "a # behind a space begins a comment: quote the whole text"
TYPOGRAPHIC = "these quotes mean nothing in YAML: write \" or ' instead"

INDENTATION = "the indentation does not fit the lines above"
GOES_ON = "the text goes on after a quoted piece: quote the whole of it, as in '\"a\" in b'"

_BRACKET = re.compile(r":\s+[\[{].*[\]}]\S")  # a value in brackets, and something behind it
_HINTS = (  # (a part of YAML's complaint, what to say instead)
    ("while scanning an alias", QUOTE_STAR),
    ("while parsing a tag", QUOTE_BANG),
    ("while scanning a tag", QUOTE_BANG),
    ("found character '\\t'", "lines are indented with spaces, not with tabs"),
    ("that cannot start any token", "a text that begins with %, @ or ` must be quoted"),
    ("mapping values are not allowed", QUOTE_COLON),
    ("while scanning a block scalar", QUOTE_ODD),
    ("mapping keys are not allowed", QUOTE_ODD),
    ("sequence entries are not allowed", QUOTE_ODD),
    ("expected <block end>", INDENTATION),
    ("unexpected end of stream", "a quote is opened here or above and never closed"),
    ("while parsing a flow", "a bracket { or [ is not closed, or a comma is missing"),
    ("could not find expected ':'", "a key without a colon and a space behind it, or a text that needs quotes"),
)


def is_cut_short(line: str, text: str) -> bool:
    """Whether a text that was written without quotes ends where a comment begins, in the middle of a quoted piece."""
    _, found, rest = line.partition(text)
    opened = text.count('"') % 2 or text.count("'") % 2
    return bool(found and opened and rest.lstrip().startswith("#"))


def must_be_quoted(word: str) -> str:
    """What to do about a text that begins with a character of YAML's own."""
    return f'a text that begins with {word[0]} must be quoted: "{word}"'


def explained(error: YAMLError, line: str) -> str:
    """What to do about `error`, which YAML found in `line`."""
    if isinstance(error, ReaderError):
        character = error.character if isinstance(error.character, int) else ord(error.character)
        return f"the character U+{character:04X} is not allowed in YAML"
    if "{{" in line:
        return QUOTE_TEMPLATE
    told = str(error)
    if isinstance(error, MarkedYAMLError):
        told = f"{error.context}: {error.problem}"
    if any(quote in line for quote in "“”„"):
        return TYPOGRAPHIC
    if "found '<scalar>'" in told:
        if '"' in line or "'" in line:
            return GOES_ON
        if _BRACKET.search(line):
            return QUOTE_BRACKET
    for part, hint in _HINTS:
        if part in told:
            return hint
    return f"not YAML: {' '.join(told.split())[:200]}"


def place_of(error: YAMLError, text: str) -> Place:
    """Where YAML stumbled."""
    if isinstance(error, ReaderError):
        before = text[: error.position]
        return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
