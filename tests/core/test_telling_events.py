"""What was sent, told to people: as it is, without secrets, and short whatever it is."""

from typing import Any

import pytest

from core.records import Kept
from core.sightings import KeptEvent
from core.telling.events import LONGEST_TEXT, content, unreadable


def event(body: bytes, reason: str = "", *decisions: Any) -> KeptEvent:
    return KeptEvent("e1", 0, "decided", None, Kept("unreadable" if reason else "event", reason, body, decisions))


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param(b'{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}, id="json as it is"),
        pytest.param(b'{"a": "HRKU-123 b"}', {"a": "[redacted] b"}, id="without a token"),
        pytest.param(b'{"HRKU-123": 1}', {"[redacted]": 1}, id="nor in a name"),
        pytest.param(b'{"a": "x', '{"a": "x', id="no json"),
        pytest.param(b"\xff\x00HRKU-123\n", "\N{REPLACEMENT CHARACTER} [redacted]", id="no text"),
        pytest.param(b'"\\ud800"', '"\\ud800"', id="half a character"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_what_was_sent_is_shown_without_secrets(body: bytes, shown: Any) -> None:
    assert content(event(body)) == shown


@pytest.mark.parametrize("body", [b"[" * 500_000, b"x" * 1_000_000, b'{"a": "' + b"x" * 900_000 + b'"}'])
def test_what_is_endless_is_shown_in_short(body: bytes) -> None:
    """An event of a hundred thousand brackets ended the command that was to show it."""
    assert len(str(content(event(body)))) < LONGEST_TEXT + 20


def test_why_something_could_not_be_read_is_known_from_whoever_could_not() -> None:
    assert unreadable(event(b"{", "not JSON")) == "not JSON"
    assert unreadable(event(b"{}", "", {"unreadable": "no usable id"})) == "no usable id"
    assert unreadable(event(b"{}")) == ""
