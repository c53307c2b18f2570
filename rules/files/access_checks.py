"""Whether a rule's `access` covers what its steps need, and what destroys is held by a limit."""

from collections.abc import Mapping

from heroku.access import Level
from rules.errors import Fault
from rules.steps import Actions, Steps


def access_faults(steps: Steps, access: Mapping[str, Level], actions: Actions) -> list[Fault]:
    """One fault for each step that lacks access, with what to write instead."""
    faults = []
    for written, _ in steps:
        needed = actions[written.action].needed(written.params)
        lacking = [need for need in needed if access.get(need.group, Level.OFF) < need.level]
        if not lacking:
            continue
        needs = ", ".join(f"{need.group}: {need.level.word}" for need in lacking)
        whole = {**access, **{need.group: need.level for need in lacking}}
        line = ", ".join(f"{group}: {level.word}" for group, level in whole.items())
        faults.append(Fault(written.path, f"needs {needs}; write `access: {{{line}}}`", at_key=True))
    return faults


def limit_faults(steps: Steps, actions: Actions) -> list[Fault]:
    """One fault for each step that destroys something, in a rule without a limit."""
    message = "destroys something, and the rule has no limit; write `limit: {max: 1, within: 1d}`, or what fits"
    return [
        Fault(written.path, message, at_key=True)
        for written, _ in steps
        if actions[written.action].destroys(written.params)
    ]
