"""The sizes of dynos that there are, each with an id that never changes."""

from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from toolbelt.simulator.errors import invalid

SIZES = ("Eco", "Basic", "Standard-1X", "Standard-2X", "Performance-M", "Performance-L")
USUAL = "Standard-1X"


def fixed_id(name: str) -> str:
    """The id of something that is the same in every world."""
    return str(uuid5(NAMESPACE_DNS, f"{name}.simulator.example"))


def size_ref(name: str) -> dict[str, Any]:
    return {"id": fixed_id(name), "name": name}


def size_named(wanted: object) -> str:
    """The size with this name, in whatever case, or with this id; refused when there is none."""
    for name in SIZES:
        if isinstance(wanted, str) and wanted.lower() in {name.lower(), fixed_id(name)}:
            return name
    raise invalid(f"No such size as {wanted}. Available sizes are {', '.join(SIZES)}.")
