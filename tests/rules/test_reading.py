"""YAML in: JSON's values with their places, or words that help; bounded whatever comes."""

import time
from typing import Any

import pytest

from rules.files.positions import locate, to_data
from rules.files.reading import MAX_CHARACTERS, MAX_PROBLEMS, Source, read


def complaint(text: str) -> str:
    _, problems = read(Source("rules.yaml", text))
    assert problems, "nothing was wrong"
    return str(problems[0]).splitlines()[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("on: x", {"on": "x"}, id="on is a text"),
        pytest.param("%YAML 1.1\n---\non: yes", {"on": "yes"}, id="even where 1.1 is asked for"),
        pytest.param("a: no", {"a": "no"}, id="no is a text"),
        pytest.param("a: [true, False, NULL, ~, ]", {"a": [True, False, None, None]}, id="words"),
        pytest.param("a:", {"a": None}, id="nothing"),
        pytest.param("a: [1, -2, 007, 0o17, 0x1F]", {"a": [1, -2, 7, 15, 31]}, id="whole numbers"),
        pytest.param("a: [1.5, .5, 2., 1e3]", {"a": [1.5, 0.5, 2.0, 1000.0]}, id="broken numbers"),
        pytest.param("a: ['1', \"true\", !!str 2]", {"a": ["1", "true", "2"]}, id="quoted"),
        pytest.param(
            "a: [2025-05-17, .inf, .nan, 1e999]", {"a": ["2025-05-17", ".inf", ".nan", "1e999"]}, id="not JSON"
        ),
        pytest.param("1: a\ntrue: b", {"1": "a", "true": "b"}, id="keys are texts"),
        pytest.param("a: |\n  x\n  y\n", {"a": "x\ny\n"}, id="block text"),
        pytest.param("a: &b {c: [1]}\nd: *b", {"a": {"c": [1]}, "d": {"c": [1]}}, id="alias"),
        pytest.param("\ufeffa: 1", {"a": 1}, id="byte order mark"),
        pytest.param("a: {b: 1}\r\nc: 2\r\n", {"a": {"b": 1}, "c": 2}, id="Windows line ends"),
    ],
)
def test_only_what_json_knows_comes_out(text: str, value: Any) -> None:
    root, problems = read(Source("rules.yaml", text))

    assert problems == []
    assert root is not None
    assert to_data(root) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "a: {glob: *-x}", "1:11: *-x is an alias of nothing above; a text that begins with * must be", id="*-x"
        ),
        pytest.param("a: {glob: *}", "1:12: a text that begins with * must be quoted", id="*"),
        pytest.param("when: !x", '1:7: !x is a tag in YAML; a text that begins with ! must be quoted: "!x"', id="!x"),
        pytest.param("when: [!x, y]", 'a text that begins with ! must be quoted: "!x"', id="!x in a list"),
        pytest.param("when: | b", "a text that begins with |, >, - or ? must be quoted", id="|"),
        pytest.param("when: > 5", "a text that begins with |, >, - or ? must be quoted", id=">"),
        pytest.param("when: - 5 < 3", "a text that begins with |, >, - or ? must be quoted", id="-"),
        pytest.param("when: ? x", "a text that begins with |, >, - or ? must be quoted", id="?"),
        pytest.param("when: [1].exists(x, x == 1)", "begins with [ or { must be quoted as a whole", id="[1] and more"),
        pytest.param("when: {a: 1}.a == 1", "begins with [ or { must be quoted as a whole", id="{} and more"),
        pytest.param("text: “a: b”", "these quotes mean nothing in YAML", id="typographic quotes"),
        pytest.param("on: x\nmode:live\ndo: y", "a key without a colon and a space behind it", id="no space"),
        pytest.param("when: !<x", "1:10: a text that begins with ! must be quoted", id="broken tag"),
        pytest.param('when: "a" in b', "1:11: the text goes on after a quoted piece", id="quoted piece"),
        pytest.param(
            "text: {{ app.name }}", "1:8: a mapping or list cannot be a key, and a text with {{", id="template"
        ),
        pytest.param("text: {{ app.name }}: x", "a text with {{ … }} must be quoted", id="template and colon"),
        pytest.param("text: a: b", "1:8: a text with a colon and a space in it must be quoted", id="colon"),
        pytest.param("text: @ops", "1:7: a text that begins with %, @ or ` must be quoted", id="at"),
        pytest.param("a:\n\tb: 1", "2:1: lines are indented with spaces, not with tabs", id="tab"),
        pytest.param("a:\n  b: 1\n c: 2", "3:2: the indentation does not fit the lines above", id="indentation"),
        pytest.param("a: 'b", "1:6: a quote is opened here or above and never closed", id="quote"),
        pytest.param("a: {b: c", "1:9: a bracket { or [ is not closed", id="bracket"),
        pytest.param("a: [b, c\nd: e", "a bracket { or [ is not closed", id="bracket, then a key"),
        pytest.param("a: 1\nb\nc: 2", "a key without a colon", id="no colon"),
        pytest.param("a: \x00", "1:4: the character U+0000 is not allowed in YAML", id="control character"),
        pytest.param("x: 1\na: \ud800", "2:4: the character U+D800 is not allowed in YAML", id="lone surrogate"),
        pytest.param(
            'a: 1\nb: "\\U0011ffff"', "2:1: here or soon after stands a character that does not", id="no character"
        ),
        pytest.param('a: "\\ud800"', "1:4: holds half a character", id="lone surrogate, escaped"),
        pytest.param("a: 1\n---\nb: 2", "2:1: one document per file", id="two documents"),
        pytest.param("a: 1\nb: 2\na: 3", "3:1: a: is there twice, first on line 1, column 1", id="key twice"),
        pytest.param("&a [*a]", "1:5: *a is an alias of nothing above", id="alias of itself"),
        pytest.param("# nothing\n", "1:1: is empty: it needs `version: 1` and `rules:`", id="empty"),
        pytest.param("%YAML 9\n", "not YAML: ", id="anything else"),
    ],
)
def test_what_yaml_stumbles_over_is_told_in_words_that_help(text: str, told: str) -> None:
    assert told in complaint(text)


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 20)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("x" * (MAX_CHARACTERS + 1), "is larger than 1,000,000 characters", id="large"),
        pytest.param(_bomb(), "holds more than 200,000 values", id="aliases of aliases"),
        pytest.param("[" * 20_000, "nested more than 40 levels", id="lists in lists"),
        pytest.param("{a: " * 20_000, "nested more than 40 levels", id="mappings in mappings"),
        pytest.param("- " * 20_000, "nested more than 40 levels", id="block lists"),
        pytest.param("? " * 20_000, "nested more than 40 levels", id="keys of keys"),
        pytest.param(
            "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100)), "40 levels", id="chain"
        ),
    ],
)
def test_what_is_too_much_is_refused_at_once(text: str, told: str) -> None:
    started = time.perf_counter()
    assert told in complaint(text)
    assert time.perf_counter() - started < 5  # seconds; generous, since unbounded would be minutes or never


