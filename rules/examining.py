"""Rule files looked over by whoever wrote them: what a worker would refuse, and what is allowed and hardly meant."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from rules.errors import Problem
from rules.files.loading import Loaded, LoadedFiles, Source, in_order, load_all
from rules.linting import Subject, lint
from rules.linting.files import lint_file
from rules.model import RuleModel
from rules.rulebook import Rulebook
from rules.steps import Actions

MAX_WARNINGS: Final = 200  # nobody reads more


class Examined(NamedTuple):
    """What came of it: a rulebook if a worker would start with it, and all problems in the order of the files."""

    book: Rulebook | None
    problems: tuple[Problem, ...]


def examine(
    sources: Sequence[Source],
    *,
    actions: Actions,
    environment: Mapping[str, str] | None = None,
    library: Sequence[Source] = (),
) -> Examined:
    """Load the files and look each rule over, a sound one also beside a broken one. Arguments as for `load`; raises
    nothing."""
    files = load_all(sources, actions=actions, environment=environment, library=library)
    of_rules = (problem for each in files.loaded for problem in _warnings(each, actions))
    warnings = islice(chain(of_rules, _around(files)), MAX_WARNINGS)
    return Examined(
        files.book, tuple(sorted((*files.problems, *warnings), key=lambda problem: in_order(problem, sources)))
    )


def _around(files: LoadedFiles) -> Iterator[Problem]:
    """What is odd about targets and tests, once it is known which rules there are."""
    if book := files.book:
        yield from (each.problem(fault) for each in files.documents for fault in lint_file(each.data, book))


def _warnings(loaded: Loaded, actions: Actions) -> Iterator[Problem]:
    subject = Subject(RuleModel.model_validate(loaded.raw), loaded.rule, actions)
    return map(loaded.problem, lint(subject))
