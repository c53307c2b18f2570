"""Rule files loaded into a rulebook, or everything that is wrong with all of them, each with its place.

Sources are read in the order given; rules keep that order, and names are unique over all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from pydantic import ValidationError

from rules.building import Known, build
from rules.errors import Fault, Problem, RuleErrors, dotted
from rules.inside_texts import place_inside
from rules.model import RuleFile
from rules.phrasing import faults_of
from rules.positions import Node, Place, locate, text_at, to_data
from rules.reading import Source, read
from rules.rulebook import Rule, Rulebook, Target
from rules.steps import Actions
from rules.targets import BUILT_IN, fault_of_variable, read_target

__all__ = ["Loaded", "Source", "load", "load_all"]


class Loaded(NamedTuple):
    """A rule as it was built: from which mapping, and how to say where a fault in it stands."""

    rule: Rule
    raw: Mapping[str, Any]
    problem: Callable[[Fault], Problem]


def load(sources: Sequence[Source], *, actions: Actions, environment: Mapping[str, str] | None = None) -> Rulebook:
    """The rulebook that `sources` describe; raises RuleErrors with every problem of every source.

    With `environment`, a variable that a target names and that is not set is a problem too.
    """
    return load_all(sources, actions=actions, environment=environment)[0]


def load_all(
    sources: Sequence[Source], *, actions: Actions, environment: Mapping[str, str] | None = None
) -> tuple[Rulebook, list[Loaded]]:
    """The same, and beside it what each rule was built from."""
    loading = _Loading(actions, environment)
    documents = [document for source in sources if (document := loading.open(source))]
    for document in documents:
        loading.targets_of(document)
    for document in documents:
        loading.rules_of(document)
    if loading.problems:
        raise RuleErrors(sorted(loading.problems, key=lambda problem: _order(problem, sources)))
    return Rulebook.of([each.rule for each in loading.loaded], loading.targets), loading.loaded


def _order(problem: Problem, sources: Sequence[Source]) -> tuple[int, int, int]:
    file = next((index for index, source in enumerate(sources) if source.name == problem.file), 0)
    return file, problem.line, problem.column


@dataclass(frozen=True, slots=True)
class _Document:
    source: Source
    root: Node
    data: dict[str, Any]

    def place(self, fault: Fault) -> Place:
        start = locate(self.root, fault.path, at_key=fault.at_key)
        if fault.inside is None:
            return start
        return place_inside(self.source, start, text_at(self.root, fault.path), fault.inside)

    def problem(self, fault: Fault) -> Problem:
        place = self.place(fault)
        line = "" if fault.secret else self.source.shown(place.line)
        key = dotted(fault.path)
        return Problem(self.source.name, *place, key, fault.message, fault.suggestion, line, fault.severity)

    def problem_of_rule(self, index: int, fault: Fault) -> Problem:
        return self.problem(fault.under("rules", index))


@dataclass(slots=True)
class _Loading:
    actions: Actions
    environment: Mapping[str, str] | None
    problems: list[Problem] = field(default_factory=list)
    loaded: list[Loaded] = field(default_factory=list)
    targets: dict[str, Target] = field(default_factory=lambda: dict(BUILT_IN))
    _where: dict[tuple[str, str], str] = field(default_factory=dict)

    def open(self, source: Source) -> _Document | None:
        """The document, its outermost shape checked."""
        root, problems = read(source)
        self.problems += problems
        if root is None:
            return None
        data = to_data(root)
        if not isinstance(data, dict):
            self.problems.append(source.problem(root.place, "must be a mapping with `version: 1` and `rules:`"))
            return None
        document = _Document(source, root, data)
        outside = {key: value for key, value in data.items() if key != "rules"}
        try:
            RuleFile.model_validate(outside)
        except ValidationError as error:
            self._tell(document, faults_of(error, RuleFile, outside))
        return document

    def targets_of(self, document: _Document) -> None:
        """Take in the targets of one document."""
        for name, spec in _mapping(document.data.get("targets")).items():
            if not isinstance(spec, dict):
                continue
            target, faults = read_target(name, spec)
            if target and (fault := fault_of_variable(target, self.environment)):
                faults.append(fault)
            self._tell(document, [fault.under("targets", name) for fault in faults])
            if self._is_new("target", name, document, ("targets", name)):
                self.targets[name] = target or Target("log")

    def rules_of(self, document: _Document) -> None:
        """Take in the rules of one document."""
        raws = document.data.get("rules", [])
        if not isinstance(raws, list):
            self._tell(document, [Fault(("rules",), "must be a list of rules")])
            return
        known = Known(self.actions, self.targets)
        for index, raw in enumerate(raws):
            rule, faults = build(raw, known)
            self._tell(document, [fault.under("rules", index) for fault in faults])
            name = raw.get("name") if isinstance(raw, dict) else None
            if isinstance(name, str) and self._is_new("rule", name, document, ("rules", index, "name")) and rule:
                self.loaded.append(Loaded(rule, raw, partial(document.problem_of_rule, index)))

    def _is_new(self, kind: str, name: str, document: _Document, path: tuple[str | int, ...]) -> bool:
        """Whether nothing of that kind had the name before; if something had, that is a problem."""
        fault = Fault(path, "", at_key=kind == "target")
        first = self._where.get((kind, name))
        if first:
            self._tell(
                document, [Fault(path, f"another {kind} is called {name} already: {first}", at_key=fault.at_key)]
            )
            return False
        self._where[kind, name] = f"{document.source.name}:{document.place(fault).line}"
        return True

    def _tell(self, document: _Document, faults: list[Fault]) -> None:
        self.problems.extend(document.problem(fault) for fault in faults)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
