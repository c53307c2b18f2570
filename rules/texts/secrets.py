"""What no sentence may repeat: an event's pre-signed links, and what looks like a secret in a rule file."""

import re
from collections.abc import Mapping
from typing import Any, Final

SECRET_KEYS: Final = frozenset({"output_stream_url", "logplex_url"})
_ADDRESS = re.compile(r"://[^\s?\"'<>]*(\?[^\s\"'<>]*)?")

# A long run of letters and digits, a token by its beginning, or a value beside a telling key; $NAMES are no secrets.
_SECRET = re.compile(
    r"""
      ://
    | \b(?:HRKU-|inf-|sk-|xox[a-z]-|gh[a-z]_|Bearer\s|Basic\s)\S
    | (?<![A-Za-z0-9+/=])(?=[A-Za-z+/=]*[0-9])(?=[0-9+/=]*[A-Za-z])[A-Za-z0-9+/=]{24,}
    | (?:secret|token|passw\w{0,10}|api_?key|credential)s?["']?\s{0,10}[:=]\s{0,10}["']?[^\s"'$,}\]]
    """,
    re.VERBOSE | re.IGNORECASE,
)


def may_hold_secret(line: str) -> bool:
    """Whether a line of a rule file had better not be shown: it should name a variable, and seems to hold more."""
    return _SECRET.search(line) is not None


def without_keys(text: str) -> str:
    """The text with the query of every address in it left out: that is where pre-signed links carry their key."""
    if "://" not in text:
        return text
    return _ADDRESS.sub(lambda found: found[0].partition("?")[0] + ("?…" if found[1] else ""), text)


def public(value: Any) -> Any:
    """A value, or what is inside it, without links that are secrets."""
    if isinstance(value, str):
        return without_keys(value)
    if isinstance(value, Mapping):
        return {key: public(inner) for key, inner in value.items() if key not in SECRET_KEYS}
    if isinstance(value, (list, tuple)):
        return [public(inner) for inner in value]
    return value