def test_a_file_full_of_errors_does_not_tell_them_without_end() -> None:
    _, problems = read(Source("rules.yaml", "a: b\n" * 10_000))

    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].message == "too much is wrong to tell all of it"


def test_every_key_and_value_knows_its_place() -> None:
    root, _ = read(Source("rules.yaml", "a: &x\n  - {b: 1,   c: two}\nd: *x\n"))
    assert root is not None

    assert locate(root, ("a", 0, "c")) == (2, 17)
    assert locate(root, ("a", 0, "c"), at_key=True) == (2, 14)
    assert locate(root, ("d", 0, "c")) == (2, 17)
    assert locate(root, ("a", 0, "no", "such")) == (2, 5)
    assert locate(root, ("a", 9)) == (1, 4)
    assert locate(root, ()) == (1, 1)


def test_a_problem_prints_as_editors_read_it_with_the_line_and_a_caret() -> None:
    _, [problem] = read(Source("rules/a.yaml", "x: 1\nwhen: !y\n"))

    assert str(problem).splitlines()[0].startswith("rules/a.yaml:2:7: !y is a tag")
    assert str(problem).splitlines()[1:] == ["    when: !y", "          ^"]


def test_a_line_with_an_address_is_not_shown() -> None:
    _, [problem] = read(Source("a.yaml", "ops: {webhook: https://hooks.example.com/SECRET, x: !y}"))

    assert "SECRET" not in str(problem)


def test_a_very_long_line_is_cut_around_the_caret() -> None:
    _, [problem] = read(Source("a.yaml", "x: [" + "a, " * 200 + "!y, " + "b, " * 200 + "]"))

    _, shown, caret = str(problem).splitlines()
    assert len(shown) < 120
    assert shown[caret.index("^")] == "!"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("    ops: {webhook: $OPS_WEBHOOK_URL, secret: $OPS_SECRET}", True),
        ('    - notify: {to: log, text: "{{ app.name }}: the token is missing"}', True),
        ("    name: roll-back-the-crashing-release-of-2026-for-good", True),
        ("    data.id: 21fd03ad-961a-4081-8e35-0c1be17b3e16", True),
        ("    match: {data.addon_service.name: heroku-postgresql, data.exit_status: 137}", True),
        ("    ops: {webhook: https://hooks.example.com/x}", False),
        ("    text: HRKU-0a", False),
        ("    key: sk-abc", False),
        ("    ops: {slack: T0123/B4567/abcdefABCDEF0123456789xy}", False),
        ("    password: tulip", False),
        ('    "api_key": "tulip"', False),
        ("    header: Bearer tulip", False),
    ],
)
def test_a_line_that_may_hold_a_secret_is_not_shown(line: str, *, shown: bool) -> None:
    assert Source("a.yaml", f"x: y\n{line}").shown(2) == (line if shown else "")


@pytest.mark.parametrize("line", ["a" * 200_000, "1" * 200_000, "+" * 200_000, "passw" * 40_000, "a1-" * 70_000])
def test_looking_for_secrets_takes_no_longer_for_odd_lines(line: str) -> None:
    begun = time.monotonic()
    Source("a.yaml", line).shown(1)
    assert time.monotonic() - begun < 1.0
