"""The silences that stand in Redis."""

import json
from collections.abc import Iterable

from rules.silences import Silence


def read(kept: Iterable[bytes]) -> list[Silence]:
    """The values of the hash SILENCES, those that are over included until somebody tidies."""
    return [Silence(**json.loads(text)) for text in kept]
