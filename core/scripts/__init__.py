"""The Lua scripts: each a file with a heading; here they are read and given the layout's names.

A script runs whole or not at all as far as other clients can see, but Redis does not roll it back: each one
checks first and writes after. One that takes in work opens with a write that a full Redis refuses; one that
finishes work opens with a write that frees, after which a full Redis lets the rest pass.
"""

from functools import cache
from pathlib import Path

from core import layout

HERE = Path(__file__).parent
SHARED = {
    "decide": ("_shared", "_gates"),
    "waited": ("_shared", "_gates"),
}  # what stands before a script; else `_shared`


@cache
def source(name: str) -> str:
    """The text of `<name>.lua` behind the names of the layout and the shared functions."""
    return "\n".join(
        [_names(), *((HERE / f"{part}.lua").read_text() for part in (*SHARED.get(name, ("_shared",)), name))]
    )


def _names() -> str:
    """The layout as a Lua table: L.DUE, L.LEASE_MILLISECONDS and so on."""
    constants = {name: value for name, value in vars(layout).items() if name.isupper()}
    fields = (f"{name}='{value}'" if isinstance(value, str) else f"{name}={value}" for name, value in constants.items())
    return f"local L = {{{', '.join(fields)}}}"
