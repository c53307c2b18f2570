"""Durations in, and back into words."""

import pytest

from rules.durations import in_words, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", 30),
        ("10m", 600),
        ("2h", 7_200),
        ("1d", 86_400),
        ("1h30m", 5_400),
        ("1d2h3m4s", 93_784),
        ("30d", 2.592e6),
    ],
)
def test_a_duration_is_read(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "s", "30", "30 s", "1.5h", "-1s", "1m1h", "0s", "30d1s", "9999999999s", 30, True, None, []]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"duration|unit|longer"):
        seconds(text)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3_600, "1 h"),
        (7_384, "2 h 3 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_duration_is_told_in_its_largest_units(duration: float, words: str) -> None:
    assert in_words(duration) == words
