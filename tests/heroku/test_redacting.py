"""Foreign text loses its secrets, its length and its lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.redacting import MESSAGE_CHARACTERS, REDACTED, clean


@pytest.mark.parametrize(
    "text",
    [
        "token HRKU-s3cret is bad",
        "token hrku-AAs3cret_x-y.z is bad",
        "header Authorization: Bearer s3cret",
        'header "Bearer s3cret" refused',
        "header Authorization: Basic s3cret=",
        "key inf-s3cret-0123456789",
        "https://user:s3cret@host.example/path",
        "https://bucket.example/build?X-Signature=s3cret&X-Date=s3cret",
        "plain s3cret-token here",
    ],
)
def test_secrets_are_gone(text: str) -> None:
    cleaned = clean(text, "s3cret-token")
    assert "s3cret" not in cleaned
    assert REDACTED in cleaned


@pytest.mark.parametrize(
    "text", ["Couldn't find that app.", "Your account reached the API limit. Please wait a few minutes."]
)
def test_what_heroku_says_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(st.text())
def test_the_rest_is_one_short_printable_line(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MESSAGE_CHARACTERS
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode()


def test_a_long_text_says_that_it_was_cut() -> None:
    assert clean("x" * 500).endswith("x…")
    assert clean("x" * MESSAGE_CHARACTERS) == "x" * MESSAGE_CHARACTERS
