"""What can be wrong with rules, and how it is told.

RuleErrors            the files do not load; carries every Problem of every file, for the person who wrote them
TemplateError         a text with {{ … }} is not allowed, or could not be rendered
ExpressionError       an expression is not allowed; says where in it

A Fault says what is wrong with a value and where inside it; a Problem is a fault that knows its file and line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from heroku.redacting import redacted

Severity = Literal["error", "warning"]  # an error stops a worker from starting, a warning does not

EXCERPT_WIDTH = 100  # characters of a source line that are shown


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at `path`, which leads through mappings (names) and lists (positions)."""

    path: tuple[str | int, ...]
    message: str
    suggestion: str | None = None
    at_key: bool = False  # the key itself is wrong, not its value
    secret: bool = False  # the source line may hold a secret: do not show it
    severity: Severity = "error"
    inside: tuple[int, int] | None = None  # line and column in the text that stands at `path`

    def under(self, *prefix: str | int) -> "Fault":
        """The same fault, seen from further out."""
        return replace(self, path=(*prefix, *self.path))

    @property
    def told(self) -> str:
        """What is wrong, and what was probably meant."""
        return f"{self.message} (did you mean {self.suggestion}?)" if self.suggestion else self.message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to repair; `line` and `column` count from 1, `source_line` is empty where it must not be shown.

    Nothing in it is shaped like a secret, whatever stands in the file.
    """

    file: str
    line: int
    column: int
    key: str
    message: str
    suggestion: str | None = None
    source_line: str = ""
    severity: Severity = "error"

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", redacted(_printable(self.key)))
        object.__setattr__(self, "message", redacted(self.message))
        object.__setattr__(self, "suggestion", redacted(self.suggestion) if self.suggestion else None)

    def __str__(self) -> str:
        mild = "" if self.severity == "error" else f"{self.severity}: "
        headline = f"{self.file}:{self.line}:{self.column}: {mild}{self.told}"
        return f"{headline}\n{self._excerpt()}" if self.source_line.strip() else headline

    @property
    def told(self) -> str:
        """What is wrong with which key, and what was probably meant; without the place."""
        key = f"{self.key}: " if self.key else ""
        hint = f" (did you mean {self.suggestion}?)" if self.suggestion else ""
        return f"{key}{self.message}{hint}"

    def _excerpt(self) -> str:
        start = max(0, self.column - 1 - EXCERPT_WIDTH // 2)
        line = self.source_line[start : start + EXCERPT_WIDTH].rstrip()
        shown = _printable(line)
        return f"    {shown}\n    {' ' * (self.column - 1 - start)}^"


class RuleErrors(Exception):
    """The rule files do not load. Repair each of `problems` and load again."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TemplateError(Exception):
    """A template is not allowed or could not be rendered; the message says why and holds no event's content."""


class ExpressionError(Exception):
    """An expression is not allowed; `line` and `column` lead into it and count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.suggestion = suggestion


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def dotted(path: Iterable[str | int]) -> str:
    """A path as people write it: rules[0].match.data.state."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
