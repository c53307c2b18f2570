"""OAuth scopes: what a token has, what endpoints need, and what is missing, one by one.

https://devcenter.heroku.com/articles/oauth#scopes
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from heroku.endpoint import Endpoint

# Which scopes allow what asks for the one on the left. `write` includes `read`; only the protected ones reach config
# vars; only `global` reaches the account's authorizations. Nothing but `identity` and `global` tells whose token it is.
ENOUGH: Mapping[str, frozenset[str]] = {
    "identity": frozenset({"identity", "global"}),
    "read": frozenset({"read", "write", "read-protected", "write-protected", "global"}),
    "write": frozenset({"write", "write-protected", "global"}),
    "read-protected": frozenset({"read-protected", "write-protected", "global"}),
    "write-protected": frozenset({"write-protected", "global"}),
    "global": frozenset({"global"}),
}

_SCOPE = re.compile(r"[a-z][a-z-]{0,30}")


class Missing(NamedTuple):
    """An endpoint that the token cannot call; any one of `enough` would do."""

    endpoint: str
    scope: str
    enough: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.endpoint} needs the scope {' or '.join(self.enough)}"


def missing(granted: Iterable[str], endpoints: Iterable[Endpoint]) -> tuple[Missing, ...]:
    """Those of the endpoints that a token with these scopes cannot call, in their order, each once."""
    has = frozenset(granted)
    lacking = [endpoint for endpoint in dict.fromkeys(endpoints) if not has & ENOUGH[endpoint.scope]]
    return tuple(Missing(each.name, each.scope, _narrowest_first(each.scope)) for each in lacking)


def least(endpoints: Iterable[Endpoint]) -> tuple[str, ...]:
    """The fewest scopes that a token needs to call all of the endpoints, in alphabetical order."""
    asked = {endpoint.scope for endpoint in endpoints}
    return tuple(sorted(scope for scope in asked if not ENOUGH[scope] & asked - {scope}))


def read(header: str) -> frozenset[str]:
    """The scopes that a header names, `global` or `read, identity`; anything else in it is left out."""
    return frozenset(word for word in header.replace(",", " ").split() if _SCOPE.fullmatch(word))


def lack(granted: str, accepted: str) -> str:
    """What a refusal's headers say of the token's scopes; nothing where those are not the reason."""
    has, wanted = read(granted), read(accepted)
    if not has or not wanted or has & wanted:
        return ""
    return f"The token has {', '.join(sorted(has))}; this takes {' or '.join(sorted(wanted))}."


def _narrowest_first(scope: str) -> tuple[str, ...]:
    """The scopes that do, the one asked for first and `global`, which is everything, last."""
    return tuple(sorted(ENOUGH[scope], key=lambda each: (each == "global", each != scope, each)))
