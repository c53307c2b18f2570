"""Expressions (CEL), the one place that knows the library: compiled and checked once, and held against many events.

Only true counts. What goes wrong while one is asked (a field that is missing, values that cannot be compared, too many
turns) is an answer of its own: it did not hold, and why. A compiled expression keeps nothing between two answers; the
library holds Python's lock while it answers, so any number of threads may ask at once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cel_expr_python import cel  # type: ignore[import-untyped]

from rules.errors import ExpressionError
from rules.texts.expression_syntax import Looks, check, place_of
from rules.texts.expression_values import MAPPINGS, STEPS, TEXTS, at, given
from rules.texts.shown import shown
from rules.values import MAX_EXPRESSION

__all__ = ["EVENT_NAMES", "STEP_NAMES", "Expression", "ExpressionError", "Held", "compile_expression"]

EVENT_NAMES: Final = (*MAPPINGS, *TEXTS)  # what may be asked of an event
STEP_NAMES: Final = (*EVENT_NAMES, STEPS)  # what a step's `if` may ask
MAX_SHOWN: Final = 8  # values
_TYPES: Final = {
    **dict.fromkeys(TEXTS, "string"),
    **dict.fromkeys(MAPPINGS, "map<string, dyn>"),
    **dict.fromkeys(("app", "actor"), "map<string, string>"),
    STEPS: "map<string, map<string, dyn>>",
}
_PLACE: Final = re.compile(r"<input>:(-?\d+):(-?\d+): (?:Syntax error: )?(.*)")
_VERSION: Final = re.compile(r"(?<![\w.])version\b")  # the event's own, a text, where mostly a release's is meant
_STATUS: Final = re.compile(r"^[A-Z_]+: ")
_PHRASES: Final = (  # (what the library says, what we say)
    (re.compile(r"undeclared reference to '([^']*)'.*"), r"\1 is not known here"),
    (re.compile(r".*'<EOF>'.*"), "something is missing at the end"),
    (re.compile(r".*(?:recursion|nested).*", re.IGNORECASE), "is nested too deeply"),
    (re.compile(r"token recognition error at: '=.*"), "cannot be read from here on: equal is written =="),
    (re.compile(r"(?:token recognition error|.*input|.*at):? '.*"), "cannot be read from here on"),
    (re.compile(r"found no matching overload for '_?(.*?)_?' applied to '\((.*)\)'.*"), r"\1 cannot take \2"),
    (re.compile(r"[Nn]o matching overloads found ?: ?_?(.*?)_?(?:\(.*)?$"), r"\1 cannot take such values"),
    (re.compile(r"Key not found in map ?: ?\"?(.*?)\"?"), r"\1 is missing"),
    (re.compile(r"No value with name \"(.*)\" found.*"), r"\1 is missing"),
    (re.compile(r"Iteration budget exceeded.*"), "takes too many turns"),
    (re.compile(r"invalid regular expression: (.*)"), r"the pattern is wrong: \1"),
)


class Held(NamedTuple):
    """Whether an expression is true, and the values that it looked at, or what went wrong."""

    held: bool
    seen: str


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that may be asked. `looks` are the values that it looks at, each a path taken apart."""

    text: str
    looks: Looks
    _compiled: Any = field(repr=False, compare=False)

    def holds(self, context: Mapping[str, Any]) -> bool:
        """Whether it is true of an event's fields, with `steps` beside them where it may ask for those."""
        return self._answer(context) is True

    def verdict(self, context: Mapping[str, Any]) -> Held:
        """The same, with what it saw."""
        answer = self._answer(context)
        seen = [(".".join(path), at(path, context)) for path in self.looks.paths[:MAX_SHOWN]]
        values = shown(seen[0][1]) if len(seen) == 1 else "; ".join(f"{path}: {shown(value)}" for path, value in seen)
        if isinstance(answer, bool):
            return Held(answer, values)
        return Held(False, f"{values} (error: {answer})" if values else f"error: {answer}")

    def error(self, context: Mapping[str, Any]) -> str:
        """What goes wrong when it is asked; nothing if it comes to an answer."""
        answer = self._answer(context)
        return "" if isinstance(answer, bool) else answer

    def _answer(self, context: Mapping[str, Any]) -> bool | str:
        """True, false, or what went wrong."""
        try:
            result = self._compiled.eval(data=given(self.looks.paths, context))
            kind, value = result.type(), result.value()
        except Exception as error:  # noqa: BLE001 - whatever the library raises, the answer is not yes
            return _said(str(error))
        if kind == cel.Type.BOOL:
            return value is True
        if kind == cel.Type.ERROR:
            return _said(str(value))
        return f"it is neither true nor false, but {_kind(kind)}"


@lru_cache(maxsize=1_024)
def compile_expression(text: str, names: tuple[str, ...] = EVENT_NAMES) -> Expression:
    """The expression in `text`, which may use `names`; raises ExpressionError with a place in it."""
    if len(text) > MAX_EXPRESSION:
        raise ExpressionError(f"is longer than {MAX_EXPRESSION:,} characters")
    looks = check(text, names)
    try:
        compiled = _environment(names).compile(text)
    except Exception as error:  # noqa: BLE001 - the library has one error for all
        raise _explained(str(error), text) from None
    _check_patterns(text, looks, names)
    kind = compiled.return_type()
    if kind not in (cel.Type.BOOL, cel.Type.DYN):
        raise ExpressionError(f"must be true or false, and this is {_kind(kind)}")
    return Expression(text, looks, compiled)


@lru_cache
def _environment(names: tuple[str, ...]) -> Any:
    return cel.NewEnv(variables={name: cel.Type(_TYPES[name]) for name in names})


def _check_patterns(text: str, looks: Looks, names: tuple[str, ...]) -> None:
    """The library reads a pattern only when it searches: so search for each in nothing."""
    for pattern in looks.patterns:
        answer = _environment(names).compile(f"''.matches({pattern.text})").eval()
        if answer.type() == cel.Type.ERROR:
            raise ExpressionError(_said(str(answer.value())), *place_of(text, pattern.start))


def _explained(told: str, text: str) -> ExpressionError:
    """The first thing that the library complains of."""
    found = _PLACE.search(told)
    if found is None:
        return ExpressionError(_said(told))
    line, column = (max(1, int(number)) for number in found.groups()[:2])
    said = _said(found[3])
    return ExpressionError(
        said, line, column, "data.version" if "cannot take" in said and _VERSION.search(text) else None
    )


def _said(told: str) -> str:
    """The library's words without its codes, short and on one line."""
    plain = _STATUS.sub("", told.strip()).partition("\n")[0].rpartition(" [")
    text = (plain[0] or plain[2])[:200]
    for pattern, phrase in _PHRASES:
        if found := pattern.fullmatch(text):
            return found.expand(phrase)[:120]
    return text[:1].lower() + text[1:120]


def _kind(kind: Any) -> str:
    name = str(kind.name()).partition("<")[0].lower()
    return {"string": "a text", "int": "a number", "double": "a number", "map": "a mapping"}.get(name, f"a {name}")
