"""Rule files looked over by whoever wrote them: what a worker would refuse, and what is allowed and hardly meant."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from rules.errors import Fault, Problem, RuleErrors
from rules.linting import Subject, lint
from rules.linting.files import lint_file
from rules.linting.subject import warning
from rules.loading import Loaded, Source, in_order, load_all
from rules.model import RuleModel
from rules.rulebook import Rulebook
from rules.steps import Actions
from rules.suggesting import listed

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
    """Load the files and look each rule over. Arguments as for `load`; raises nothing."""
    try:
        book, loaded, documents = load_all(sources, actions=actions, environment=environment, library=library)
    except RuleErrors as error:
        return Examined(None, error.problems)
    of_rules = (problem for each in loaded for problem in _warnings(each, actions))
    of_files = (each.problem(fault) for each in documents for fault in lint_file(each.data, book))
    problems = islice(chain(of_rules, of_files), MAX_WARNINGS)
    return Examined(book, tuple(sorted(problems, key=lambda problem: in_order(problem, sources))))


def _warnings(loaded: Loaded, actions: Actions) -> Iterator[Problem]:
    subject = Subject(RuleModel.model_validate(loaded.raw), loaded.rule, actions)
    return map(loaded.problem, chain(_given_up(loaded.dropped), lint(subject)))


def _given_up(paths: tuple[str, ...]) -> Iterator[Fault]:
    """A `match` beside `use` is mostly meant to narrow the rule, and widens it."""
    if paths:
        message = f"takes the place of the library's, so that {listed(paths)} may be anything"
        yield warning(("match",), f"{message}; write it here too, or ask for more with `when`", at_key=True)
