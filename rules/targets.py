"""A file's `targets`: what kinds there are, and that none of them holds a secret."""

import re
from collections.abc import Mapping
from typing import Any, Final

from rules.errors import Fault
from rules.rulebook import Target
from rules.suggesting import closest, listed

LOG: Final = "log"
SYSTEM: Final = "system"  # the service's own trouble: a dead letter, a refused token
BUILT_IN: Final = {LOG: Target("log"), SYSTEM: Target("log")}
KINDS: Final = ("log", "webhook")
_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def read_target(name: str, spec: Mapping[str, Any]) -> tuple[Target | None, list[Fault]]:
    """The target that `spec` describes, or what is wrong with it."""
    if name == LOG and spec != {"log": True}:
        return None, [Fault((), "is built in and cannot be changed", at_key=True)]
    if len(spec) != 1:
        return None, [Fault((), f"must have exactly one kind: {listed(KINDS)}", secret=True)]
    [(kind, value)] = spec.items()
    if kind not in KINDS:
        message = f"is not a kind of target; kinds are {listed(KINDS)}"
        return None, [Fault((kind,), message, closest(kind, KINDS), at_key=True, secret=True)]
    if kind == "log":
        return (Target("log"), []) if value is True else (None, [Fault((kind,), "must be true", secret=True)])
    named = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    if named is None:
        message = (
            "must name an environment variable, like $OPS_WEBHOOK_URL, and not hold the address itself:"
            " set the address as a config var and write the var's name here"
        )
        return None, [Fault((kind,), message, secret=True)]
    return Target(kind, named[1]), []


def fault_of_variable(target: Target, environment: Mapping[str, str] | None) -> Fault | None:
    """That the environment lacks what the target needs; nothing if the environment is not known."""
    if environment is None or target.variable is None or environment.get(target.variable, "").strip():
        return None
    return Fault((target.kind,), f"the environment has no {target.variable}")
