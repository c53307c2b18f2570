"""A file's `targets`: what each is, and that none of them holds a secret."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from rules.errors import Fault
from rules.files.phrasing import faults_of
from rules.rulebook import Target
from rules.suggesting import closest, listed
from rules.target_kinds import KINDS

LOG: Final = "log"
SYSTEM: Final = "system"  # the service's own trouble: a dead letter, a refused token
BUILT_IN: Final = {LOG: Target("log"), SYSTEM: Target("log")}


def read_target(name: str, spec: Mapping[str, Any]) -> tuple[Target | None, list[Fault]]:
    """The target that `spec` describes, or what is wrong with it."""
    if name == LOG and spec != {"log": True}:
        return None, [Fault((), "is built in and cannot be changed", at_key=True)]
    kinds = [key for key in spec if key in KINDS]
    if not kinds and len(spec) == 1:
        [kind] = spec
        message = f"is not a kind of target; kinds are {listed(KINDS)}"
        return None, [Fault((kind,), message, closest(kind, KINDS), at_key=True, secret=True)]
    if len(kinds) != 1:
        return None, [Fault((), f"must have exactly one kind: {listed(KINDS)}", secret=True)]
    [kind] = kinds
    try:
        model = KINDS[kind].model_validate(spec)
    except ValidationError as error:
        # Without the line in the file, where a secret may stand by mistake.
        return None, [replace(fault, secret=True) for fault in faults_of(error, KINDS[kind], spec)]
    said = model.model_dump(by_alias=True, exclude_unset=True)
    variable = said.pop(kind)
    return Target(kind, None if kind == LOG else variable.removeprefix("$"), said), []


def fault_of_variable(target: Target, environment: Mapping[str, str] | None) -> Fault | None:
    """That the environment lacks what the target needs; nothing if the environment is not known."""
    if environment is None:
        return None
    missing = [name for name in target.variables() if not environment.get(name, "").strip()]
    return Fault((target.kind,), f"the environment has no {' and no '.join(missing)}") if missing else None
