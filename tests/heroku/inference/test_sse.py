"""The reader of Server-Sent Events: the same events however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.inference.sse import MOST_EVENT_BYTES, MOST_STREAM_BYTES, Event, Reader, TooLarge
from tests.heroku.inference.streams import RECORDED

BYTES = RECORDED.encode()


def events(*chunks: bytes) -> list[Event]:
    reader = Reader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


WHOLE = events(BYTES)


def test_a_recorded_stream_is_read() -> None:
    assert [event.name for event in WHOLE] == ["message", "message", "message", "done"]
    assert "Ich schaue nach … \N{PILE OF POO}" in WHOLE[0].data


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_cut_at_any_byte_changes_nothing(end: str) -> None:
    told = RECORDED.replace("\n", end).encode()

    assert [cut for cut in range(len(told)) if events(told[:cut], told[cut:]) != WHOLE] == []


def test_byte_by_byte_it_is_the_same() -> None:
    assert events(*(bytes([byte]) for byte in BYTES)) == WHOLE


@given(st.lists(st.integers(0, len(BYTES)), max_size=30))
def test_any_cuts_change_nothing(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(BYTES)]

    assert events(*(BYTES[start:end] for start, end in pairwise(places))) == WHOLE


def test_what_has_no_end_is_no_event() -> None:
    for cut in range(len(BYTES)):
        assert events(BYTES[:cut]) == WHOLE[: len(events(BYTES[:cut]))]
    assert events(BYTES[:-1]) == WHOLE[:-1]


@pytest.mark.parametrize(
    ("told", "event"),
    [
        pytest.param("data: a\ndata: b\n\n", Event("message", "a\nb"), id="several lines"),
        pytest.param("data:a\n\n", Event("message", "a"), id="no space"),
        pytest.param("data:  a\n\n", Event("message", " a"), id="two spaces"),
        pytest.param("\ufeffdata: a\n\n", Event("message", "a"), id="a byte order mark"),
        pytest.param(": hello\nid: 7\nretry: 1\nwhat: x\ndata: a\n\n", Event("message", "a"), id="other fields"),
        pytest.param("data\n\n", Event("message", ""), id="no colon"),
        pytest.param("event: x\n\ndata: a\n\n", Event("message", "a"), id="a name without data is forgotten"),
    ],
)
def test_the_finer_points_of_the_standard(told: str, event: Event) -> None:
    assert events(told.encode()) == [event]


def test_bytes_that_are_no_utf_8_are_shown_as_such() -> None:
    assert events(b"data: \xff\n\n") == [Event("message", "\ufffd")]


def test_an_event_without_end_is_given_up() -> None:
    reader = Reader()
    for _ in range(MOST_EVENT_BYTES // 100_000):
        assert list(reader.feed(b"x" * 100_000)) == []
    with pytest.raises(TooLarge):
        list(reader.feed(b"x"))


@pytest.mark.parametrize(
    "line", [b"data: %b\n" % (b"x" * 100), b"data\n", b": x\n"], ids=["data", "no data", "comments"]
)
def test_so_is_one_of_lines_without_end(line: bytes) -> None:
    lines = line * (100_000 // len(line))
    with pytest.raises(TooLarge, match="an event"):
        events(*[lines] * (2 * MOST_EVENT_BYTES // len(lines) + 1))


def test_a_stream_that_floods_us_is_given_up() -> None:
    chunk = b"data: x\n\n" * 10_000
    with pytest.raises(TooLarge, match="the stream"):
        events(*[chunk] * (MOST_STREAM_BYTES // len(chunk) + 1))


@pytest.mark.timeout(30)
def test_a_long_line_byte_by_byte_costs_no_more_than_at_once() -> None:
    """A megabyte in single bytes was joined anew with each of them, and all other streams of the worker stood still."""
    reader = Reader()
    for _ in range(MOST_EVENT_BYTES // 2):
        assert list(reader.feed(b"x")) == []

    assert list(reader.feed(b"\ndata: a\n\n")) == [Event("message", "a")]


@pytest.mark.parametrize(
    "chunks",
    [
        (b"data: a\r", b"\ndata: b\r", b"\n\r\n"),
        (b"data: a\r", b"", b"\n", b"data: b\n\r"),
        (b"data: a\rdata: b\n", b"\r\n"),
    ],
    ids=["between chunks", "with nothing between", "mixed"],
)
def test_an_end_of_line_in_two_chunks_is_one(chunks: tuple[bytes, ...]) -> None:
    assert events(*chunks) == [Event("message", "a\nb")]
