"""Whether a rule's `access` covers what its steps need."""

from collections.abc import Mapping

from heroku.access import Level
from rules.errors import Fault
from rules.steps import Actions, Steps


def access_faults(steps: Steps, access: Mapping[str, Level], actions: Actions) -> list[Fault]:
    """One fault for each step that lacks access, with what to write instead."""
    faults = []
    for written, _ in steps:
        lacking = [need for need in actions[written.action].needs if access.get(need.group, Level.OFF) < need.level]
        if not lacking:
            continue
        needs = ", ".join(f"{need.group}: {need.level.word}" for need in lacking)
        whole = {**access, **{need.group: need.level for need in lacking}}
        line = ", ".join(f"{group}: {level.word}" for group, level in whole.items())
        faults.append(Fault(written.path, f"needs {needs}; write `access: {{{line}}}`", at_key=True))
    return faults
