"""Foreign text loses its secrets, its length and its lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.redacting import MESSAGE_CHARACTERS, REDACTED, clean, redacted, without_secrets


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
        f"pushed with ghp_s3cret{'a' * 20}",
        "slack xoxb-s3cret-0123456789-abcdef",
        "stripe sk_live_s3cret0123456789abc",
        "openai sk-proj-s3cret0123456789abc",
        "jwt eyJs3cret0123.s3cret012345.s3cret",
        "-----BEGIN RSA PRIVATE KEY-----\ns3cret/+=\n-----END RSA PRIVATE KEY-----",
        "postgres://user:p@s3cret@db.example/shop",
        "redis://:s3cret@cache.example:6379",
        "https://bucket.example/x?X-Date=1&amp;X-Signature=s3cret",
        "header Authorization: Token s3cret",
        "header authorization:s3cret",
        "Set-Cookie: session=s3cret; Path=/",
        f"google AIzas3cret{'a' * 29}",
        "https://hooks.slack.com/services/T0/B0/s3cret",
        "https://discord.com/api/webhooks/1/s3cret",
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


@pytest.mark.parametrize(
    "text",
    [
        "Deploy with password=s3cret to all",
        'PASSWORD_OF_DB: "s3cret s3cret"',
        '{"description": "{\\"token\\": \\"s3cret\\"}"}',
        "api-key: s3cret",
        "PGPASSWORD=s3cret psql",
        "DB_PASS=s3cret",
        "Server=db;Uid=u;Pwd=s3cret;",
        "passphrase: s3cret",
        "AWS_SECRET_ACCESS_KEY = s3cret",
        "AccountKey=s3cret==",
        "access_key: s3cret",
    ],
)
def test_what_stands_beside_a_telling_name_is_gone_from_what_strangers_write(text: str) -> None:
    cleaned = without_secrets(text)
    assert "s3cret" not in cleaned
    assert REDACTED in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "It used 10 tokens: few.",
        "The task-runner-is-a-long-name-here ran.",
        "keys: a, b",
        "PWD=/app HOME=/app",
        "12 passed: 3 failed",
        "see https://devcenter.heroku.com/articles/h10@2 and me@acme.example",
    ],
)
def test_words_that_only_sound_like_secrets_stay(text: str) -> None:
    assert without_secrets(text) == text


@given(st.text())
def test_the_rest_is_one_short_printable_line(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MESSAGE_CHARACTERS
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode()


def test_a_long_text_says_that_it_was_cut() -> None:
    assert clean("x" * 500).endswith("x…")
    assert clean("x" * MESSAGE_CHARACTERS) == "x" * MESSAGE_CHARACTERS


@pytest.mark.parametrize(
    "secret",
    [
        "HRKU-abc",
        "https://x.example/?a=b",
        "Authorization: Bearer abc",
        "Cookie: a=b",
        "Basic abc",
        "postgres://u:p@h/d",
    ],
)
def test_json_stays_json_without_its_secrets(secret: str) -> None:
    """A model quoted a link in quotes: the backslash before the second quote went with the query, and so the end of
    the text; what had been an answer could not be read."""
    told = json.dumps({"why": f'see <a href="{secret}">', "cause": "code"})

    assert json.loads(redacted(told))["cause"] == "code"
