"""Whether steps fit the environment: it has each variable that they name as `$NAME`, and what it says fits them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rules.actions import ActionSpec
from rules.errors import Fault
from rules.steps import Actions, Steps

VARIABLE: Final = re.compile(r"\$(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
Place = tuple[str | int, ...]


def environment_faults(steps: Steps, actions: Actions, environment: Mapping[str, str] | None) -> list[Fault]:
    """One fault for each place that names a variable which is not set, or that its action finds unfit; none if the
    environment is not known."""
    if environment is None:
        return []
    return [
        Fault((*written.path, *place), message)
        for written, _ in steps
        for place, message in _of_a_step(actions[written.action], written.params, environment)
    ]


def _of_a_step(
    action: ActionSpec, params: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[tuple[Place, str]]:
    for field in action.variables:
        for place, name in _named((field,), params.get(field)):
            if not environment.get(name, "").strip():
                yield place, f"the environment has no {name}"
    yield from action.unfit(params, environment)


def _named(place: Place, value: Any) -> Iterator[tuple[Place, str]]:
    """Each variable that a value, or what is inside it, names, and where."""
    if isinstance(value, str) and (found := VARIABLE.fullmatch(value)):
        yield place, found["name"]
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _named((*place, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _named((*place, index), inner)
