"""Whether every `notify` goes to a target that exists."""

from collections.abc import Mapping
from typing import Any, Final

from rules.errors import Fault
from rules.rulebook import Target
from rules.steps import Steps
from rules.suggesting import closest, listed
from rules.texts.templates import is_template

NOTIFY: Final = "notify"
TO: Final = "to"


def target_faults(steps: Steps, targets: Mapping[str, Target]) -> list[Fault]:
    """One fault for each unknown target. Values of a wrong type are left to the action's own check."""
    return [
        Fault((*written.path, *at), message, closest(name, targets))
        for written, step in steps
        if written.action == NOTIFY
        for at, name in _names(step.params.get(TO))
        if name not in targets
        for message in [_message(name, targets)]
    ]


def _message(name: str, targets: Mapping[str, Target]) -> str:
    if is_template(name):
        return "a target must be written out: it cannot be a template"
    return f"is not a target; targets are {listed(sorted(targets))}"


def _names(to: Any) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(to, str):
        return [((TO,), to)]
    if isinstance(to, list):
        return [((TO, index), name) for index, name in enumerate(to) if isinstance(name, str)]
    return []
