"""Rule files loaded into a rulebook, or everything that is wrong with all of them, each with its place.

Sources are read in the order given; rules keep that order, and names are unique over all of them. A rule of the library
that is used with changes stands where the library's own stood, if that was loaded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from rules.errors import Fault, Problem, RuleErrors
from rules.files.building import Known, build
from rules.files.documents import Document, open_document
from rules.files.reading import Source
from rules.files.using import USE, Prepared, prepared, shelves
from rules.rulebook import Rule, Rulebook, Target, Template
from rules.steps import Actions
from rules.targets import BUILT_IN, fault_of_variable, read_target

__all__ = ["Loaded", "LoadedFiles", "Source", "in_order", "load", "load_all"]


MAX_PROBLEMS = 100  # after which no other rule is looked at


class Loaded(NamedTuple):
    """A rule as it was built: from which mapping, and how to say where a fault in it stands."""

    rule: Rule
    raw: Mapping[str, Any]
    problem: Callable[[Fault], Problem]


class LoadedFiles(NamedTuple):
    """What came of all files: the problems in their order and, beside them, each rule that is sound by itself, each
    template's example, and the files."""

    book: Rulebook | None  # if there is no problem
    problems: list[Problem]
    loaded: list[Loaded]
    documents: list[Document]


def load(
    sources: Sequence[Source],
    *,
    actions: Actions,
    environment: Mapping[str, str] | None = None,
    library: Sequence[Source] = (),
) -> Rulebook:
    """The rulebook that `sources` describe; raises RuleErrors with every problem of every source.

    With `environment`, a variable that a target or a live rule names and that is not set is a problem too. `library`
    holds the rules that may be used; they are in force only if `sources` hold them too.
    """
    files = load_all(sources, actions=actions, environment=environment, library=library)
    if files.book is None:
        raise RuleErrors(files.problems)
    return files.book


def load_all(
    sources: Sequence[Source],
    *,
    actions: Actions,
    environment: Mapping[str, str] | None = None,
    library: Sequence[Source] = (),
) -> LoadedFiles:
    """The same, and beside it what it was made from; raises nothing."""
    loading = _Loading(actions, environment, tuple(library))
    documents = [document for source in sources if (document := loading.open(source))]
    for document in documents:
        loading.targets_of(document)
    loading.rules_of(documents)
    problems = sorted(loading.problems, key=lambda problem: in_order(problem, sources))
    sound = [loaded for slot in loading.slots.values() if (loaded := slot.loaded)]
    return LoadedFiles(None if problems else loading.book(), problems, sound, documents)


def in_order(problem: Problem, sources: Sequence[Source]) -> tuple[int, int, int]:
    """What problems are sorted by: their place, in the order of the files."""
    file = next((index for index, source in enumerate(sources) if source.name == problem.file), len(sources))
    return file, problem.line, problem.column


class _Slot(NamedTuple):
    """What goes by a name: a rule, or a template and perhaps its example."""

    template: Template | None
    loaded: Loaded | None


@dataclass(slots=True)
class _Loading:
    actions: Actions
    environment: Mapping[str, str] | None
    library: tuple[Source, ...]
    problems: list[Problem] = field(default_factory=list)
    slots: dict[str, _Slot] = field(default_factory=dict)  # by name, in their order
    targets: dict[str, Target] = field(default_factory=lambda: dict(BUILT_IN))
    _opened: dict[Source, Document | None] = field(default_factory=dict)
    _targets_at: dict[str, str] = field(default_factory=dict)
    _rules_at: dict[str, str] = field(default_factory=dict)
    _spare: set[str] = field(default_factory=set)  # names of the library's own rules, which a `use` may replace
    _replaced: set[str] = field(default_factory=set)

    def book(self) -> Rulebook:
        """What was loaded."""
        slots = self.slots.values()
        rules = [slot.loaded.rule for slot in slots if slot.loaded and not slot.template]
        return Rulebook.of(rules, self.targets, [slot.template for slot in slots if slot.template])

    def open(self, source: Source) -> Document | None:
        """The document, its outermost shape checked."""
        if source not in self._opened:
            self._opened[source], problems = open_document(source)
            self.problems += problems
        return self._opened[source]

    def targets_of(self, document: Document) -> None:
        """Take in the targets of one document."""
        targets = document.data.get("targets")
        for name, spec in targets.items() if isinstance(targets, dict) else ():
            if not isinstance(spec, dict) or len(self.problems) >= MAX_PROBLEMS:
                continue
            target, faults = read_target(name, spec)
            if target and (fault := fault_of_variable(target, self.environment)):
                faults.append(fault)
            told = Fault(("targets", name), f"another target is called {name} already", at_key=True)
            if name in self._targets_at:
                faults.append(replace(told, path=(), message=f"{told.message}: {self._targets_at[name]}"))
            else:
                self._targets_at[name] = f"{document.source.name}:{document.place(told).line}"
                self.targets[name] = target or Target("log")
            self.problems += [document.problem(fault.under("targets", name)) for fault in faults]

    def rules_of(self, documents: Sequence[Document]) -> None:
        """Take in the rules of all documents."""
        members = [(document, entry) for document in documents for entry in document.entries()]
        uses = any(isinstance(entry.raw, dict) and USE in entry.raw for _, entry in members)
        shelved = [document for source in self.library if uses and (document := self.open(source))]
        library = shelves(entry for document in shelved for entry in document.entries())
        for document, entry in members:
            if len(self.problems) >= MAX_PROBLEMS:
                self.problems.append(
                    entry.problem(Fault((), "this and what follows is not looked at until what stands above is mended"))
                )
                return
            self._take(prepared(entry, library), is_library=document.source in self.library)

    def _take(self, made: Prepared, *, is_library: bool) -> None:
        known = Known(self.actions, self.targets, self.environment)
        rule, faults = (None, []) if made.raw is None else build(made.raw, known)
        self.problems += [made.problem(fault) for fault in (*made.faults, *faults)]
        name = made.name
        if name is None or not self._is_free(name, made, is_library=is_library):
            return
        place = made.entry.place()
        loaded = Loaded(replace(rule, place=place), made.raw, made.problem) if rule else None
        template = Template(name, made.description, made.needs, rule, place) if made.needs else None
        self.slots[name] = _Slot(template, loaded)

    def _is_free(self, name: str, made: Prepared, *, is_library: bool) -> bool:
        """Whether the name can be had. If somebody else has it that is a problem, unless a `use` settles it."""
        if is_library and name in self._replaced:
            return False
        if name in self._rules_at and not (made.takes_place and name in self._spare):
            message = f"another rule is called {name} already: {self._rules_at[name]}"
            self.problems.append(made.entry.problem(Fault((made.name_key,), message)))
            return False
        self._rules_at[name] = made.entry.place(made.name_key)
        if made.takes_place:
            self._replaced.add(name)
        if is_library:
            self._spare.add(name)
        else:
            self._spare.discard(name)
        return True
