"""What is allowed in a rule and hardly meant: paths that lead nowhere, clauses that shut each other out, and more.

Each check is a function from a rule to its warnings; this is the table of contents.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from rules.errors import Fault
from rules.linting.addresses import odd_addresses
from rules.linting.alone import alone
from rules.linting.breadth import too_wide
from rules.linting.contradictions import contradictions
from rules.linting.crashes import one_offs_as_crashes
from rules.linting.effects import own_effects
from rules.linting.granted import apps_hardly_meant, apps_without_use, too_much_access
from rules.linting.keys import missing_keys
from rules.linting.limits import unlimited
from rules.linting.listening import unheard
from rules.linting.outcomes import idle_conditions
from rules.linting.parameters import odd_parameters
from rules.linting.paths import unknown_paths
from rules.linting.subject import Subject
from rules.linting.trying import failing_expressions
from rules.linting.values import impossible_values
from rules.linting.wildcards import stars

__all__ = ["CHECKS", "Subject", "lint"]

MOST: Final = 50  # warnings of one rule: nobody reads more

CHECKS: Final[tuple[Callable[[Subject], Iterator[Fault]], ...]] = (
    unheard,
    unknown_paths,
    impossible_values,
    stars,
    odd_addresses,
    contradictions,
    failing_expressions,
    too_wide,
    missing_keys,
    alone,
    idle_conditions,
    odd_parameters,
    one_offs_as_crashes,
    own_effects,
    unlimited,
    too_much_access,
    apps_without_use,
    apps_hardly_meant,
)


def lint(subject: Subject) -> list[Fault]:
    """Warnings about a rule that loads, at most MOST; one for each place and cause."""
    found: dict[tuple[object, str], Fault] = {}
    for fault in chain.from_iterable(check(subject) for check in CHECKS):
        found.setdefault((fault.path, fault.message), fault)
        if len(found) >= MOST:
            break
    return list(found.values())
