"""An agent's answer as values: of the fields that the rule names, of their kinds, and nothing else."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

Kinds = Mapping[str, str | list[str]]  # a field → text, number, boolean or texts; or the words that it may be
KINDS: Mapping[str, Any] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "texts": {"type": "array", "items": {"type": "string"}},
}
MOST_CHARACTERS = 2_000  # of a text
MOST_TEXTS = 50
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)\n\s*```", re.DOTALL)


class BadAnswer(Exception):
    """The answer is not what was asked for; the message quotes nothing of it."""


def schema(kinds: Kinds) -> dict[str, Any]:
    """As JSON Schema, which is what the model is told."""
    return {
        "type": "object",
        "properties": {name: {"enum": kind} if isinstance(kind, list) else KINDS[kind] for name, kind in kinds.items()},
        "required": list(kinds),
        "additionalProperties": False,
    }


def read(text: str, kinds: Kinds) -> dict[str, Any]:
    """The values in an answer, which may stand in a block of Markdown. Raises BadAnswer."""
    fenced = _FENCED.findall(text)
    try:
        told = from_json(fenced[-1] if fenced else text.strip(), allow_inf_nan=False)
    except ValueError:
        raise BadAnswer("it is no JSON") from None
    if not isinstance(told, dict):
        raise BadAnswer("it is no JSON object")
    missing, more = [name for name in kinds if name not in told], set(told) - set(kinds)
    if missing or more:
        raise BadAnswer(f"it lacks {', '.join(missing)}" if missing else "it has fields that were not asked for")
    return {name: _value(name, told[name], kind) for name, kind in kinds.items()}


def _value(name: str, value: Any, kind: str | list[str]) -> Any:
    if isinstance(kind, list):
        if value in kind:
            return value
        raise BadAnswer(f"{name} is none of {', '.join(kind)}")
    if kind == "text" and isinstance(value, str):
        return value[:MOST_CHARACTERS]
    if kind == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "texts" and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [each[:MOST_CHARACTERS] for each in value[:MOST_TEXTS]]
    raise BadAnswer(f"{name} is no {kind}")
