"""Names of steps, by which templates and the journal speak of them: rollback, notify, notify_2."""

import re
from collections.abc import Collection, Sequence

from rules.errors import Fault
from rules.suggesting import closest

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def fault_of_name(name: object) -> Fault | None:
    """Why a step cannot be called so, or None if it can."""
    if isinstance(name, str) and _NAME.fullmatch(name):
        return None
    return Fault((), "must be lower-case letters, digits and _, beginning with a letter")


def named(steps: Sequence[tuple[str, str | None]]) -> tuple[list[str], list[tuple[int, Fault]]]:
    """A name for each (action, name given): the given one, else the action's, with a number if it is taken.

    Names given twice are faults, told with the step's index.
    """
    faults = []
    given: set[str] = set()
    for index, (_, name) in enumerate(steps):
        if name is not None and name in given:
            faults.append((index, Fault(("name",), f"another step of the rule is called {name} already")))
        given.add(name or "")
    names: list[str] = []
    taken, reached = set(given), dict[str, int]()
    for action, name in steps:
        names.append(name or _free(action, taken, reached))
        taken.add(names[-1])
    return names, faults


def fault_of_reference(
    asked: Collection[str], earlier: Sequence[str], every: Sequence[str], *, whole: bool
) -> Fault | None:
    """The first of the steps `asked` for that is not one of the `earlier` ones.

    Unless `every` names the whole of them, an unknown one may be a step that could not be read.
    """
    for name in sorted(set(asked).difference(earlier)):
        if name in every:
            return Fault((), f"the step {name} has not been taken yet at this point")
        if whole:
            return Fault((), f"there is no step {name}", closest(name, earlier))
    return None


def _free(action: str, taken: set[str], reached: dict[str, int]) -> str:
    """`reached` is the last number of each action, so that many of the same do not count from 2 each time."""
    if action not in taken:
        return action
    number = reached.get(action, 2)
    while f"{action}_{number}" in taken:
        number += 1
    reached[action] = number
    return f"{action}_{number}"
