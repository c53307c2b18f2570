"""Which scopes let a token use which endpoints: https://devcenter.heroku.com/articles/oauth#scopes"""

from collections.abc import Collection, Mapping

from toolbelt.simulator.errors import forbidden

READERS = ("global", "read", "read-protected", "write", "write-protected")
ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "global": ("global",),
    "identity": ("global", "identity"),
    "read": READERS,
    "read-protected": ("global", "read-protected", "write-protected"),
    "write": ("global", "write", "write-protected"),
    "write-protected": ("global", "write-protected"),
}


def check(granted: Collection[str], needed: str) -> None:
    """Refused with 403 unless one of the scopes granted is enough."""
    if not set(granted) & set(ACCEPTED[needed]):
        raise forbidden(f"The scope of this OAuth authorization ({' '.join(granted)}) does not allow this request.")
