"""What an expression may say beyond what CEL allows it, and which values it looks at: read off its tokens.

CEL always ends, but what it does before it ends can be bought cheaply: texts joined in a loop, patterns that blow up.
So loops do not nest, and nothing in them grows or searches by pattern.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Final, NamedTuple

from rules.errors import ExpressionError
from rules.paths import fault_of_path
from rules.suggesting import closest, listed

LOOPS: Final = ("all", "exists", "exists_one", "filter")
MATCHES: Final = "matches"
# fmt: off
FUNCTIONS: Final = (
    "has", "size", "contains", "startsWith", "endsWith", MATCHES, "int", "uint", "double", "string", "bool", "dyn",
    "type", "timestamp", "duration", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek",
    "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds",
)
WORDS: Final = frozenset((
    "true", "false", "null", "in", "int", "uint", "double", "string", "bool", "list", "map", "type",
))
# fmt: on
MEANT: Final = {"and": "&&", "or": "||", "not": "!", "is": "=="}  # what people write, and what it is called here
MAX_LOOPS: Final = 5
MAX_CALLS: Final = 10  # in loops
MAX_PATTERNS: Final = 3
MAX_PATTERN: Final = 200  # characters
MAX_REPEATS: Final = 100  # the numbers in {…} of a pattern multiplied: what they repeat is unrolled

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')
             |[bB]?[rR]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*|`[^`\n]*`)
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[uU]?|0x[0-9a-fA-F]+)
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_REPEATS: Final = re.compile(r"\{(\d{1,9}),?(\d{0,9})\}")
_UNICODE_CLASS: Final = re.compile(r"\\[pP]")
_PLAIN: Final = re.compile(r"""[rR]?(["'])([^\\"']*)\1""")
_NOTHING: Final = ("", "", 0)


class Token(NamedTuple):
    """A piece of an expression, and where it begins."""

    kind: str
    text: str
    start: int


class Looks(NamedTuple):
    """What an expression looks at: paths, each from a name that it is given, taken apart; and with which patterns."""

    paths: tuple[tuple[str, ...], ...]
    patterns: tuple[Token, ...]

    @property
    def steps(self) -> frozenset[str]:
        """The steps whose outcome it asks for."""
        return frozenset(path[1] for path in self.paths if path[0] == "steps" and len(path) > 1)


def field_path(path: tuple[str, ...]) -> str:
    """The path into the event's fields that is meant; empty if it leads elsewhere, or to all of them."""
    fields = path[1:] if path[0] == "event" else path
    return ".".join(fields) if fields and fields[0] not in ("release", "steps") else ""


def place_of(text: str, start: int) -> tuple[int, int]:
    """Line and column, counted from 1."""
    before = text[:start]
    return before.count("\n") + 1, start - before.rfind("\n")


def check(text: str, names: Sequence[str]) -> Looks:
    """What `text` looks at of `names`; raises ExpressionError if it says what is not allowed."""
    return _Check(text, names).looks()


def tokens(text: str) -> Iterator[Token]:
    """The pieces of `text`; what CEL would not take for one comes as single characters."""
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "space":
            yield Token(found.lastgroup or "", found[0], found.start())


@dataclass(slots=True)
class _Check:
    text: str
    names: Sequence[str]
    _tokens: list[Token] = field(default_factory=list)
    _open: list[str | None] = field(default_factory=list)  # for each bracket: the variable of its loop
    _loops: int = 0
    _calls: int = 0  # in loops
    _patterns: list[Token] = field(default_factory=list)

    def looks(self) -> Looks:
        self._tokens = list(tokens(self.text))
        paths: dict[tuple[str, ...], None] = {}
        for index, (kind, text, _) in enumerate(self._tokens):
            if kind == "name" and self._is_mark(index + 1, "("):
                self._call(index)
            elif kind == "name" and self._is_mark(index + 1, "{"):
                raise self._bad(index, f"{text}{{…}} is not allowed: nothing is built in an expression")
            elif kind == "name" and self._is_root(index):
                paths[self._known(index, self._path(index))] = None
            elif kind == "mark":
                self._mark(index)
        return Looks(_shortest(paths), tuple(self._patterns))

    def _call(self, index: int) -> None:
        name, is_method = self._tokens[index].text, self._is_mark(index - 1, ".")
        if is_method and name in LOOPS:
            self._loop(index)
        elif name not in FUNCTIONS:
            message = f"{name} is not a function here; there are {listed((*FUNCTIONS, *LOOPS))}"
            raise self._bad(index, message, closest(name, (*FUNCTIONS, *LOOPS)))
        elif name == MATCHES:
            self._matches(index, is_method=is_method)
        elif any(self._open):
            self._calls += 1
            if self._calls > MAX_CALLS:
                raise self._bad(index, f"there are more than {MAX_CALLS} calls in loops")

    def _loop(self, index: int) -> None:
        self._loops += 1
        if any(self._open):
            raise self._bad(index, "a loop in a loop is not allowed")
        if self._loops > MAX_LOOPS:
            raise self._bad(index, f"there are more than {MAX_LOOPS} loops")

    def _matches(self, index: int, *, is_method: bool) -> None:
        pattern = self._at(index + 2)
        self._patterns.append(pattern)
        if not is_method or pattern.kind != "text" or not self._is_mark(index + 3, ")"):
            raise self._bad(index, "a pattern must be written out, as in data.name.matches('^web')")
        if any(self._open):
            raise self._bad(index, "a pattern in a loop is not allowed: use contains, startsWith or endsWith")
        if len(self._patterns) > MAX_PATTERNS or len(pattern.text) > MAX_PATTERN:
            raise self._bad(index, f"at most {MAX_PATTERNS} patterns of at most {MAX_PATTERN} characters are allowed")
        if _UNICODE_CLASS.search(pattern.text):
            raise self._bad(index + 2, "classes like \\pL are not allowed in a pattern")
        if prod(max(1, int(most or least)) for least, most in _REPEATS.findall(pattern.text)) > MAX_REPEATS:
            raise self._bad(index + 2, f"the repeats of a pattern may multiply to {MAX_REPEATS} at most")

    def _mark(self, index: int) -> None:
        mark = self._tokens[index].text
        if mark in "'\"`":
            raise self._bad(index, "a quote is opened here and never closed")
        if mark in "([{":
            is_loop = self._is_mark(index - 2, ".") and self._at(index - 1).text in LOOPS
            self._open.append(self._at(index + 1).text if is_loop else None)
        elif mark in ")]}" and self._open:
            self._open.pop()
        elif mark == "+" and any(self._open):
            raise self._bad(index, "+ is not allowed in a loop: there it could join texts without end")

    def _is_root(self, index: int) -> bool:
        """Whether this is a name that the expression is given; raises ExpressionError if nobody knows it."""
        text = self._tokens[index].text
        if text in self._open or text in WORDS or self._is_mark(index - 1, "."):
            return False
        if text not in self.names:
            message = f"{text} is not known here; there are {listed(self.names)}"
            raise self._bad(index, message, MEANT.get(text.lower()) or closest(text, self.names) or f"data.{text}")
        return True

    def _path(self, index: int) -> tuple[str, ...]:
        """The fields that are reached from the name at `index`, as far as they are written out."""
        parts = [self._tokens[index].text]
        while True:
            first, second, third = (self._at(index + step) for step in (1, 2, 3))
            if first.text == "." and second.kind == "name" and third.text not in ("(", "{"):
                parts.append(second.text.strip("`"))
                index += 2
            elif first.text == "[" and third.text == "]" and (plain := _PLAIN.fullmatch(second.text)):
                parts.append(plain[2])
                index += 3
            else:
                return tuple(parts)

    def _known(self, index: int, path: tuple[str, ...]) -> tuple[str, ...]:
        """That path, if it can lead somewhere; what lies inside data is nobody's to say here."""
        if dotted := field_path(path):
            fault = None if dotted.startswith("data") else fault_of_path(dotted)
            if fault:
                raise self._bad(index, f"{dotted} {fault.message}", fault.suggestion)
        return path

    def _at(self, index: int) -> Token:
        return self._tokens[index] if 0 <= index < len(self._tokens) else Token(*_NOTHING)

    def _is_mark(self, index: int, mark: str) -> bool:
        return self._at(index).text == mark

    def _bad(self, index: int, message: str, suggestion: str | None = None) -> ExpressionError:
        return ExpressionError(message, *place_of(self.text, self._at(index).start), suggestion)


def _shortest(paths: dict[tuple[str, ...], None]) -> tuple[tuple[str, ...], ...]:
    """Without those that lie inside another."""
    return tuple(path for path in paths if not any(path[:length] in paths for length in range(1, len(path))))
