"""A rule file read: its data, and where in it everything stands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from rules.errors import Fault, Problem, dotted
from rules.files.inside_texts import place_inside
from rules.files.phrasing import faults_of
from rules.files.positions import Node, Place, locate, text_at, to_data
from rules.files.reading import Source, read
from rules.files.yaml_hints import COMMENT, is_cut_short
from rules.model import RuleFile


@dataclass(frozen=True, slots=True)
class Document:
    """A file whose outermost shape is a mapping; what is inside may still be wrong."""

    source: Source
    root: Node
    data: dict[str, Any]

    def place(self, fault: Fault) -> Place:
        """Where a fault stands."""
        start = locate(self.root, fault.path, at_key=fault.at_key)
        if fault.inside is None:
            return start
        return place_inside(self.source, start, text_at(self.root, fault.path), fault.inside)

    def problem(self, fault: Fault) -> Problem:
        """A fault with its place."""
        place = self.place(fault)
        line = "" if fault.secret else self.source.shown(place.line)
        key, message = dotted(fault.path), f"{fault.message}{self._cut_short(fault)}"
        return Problem(self.source.name, *place, key, message, fault.suggestion, line, fault.severity)

    def _cut_short(self, fault: Fault) -> str:
        """That a text ends where YAML takes the rest of the line for a comment, if the fault is inside a text."""
        if fault.inside is None:
            return ""
        text = text_at(self.root, fault.path)
        line = self.source.line(locate(self.root, fault.path).line)
        return f"; {COMMENT}" if is_cut_short(line, text) else ""

    def entries(self) -> "Iterator[Entry]":
        """The members of its list of rules."""
        rules = self.data.get("rules", [])
        for index, raw in enumerate(rules if isinstance(rules, list) else []):
            yield Entry(raw, partial(self._problem_of_rule, index))

    def _problem_of_rule(self, index: int, fault: Fault) -> Problem:
        return self.problem(fault.under("rules", index))


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of a file's list of rules, and how to say where a fault in it stands."""

    raw: Any
    problem: Callable[[Fault], Problem]

    def place(self, *path: str) -> str:
        """The line of the key at `path`, or of the whole, for messages: file:line."""
        problem = self.problem(Fault(path, "", at_key=True))
        return f"{problem.file}:{problem.line}"


def open_document(source: Source) -> tuple[Document | None, list[Problem]]:
    """The document in `source`, or None if it is none, and what is wrong with its outermost shape."""
    root, problems = read(source)
    if root is None:
        return None, problems
    data = to_data(root)
    if not isinstance(data, dict):
        return None, [*problems, source.problem(root.place, "must be a mapping with `version: 1` and `rules:`")]
    document = Document(source, root, data)
    return document, [*problems, *map(document.problem, _outer_faults(data))]


def _outer_faults(data: dict[str, Any]) -> list[Fault]:
    outside = {key: value for key, value in data.items() if key != "rules"}
    faults = []
    if not isinstance(data.get("rules", []), list):
        faults.append(Fault(("rules",), "must be a list of rules"))
    try:
        RuleFile.model_validate(outside)
    except ValidationError as error:
        faults += faults_of(error, RuleFile, outside)
    return faults
