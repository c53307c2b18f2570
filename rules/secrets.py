"""What of an event no sentence may repeat: pre-signed links, which open the door for whoever reads them."""

import re
from collections.abc import Mapping
from typing import Any, Final

SECRET_KEYS: Final = frozenset({"output_stream_url", "logplex_url"})
_ADDRESS = re.compile(r"://[^\s?\"'<>]*(\?[^\s\"'<>]*)?")


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
