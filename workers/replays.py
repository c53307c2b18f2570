"""What a replayed event has passed before, it passes again: what it was held against may be forgotten by now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ASKED_ONCE = ("changed", "after")
BEHIND = frozenset(  # gates that are judged only for who has passed those
    {
        "window",
        "came",
        "cooldown",
        "limit",
        "breaker",
        "breaker opened",
        "overlap",
        "line full",
        "planned",
        "planned before",
        "queued",
        "shadow",
    }
)


def let_pass(rule: dict[str, Any], earlier: Iterable[Mapping[str, Any]], *, book: str) -> dict[str, Any]:
    """`rule` as decide.lua wants it, without the gates that it has passed for this event once; `book` is today's."""
    gates = (gate for line in earlier for index, *gate in line.get("g", ()) if _is_of(rule, line, index, gate, book))
    if not any(_is_behind(gate) for gate in gates):
        return rule
    return {name: value for name, value in rule.items() if name not in ASKED_ONCE}


def _is_of(rule: Mapping[str, Any], line: Mapping[str, Any], index: int, gate: Sequence[Any], book: str) -> bool:
    """Whether a gate of an earlier decision was this rule's: by name where that stands, else by its place."""
    if "r" in line:
        return bool(line["r"] == rule["rule"])
    if gate[0] in ("planned", "queued"):
        return bool(str(gate[1]).rpartition(":")[2] == rule["rule"])
    return bool(line.get("b") == book and index == rule["index"])


def _is_behind(gate: Sequence[Any]) -> bool:
    return gate[0] in BEHIND or (gate[0] == "waits" and gate[1] != "after")
