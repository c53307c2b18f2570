"""Values in sentences: short, on one line, told apart from each other, and never a link."""

from typing import Any

import pytest

from rules.paths import MISSING
from rules.texts.shown import LONGEST, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("crashed", "crashed", id="a word"),
        pytest.param("acme-web, v2", '"acme-web, v2"', id="a text with more than names have"),
        pytest.param("42", '"42"', id="a text like a number"),
        pytest.param("true", '"true"', id="a text like a boolean"),
        pytest.param("missing", '"missing"', id="a text like our own word"),
        pytest.param("", '""', id="an empty text"),
        pytest.param("a\nb", '"a\\nb"', id="two lines"),
        pytest.param("ünï", "ünï", id="letters of other alphabets"),
        pytest.param("«ü»", '"«ü»"', id="quoted as it is"),
        pytest.param(42, "42", id="a number"),
        pytest.param(True, "true", id="a boolean"),
        pytest.param(None, "null", id="null"),
        pytest.param(MISSING, "missing", id="missing"),
        pytest.param(["ä", {"b": [1]}], '["ä", {"b": [1]}]', id="a list"),
        pytest.param([[[[1]]]], "[[[[1]]]]", id="four levels"),
        pytest.param([[[[[1]]]]], '[[[["…"]]]]', id="five levels"),
        pytest.param([[[[{"a": 1}, "b"]]]], '[[[["…", "b"]]]]', id="a text at the fifth level"),
        pytest.param({"a": {"b": {"c": {"d": {"e": 1}}}}}, '{"a": {"b": {"c": {"d": "…"}}}}', id="five mappings"),
        pytest.param("https://logs.example.com/x?signature=SECRET", "a link", id="a link"),
        pytest.param("see redis://:SECRET@host", "a link", id="a link in a text"),
        pytest.param({"url": "https://logs.example.com/x?signature=SECRET"}, '{"url": "a link"}', id="a link inside"),
        pytest.param("x" * LONGEST, "x" * LONGEST, id="as long as may be"),
    ],
)
def test_a_value_is_shown(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize("value", ["x" * 1_000_000, ["y" * 100] * 100_000, {"k" * 200: [1] * 1_000}, 10**4_000])
def test_a_large_value_is_cut(value: Any) -> None:
    text = shown(value)

    assert len(text) <= LONGEST + len('""')
    assert "…" in text


def test_what_is_too_long_is_cut_to_its_beginning() -> None:
    assert shown("x" * (LONGEST + 1)) == f'"{"x" * (LONGEST - 1)}…"'
