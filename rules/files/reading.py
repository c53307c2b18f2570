"""YAML text read into a tree with positions, bounded in size, depth and what aliases may unfold to.

Built from YAML's events, which arrive one by one: an oversized or too deep text is refused before the rest of
it has been looked at. Only JSON's kinds of values come out; https://yaml.org/spec/1.2.2/#103-core-schema.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from rules.errors import Problem
from rules.files.positions import Entry, Node, Place
from rules.files.scalars import resolve
from rules.files.yaml_hints import QUOTE_TEMPLATE, explained, must_be_quoted, place_of
from rules.texts.secrets import may_hold_secret

MAX_CHARACTERS = 1_000_000
MAX_NODES = 200_000  # with everything that aliases unfold to
MAX_DEPTH = 40
MAX_SHOWN = 10_000  # characters of a line that is looked through for secrets
MAX_PROBLEMS = 50  # of the YAML itself


@dataclass(frozen=True, slots=True)
class Source:
    """A text with rules, and the name it goes by in messages: a path or a variable."""

    name: str
    text: str

    def problem(self, place: Place, message: str, *, key: str = "") -> Problem:
        """A problem at a place of this text."""
        return Problem(self.name, *place, key, message, source_line=self.shown(place.line))

    def shown(self, number: int) -> str:
        """That line for a message; nothing if there may be a secret in it, such as an address, or if it is endless."""
        line = self.line(number)
        return "" if len(line) > MAX_SHOWN or may_hold_secret(line) else line

    def line(self, number: int) -> str:
        """The line with that number, counted from 1."""
        lines = _lines(self.text)
        return lines[number - 1] if number <= len(lines) else ""


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    """Taken apart once for all the problems of a text."""
    return text.split("\n")


class _Refused(Exception):
    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def read(source: Source) -> tuple[Node | None, list[Problem]]:
    """The document in `source`, or None if it cannot be read; and what is wrong with it."""
    if len(source.text) > MAX_CHARACTERS:
        return None, [Problem(source.name, 1, 1, "", f"is larger than {MAX_CHARACTERS:,} characters")]
    composer = _Composer(source)
    try:
        for event in _events(source):
            composer.take(event)
    except _Refused as error:
        composer.problems.append(source.problem(error.place, str(error)))
        return None, composer.problems
    if composer.root is None:
        composer.problems.append(source.problem(Place(1, 1), "is empty: it needs `version: 1` and `rules:`"))
    return composer.root, composer.problems


def _events(source: Source) -> Iterator[Event]:
    last = Place(1, 1)
    try:
        for event in YAML(typ="safe", pure=True).parse(source.text):
            last = _place(event)
            yield event
    except YAMLError as error:
        place = place_of(error, source.text)
        raise _Refused(place, explained(error, source.line(place.line))) from None
    except ValueError:  # from an escape like "\U0011ffff", which the library does not expect
        raise _Refused(last, "here or soon after stands a character that does not exist") from None


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else Place(1, 1)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet; a mapping's key waits for its value."""

    node: Node
    anchor: str | None
    key: Node | None = None


@dataclass(slots=True)
class _Composer:
    source: Source
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, Node] = field(default_factory=dict)
    _nodes: int = 0

    def take(self, event: Event) -> None:
        place = _place(event)
        match event:
            case DocumentStartEvent() if self.root is not None:
                raise _Refused(place, "one document per file: take the second one to a file of its own")
            case ScalarEvent():
                self._scalar(event, place)
            case AliasEvent():
                self._alias(str(event.anchor), place)
            case MappingStartEvent() | SequenceStartEvent():
                self._start(event, place)
            case CollectionEndEvent():
                self._end()
            case _:
                pass

    def _scalar(self, event: ScalarEvent, place: Place) -> None:
        _check_tag(event, place)
        text = str(event.value)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise _Refused(place, "holds half a character: a surrogate without its partner")
        plain = event.style is None and event.tag is None
        node = Node(place, resolve(text) if plain else text, text)
        self._name(event.anchor, node)
        self._add(node, 1)

    def _alias(self, anchor: str, place: Place) -> None:
        if anchor not in self._anchors:
            raise _Refused(place, f"*{anchor} is an alias of nothing above; {must_be_quoted(f'*{anchor}')}")
        node = self._anchors[anchor]
        self._bound_depth(node.height, place)
        self._add(Node(place, node.value, node.text, node.size, node.height), node.size)

    def _start(self, event: Any, place: Place) -> None:
        _check_tag(event, place)
        self._bound_depth(1, place)
        empty: Any = {} if isinstance(event, MappingStartEvent) else []
        self._open.append(_Open(Node(place, empty), event.anchor))

    def _end(self) -> None:
        done = self._open.pop()
        inner = done.node.inner()
        done.node.size = 1 + sum(node.size for node in inner)
        done.node.height = 1 + max((node.height for node in inner), default=0)
        self._name(done.anchor, done.node)
        self._add(done.node, 1)

    def _add(self, node: Node, more: int) -> None:
        self._nodes += more
        if self._nodes > MAX_NODES:
            raise _Refused(node.place, f"holds more than {MAX_NODES:,} values, aliases counted as often as used")
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif parent.key is None:
            parent.key = _as_key(node)
        else:
            self._put(parent, node)

    def _put(self, parent: _Open, node: Node) -> None:
        entries, key = parent.node.value, parent.key
        parent.key = None
        if not isinstance(entries, dict) or key is None or key.text is None:
            return
        if key.text in entries:
            first = entries[key.text].key
            message = f"is there twice, first on line {first.line}, column {first.column}"
            self._tell(self.source.problem(key.place, message, key=key.text))
            return
        entries[key.text] = Entry(key.place, node)

    def _tell(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Refused(Place(problem.line, problem.column), "too much is wrong to tell all of it")

    def _name(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self._anchors[anchor] = node

    def _bound_depth(self, height: int, place: Place) -> None:
        if len(self._open) + height > MAX_DEPTH:
            raise _Refused(place, f"is nested more than {MAX_DEPTH} levels deep")


def _check_tag(event: Any, place: Place) -> None:
    tag = str(event.tag) if event.tag is not None else None
    if tag not in {None, "!", "tag:yaml.org,2002:str"}:
        word = tag.rstrip(",")
        raise _Refused(place, f"{word} is a tag in YAML; {must_be_quoted(word)}")


def _as_key(node: Node) -> Node:
    if node.text is None:
        raise _Refused(node.place, f"a mapping or list cannot be a key, and {QUOTE_TEMPLATE}")
    return node
