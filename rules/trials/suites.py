"""The tests of rule files, each beside the rules that it is about.

A file's tests are about the rules of that file, so that a rule elsewhere does not disturb them; those of a file without
rules are about all rules. A rule in shadow is tested as if it were live, and a template with its example values.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from rules.files.positions import Node, locate, to_data
from rules.files.reading import Source, read
from rules.model import Mode, RuleFile
from rules.rulebook import Rule, Rulebook
from rules.trials.cases import TestModel


@dataclass(frozen=True, slots=True)
class Case:
    """A test, and where it stands: file:line."""

    model: TestModel
    place: str


@dataclass(frozen=True, slots=True)
class Suite:
    """A file's tests, and the rules that they are about."""

    file: str
    book: Rulebook
    cases: tuple[Case, ...]


def suites(sources: Sequence[Source], book: Rulebook) -> list[Suite]:
    """One suite for each of `sources` that has rules or tests; `book` is what they load to."""
    every = [*book.rules, *(template.example for template in book.templates if template.example)]
    found = []
    for source in sources:
        root, _ = read(source)
        data = to_data(root) if root else None
        if root is None or not isinstance(data, dict):
            continue
        names = {raw.get("name") or raw.get("use") for raw in data.get("rules") or () if isinstance(raw, dict)}
        cases = tuple(_cases(source, root, data.get("tests")))
        if names or cases:
            own = [rule for rule in every if rule.name in names] if names else every
            found.append(Suite(source.name, _as_if_live(own, book), cases))
    return found


def _as_if_live(rules: Iterable[Rule], book: Rulebook) -> Rulebook:
    raised = (replace(rule, mode=Mode.LIVE) if rule.mode is Mode.SHADOW else rule for rule in rules)
    return Rulebook.of(raised, book.targets)


def _cases(source: Source, root: Node, tests: Any) -> Iterator[Case]:
    if not tests:
        return
    try:
        models = RuleFile.model_validate({"version": 1, "tests": tests}).tests
    except ValidationError:  # told when the file was loaded
        return
    for index, model in enumerate(models):
        yield Case(model, f"{source.name}:{locate(root, ('tests', index)).line}")
