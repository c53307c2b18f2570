"""An agent's answer as values: of the fields that the rule names, of their kinds, and nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
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
LARGEST_NUMBER = 2**53  # beyond it, numbers are not the same to everybody who reads JSON
_FENCE = "```"


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


def read(text: str, kinds: Kinds, *, begun: str = "") -> dict[str, Any]:
    """The values in an answer, which may stand in a block of Markdown, or go on with what had `begun` for the model.
    Raises BadAnswer."""
    told = _first_of((text, begun + text, *list(_blocks(text))[-1:]))
    if not isinstance(told, dict):
        raise BadAnswer("it is no JSON object")
    missing, more = [name for name in kinds if name not in told], set(told) - set(kinds)
    if missing or more:
        raise BadAnswer(f"it lacks {', '.join(missing)}" if missing else "it has fields that were not asked for")
    return {name: _value(name, told[name], kind) for name, kind in kinds.items()}


def _first_of(texts: Sequence[str]) -> Any:
    """What the first of them says that is JSON; all that Python's own reader lets pass is refused before."""
    for text in texts:
        try:
            from_json(text.strip(), allow_inf_nan=False)
        except ValueError:
            continue
        return json.loads(text, object_pairs_hook=_each_once)
    raise BadAnswer("it is no JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a field that is told twice nobody knows which is meant."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise BadAnswer("it tells a field twice")
    return told


def _blocks(text: str) -> Iterator[str]:
    """What stands between lines that fence it. No pattern, as one that allows for blanks can be kept busy by them."""
    block: list[str] | None = None
    for line in text.split("\n"):
        if not line.lstrip().startswith(_FENCE):
            if block is not None:
                block.append(line)
        elif block is None:
            block = []
        else:
            yield "\n".join(block)
            block = None


def _value(name: str, value: Any, kind: str | list[str]) -> Any:
    if isinstance(kind, list):
        if value in kind:
            return value
        raise BadAnswer(f"{name} is none of {', '.join(kind)}")
    if kind == "text" and isinstance(value, str):
        return value[:MOST_CHARACTERS]
    if kind == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(name, value)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind == "texts" and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [each[:MOST_CHARACTERS] for each in value[:MOST_TEXTS]]
    raise BadAnswer(f"{name} is no {kind}")


def _number(name: str, number: float) -> float:
    if abs(number) <= LARGEST_NUMBER:
        return number
    raise BadAnswer(f"{name} is too large a number")
