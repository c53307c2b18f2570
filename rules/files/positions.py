"""A YAML document as a tree that knows where each of its keys and values stands."""

from dataclasses import dataclass
from typing import Any, NamedTuple

Scalar = str | int | float | bool | None


class Place(NamedTuple):
    """Line and column, both counted from 1."""

    line: int
    column: int


class Entry(NamedTuple):
    """A key's place and its value."""

    key: Place
    node: "Node"


@dataclass(slots=True)
class Node:
    """A value; `text` is what was written for a scalar, `size` and `height` count it with all that is inside."""

    place: Place
    value: Scalar | dict[str, Entry] | list["Node"]
    text: str | None = None
    size: int = 1
    height: int = 1

    def inner(self) -> "list[Node]":
        """The values directly inside."""
        if isinstance(self.value, dict):
            return [entry.node for entry in self.value.values()]
        return self.value if isinstance(self.value, list) else []


def to_data(node: Node) -> Any:
    """The document as plain dicts, lists and scalars, nothing shared between two places."""
    if isinstance(node.value, dict):
        return {key: to_data(entry.node) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return [to_data(inner) for inner in node.value]
    return node.value


def locate(root: Node, path: tuple[str | int, ...], *, at_key: bool = False) -> Place:
    """Where `path` stands; as near as the document goes, if it does not go that far."""
    return _found(root, path, at_key=at_key)[1]


def text_at(root: Node, path: tuple[str | int, ...]) -> str:
    """The text of the scalar at `path`; empty if there is none."""
    return _found(root, path, at_key=False)[0].text or ""


def _found(root: Node, path: tuple[str | int, ...], *, at_key: bool) -> tuple[Node, Place]:
    node, place = root, root.place
    for depth, part in enumerate(path, 1):
        if isinstance(node.value, dict) and isinstance(part, str) and part in node.value:
            key, node = node.value[part]
            place = key if at_key and depth == len(path) else node.place
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            place = node.place
        else:
            break
    return node, place
