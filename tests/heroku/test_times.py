"""Heroku's three spellings of a time, and all that is none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.times import parse


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-05-17T11:37:58.404020Z", datetime(2025, 5, 17, 11, 37, 58, 404020, tzinfo=UTC)),
        ("2025-05-17T11:37:37+00:00", datetime(2025, 5, 17, 11, 37, 37, tzinfo=UTC)),
        ("2023-08-03T14:19:07Z", datetime(2023, 8, 3, 14, 19, 7, tzinfo=UTC)),
        ("2023-08-03T16:19:07+02:00", datetime(2023, 8, 3, 14, 19, 7, tzinfo=UTC)),
        ("2023-08-03T14:19:07.5Z", datetime(2023, 8, 3, 14, 19, 7, 500000, tzinfo=UTC)),
        ("2023-08-03T14:19:07.123456789Z", datetime(2023, 8, 3, 14, 19, 7, 123456, tzinfo=UTC)),
    ],
)
def test_reads_heroku_s_spellings_as_utc(text: str, time: datetime) -> None:
    read = parse(text)
    assert read == time
    assert read is not None
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        None,
        1715946000,
        True,
        b"2023-08-03T14:19:07Z",
        "",
        "yesterday",
        "2023-08-03",
        "2023-08-03T14:19:07",
        "2023-08-03 14:19:07Z",
        "2023-08-03T14:19:07Z ",
        "2023-08-03T14:19:07Z\n",
        "2023-02-31T14:19:07Z",
        "2023-08-03T25:19:07Z",
        "2023-08-03T14:19:60Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2023-08-03T14:19:07+99:99",
        "2023-08-03T14:19:07+02:00:30",
        "٢٠٢٣-08-03T14:19:07Z",
    ],
    ids=repr,
)
def test_anything_else_is_no_time(text: object) -> None:
    assert parse(text) is None


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-23, 23))
def test_every_time_comes_back_from_its_spelling(time: datetime, hours: int) -> None:
    local = timezone(timedelta(hours=hours))
    try:
        text = time.astimezone(local).isoformat()
    except OverflowError:
        return
    assert parse(text) == time


@given(st.text() | st.none() | st.floats())
def test_never_raises(text: object) -> None:
    parse(text)
