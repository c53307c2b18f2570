"""A `*` where it stands only for itself: `app.name: acme-*` matches nothing, and `not: "*@acme.example"` everybody."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from rules.errors import Fault
from rules.linting.clauses import all_held
from rules.linting.compared import compared
from rules.linting.subject import Place, Subject, warning
from rules.texts.expression_syntax import place_of

PLAIN: Final = {"is", "prefix", "suffix", "contains"}
HAVE_STARS: Final = {"hostname", "cname", "domains", "command", "description"}  # *.acme.example is a domain


def stars(subject: Subject) -> Iterator[Fault]:
    """One warning for each value that looks like a pattern and is none."""
    for looked, held in all_held(subject.model):
        if held.operator in PLAIN and _is_pattern(looked.path, held.value):
            yield _told(held.at, f'for a pattern write {{glob: "{_pattern(held.operator, held.value)}"}}')
    for at, text in subject.expressions():
        for path, value, start in compared(text):
            if _is_pattern(path, value):
                yield replace(_told(at, f'== takes "{value}" as it is'), inside=place_of(text, start))


def _is_pattern(path: str, value: Any) -> bool:
    return isinstance(value, str) and "*" in value and path.rpartition(".")[2] not in HAVE_STARS


def _pattern(operator: str, value: str) -> str:
    before = "*" if operator in {"suffix", "contains"} and not value.startswith("*") else ""
    behind = "*" if operator in {"prefix", "contains"} and not value.endswith("*") else ""
    return before + value + behind


def _told(at: Place, instead: str) -> Fault:
    return warning(at, f"* stands only for itself here; {instead}")
