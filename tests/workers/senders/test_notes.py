"""What people are told, before it is put in the form of any medium."""

import pytest

from tests.workers.senders.factories import message, note
from workers.notes import Note


def test_a_note_is_called_by_its_app_and_rule_unless_it_says_otherwise() -> None:
    assert note().title == "acme-shop · tell"
    assert note(title="Oh dear").title == "Oh dear"
    assert Note.of("x", facts={}).title == "Dynohook"
    assert note(title="Fine", resolve=True).headline == "Resolved: Fine"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param("token HRKU-1234-5678 here", "token [redacted] here", id="a token"),
        pytest.param("key inf-0123456789abcdef", "key [redacted]", id="a key of the inference service"),
        pytest.param("https://user:pass@acme.example/x", "https://[redacted]acme.example/x", id="a password"),
        pytest.param("https://acme.example/x?sig=abc", "https://acme.example/x?[redacted]", id="a pre-signed link"),
        pytest.param("all is \u202ewell", "all is well", id="text turned around"),
        pytest.param("in\u200bvisible\x00\x1b[31m", "invisible[31m", id="what is not seen"),
        pytest.param("one\r\ntwo\u2028three", "one\ntwo\nthree", id="ends of lines"),
        pytest.param("half \ud800 a pair", "half  a pair", id="half a character"),
        pytest.param("  \n ", "(The text of this message came out empty.)", id="nothing"),
    ],
)
def test_no_secret_and_nothing_misleading_is_told(said: str, told: str) -> None:
    assert note(said).text == told


def test_the_name_of_an_incident_is_told_like_any_text() -> None:
    assert note(incident=" shop HRKU-1234 ").incident == "shop [redacted]"


def test_a_title_is_one_line_and_not_endless() -> None:
    assert note(title="a\nb").title == "a b"
    assert len(note(title="x" * 1_000).title) == 150


def test_it_comes_back_from_redis_as_it_was() -> None:
    whole = note("words \N{PILE OF POO}", title="Title", incident="trouble", resolve=True)

    assert Note.from_json(whole.to_json()) == whole


def test_in_short_it_stays_small_and_says_where_to_look() -> None:
    short = note("x" * 9_000).short()

    assert len(short.to_json()) < 700
    assert short.facts == {"app": "acme-shop", "event": "e1", "rule": "tell", "run": "e1:tell"}


def test_one_note_is_told_as_it_is() -> None:
    one = message()

    assert (one.title, one.text, one.look) == (
        "acme-shop · tell",
        "acme-shop crashed",
        "bin/dynohook runs show e1:tell",
    )


def test_of_several_what_is_alike_is_told_once() -> None:
    several = message(note("a", key="1"), note("b", key="2"), note("a", key="3"))

    assert several.title == "3 messages about acme-shop"
    assert several.text == "acme-shop · tell (2 times)\na\n\nacme-shop · tell\nb"


def test_of_more_than_are_shown_the_number_is_told() -> None:
    many = message(note("a", key="1"), note("b", key="2"), count=1_500)

    assert many.title == "1,500 messages"
    assert many.text.endswith("\n\n… and 1,498 more.")
