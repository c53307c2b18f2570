"""Expressions in CEL: what they are true of, what is an error and never a yes, and what nobody may write."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from cel_expr_python import cel  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import ExpressionError
from rules.texts.expression_syntax import FUNCTIONS, field_path
from rules.texts.expression_values import MAX_ITEMS, MAX_TEXT
from rules.texts.expression_values import given as given_to
from rules.texts.expressions import EVENT_NAMES, STEP_NAMES, compile_expression

DATA: dict[str, Any] = {
    "state": "crashed",
    "type": "web",
    "exit_status": 137,
    "ratio": 0.5,
    "current": True,
    "empty": "",
    "nothing": None,
    "huge": 2**70,
    "plans": ["mini", "basic", None],
    "domains": [{"hostname": "a.example", "kind": "custom"}, {"hostname": "b.example"}],
    "release": {"id": "r1", "version": 42},
    "a-b": 1,
    "long": "x" * (MAX_TEXT + 1),
    "many": [1] * (MAX_ITEMS + 1),
    "link": "https://logs.example/x?signature=abc",
}
FIELDS: dict[str, Any] = {
    "id": "e1",
    "include": "dyno",
    "resource": "dyno",
    "action": "destroy",
    "app": {"id": "a1", "name": "shop"},
    "data": DATA,
    "created_at": "2025-05-17T12:00:00Z",
}
STEPS = {"rollback": {"outcome": "done", "sentence": "Took v42 back.", "version": 41}}


@pytest.mark.parametrize(
    "text",
    [
        "data.exit_status > 0",
        "data.exit_status == 137.0",
        "data.ratio < 1",
        "data.ratio == 0.5",
        "data.current",
        "!(data.type == 'run')",
        "data.type in ['web', 'worker']",
        "data.state == 'crashed' && data.type == 'web'",
        "data.state == 'up' || data.type == 'web'",
        "data.missing == 1 || data.type == 'web'",
        "data.type == 'web' || data.missing == 1",
        "data.exit_status > 100 ? data.current : false",
        "data['a-b'] == 1",
        "data.`a-b` == 1",
        "'mini' in data.plans",
        "size(data.plans) == 2",
        "data.plans[1] == 'basic'",
        "data.domains.exists(one, one.hostname.endsWith('.example'))",
        "data.domains.all(one, has(one.hostname))",
        "data.domains.exists_one(one, has(one.kind) && one.kind == 'custom')",
        "size(data.domains.filter(one, has(one.kind))) == 1",
        "has(data.state)",
        "!has(data.nothing)",
        "!has(data.missing)",
        "!has(actor.email)",
        "!has(data.long)",
        "!has(data.many)",
        "data.empty == ''",
        "data.huge > 1.0",
        "data.state.matches('^cr.*d$')",
        "data.state.contains('ash') && data.state.startsWith('cr')",
        "string(data.exit_status) == '137'",
        "action == 'destroy' && include == 'dyno' && resource == 'dyno'",
        "app.name.startsWith('sh')",
        "event.data.type == data.type",
        "event.app == app",
        "release.version == 42",
        "timestamp(created_at) < timestamp('2026-01-01T00:00:00Z')",
        "timestamp(created_at).getHours() == 12",
        "duration('90m') > duration('1h')",
        "// a remark\ntrue",
    ],
)
def test_an_expression_is_true(text: str) -> None:
    assert compile_expression(text).verdict(FIELDS).held
    assert compile_expression(text).holds(FIELDS)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("data.exit_status == 1", "137"),
        ("data.exit_status == '137'", "137"),
        ("data.current == 1", "true"),
        ("data.state == 'up' && data.type == 'web'", "data.state: crashed; data.type: web"),
        ("has(data.missing)", "missing"),
        ("has(data.nothing)", "null"),
        ("data.plans == []", '["mini", "basic", null]'),
        ("data.link == ''", "a link"),
        ("release.version > 42", "42"),
        ("false", ""),
    ],
)
def test_an_expression_is_false_and_says_what_it_saw(text: str, seen: str) -> None:
    assert compile_expression(text).verdict(FIELDS) == (False, seen)
    assert not compile_expression(text).holds(FIELDS)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("data.missing == 1", "missing is missing", id="missing"),
        pytest.param("data.missing != 1", "missing is missing", id="missing is not different either"),
        pytest.param("!data.missing", "missing is missing", id="missing is not false"),
        pytest.param("data.nothing == null", "nothing is missing", id="null counts as missing"),
        pytest.param("data.nothing != 'x'", "nothing is missing", id="null is not different either"),
        pytest.param("data.missing.deeper == 1", "missing is missing", id="below what is missing"),
        pytest.param("data.state.deeper == 1", "", id="below a text"),
        pytest.param("actor.email == 'x'", "email is missing", id="missing with its parent"),
        pytest.param("version == '3'", "version is missing", id="missing at the top"),
        pytest.param("data.long == ''", "long is missing", id="a text too long"),
        pytest.param("data.many == []", "many is missing", id="a list too long"),
        pytest.param("data.state > 1", "> cannot take such values", id="a text and a number"),
        pytest.param("data.state + 1 == 2", "+ cannot take such values", id="a text and a number added"),
        pytest.param("data.state", "it is neither true nor false, but a text", id="a text"),
        pytest.param("data.exit_status", "it is neither true nor false, but a number", id="a number"),
        pytest.param("data.plans", "it is neither true nor false, but a list", id="a list"),
        pytest.param("data.release", "it is neither true nor false, but a mapping", id="a mapping"),
        pytest.param("data.state && true", "&& cannot take such values", id="a text for a truth"),
        pytest.param("1 / 0 == 1", "divide by zero", id="zero"),
        pytest.param("data.exit_status % 0 == 1", "modulus by zero", id="rest of nothing"),
        pytest.param("9223372036854775807 + data.exit_status > 0", "integer overflow", id="too large"),
        pytest.param("int(data.state) == 1", "cannot convert string to int", id="no number"),
        pytest.param("timestamp(data.state) == timestamp(created_at)", "conversion failed", id="no time"),
        pytest.param("data.plans[7] == 'x'", "index", id="beyond the end"),
        pytest.param("data.exit_status.exists(one, true)", "", id="a loop over a number"),
    ],
)
def test_an_error_is_no_match_and_is_told(text: str, error: str) -> None:
    expression = compile_expression(text)
    held, seen = expression.verdict(FIELDS)

    assert not held
    assert not expression.holds(FIELDS)
    assert "error: " in seen
    assert error in seen


def test_the_librarys_own_budget_is_an_error_too() -> None:
    """What is refused on loading would end there: nothing depends on the refusal alone."""
    hundred = str(list(range(100)))
    nested = f"{hundred}.all(a, {hundred}.all(b, {hundred}.all(c, true)))"
    expression = replace(compile_expression("true"), _compiled=cel.NewEnv().compile(nested))

    assert expression.verdict({}) == (False, "error: takes too many turns")
    assert not expression.holds({})


def test_an_event_too_large_to_go_through_is_an_error() -> None:
    fields = {"data": {f"key{number}": "x" * 10_000 for number in range(50)}}

    assert compile_expression("size(data) > 0").verdict(fields).seen.endswith("(error: that is too much to look at)")
    assert compile_expression("data.key7.startsWith('x')").holds(fields)


def test_what_lies_too_deep_or_is_too_large_a_number_counts_as_missing() -> None:
    deep: Any = "here"
    for _ in range(30):
        deep = {"x": deep}
    fields = {"data": {"deep": deep, "endless": 10**400}}

    assert "here" in str(fields)
    assert "here" not in str(given_to([("data",)], fields))
    assert compile_expression("!has(data.endless) && !has(event.data.endless)").holds(fields)


def test_a_release_is_that_of_the_event() -> None:
    expression = compile_expression("release.version == 42")

    assert expression.holds({"resource": "release", "data": {"version": 42}})
    assert expression.holds({"resource": "build", "data": {"release": {"version": 42}}})
    assert not expression.holds({"resource": "build", "data": {"release": None, "version": 42}})
    assert not expression.holds({"resource": "formation", "data": {}})


def test_a_condition_of_a_step_may_ask_for_other_steps() -> None:
    expression = compile_expression(
        "steps.rollback.outcome == 'done' && steps['rollback'].version == 41 && app.name == 'shop'", STEP_NAMES
    )

    assert expression.looks.steps == {"rollback"}
    assert expression.holds({**FIELDS, "steps": STEPS})
    assert not expression.holds({**FIELDS, "steps": {"rollback": {"outcome": "done"}}})
    assert not expression.holds(FIELDS)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param("", (1, 1), "something is missing at the end", id="nothing"),
        pytest.param("data.x ==", (1, 10), "something is missing at the end", id="half"),
        pytest.param("data.x = 1", (1, 8), "cannot be read from here on: equal is written ==", id="one equals sign"),
        pytest.param("data.x == 'a", (1, 11), "a quote is opened here", id="open quote"),
        pytest.param("data.é == 1", (1, 6), "cannot be read from here on", id="odd letter"),
        pytest.param("data.type == 'é' && foo", (1, 21), "foo is not known here", id="after an odd letter"),
        pytest.param("data.x == 1 &&\n  foo == 2", (2, 3), "foo is not known here", id="second line"),
        pytest.param("foo(1)", (1, 1), "foo is not a function here", id="function"),
        pytest.param("data.x.lowerAscii() == 'x'", (1, 8), "lowerAscii is not a function", id="method"),
        pytest.param("steps.x.outcome == 'done'", (1, 1), "steps is not known here", id="steps of a rule"),
        pytest.param("app.region == 'eu'", (1, 1), "app.region can lead nowhere", id="unknown field of app"),
        pytest.param("event.region == 'eu'", (1, 1), "region an event has no region", id="unknown field of an event"),
        pytest.param("action > 1", (1, 8), "> cannot take string, int", id="kinds that are known"),
        pytest.param("version > 1", (1, 9), "> cannot take string, int", id="the version is a text"),
        pytest.param("app.name == 1", (1, 10), "== cannot take string, int", id="an app's name is a text"),
        pytest.param("1 == 'a'", (1, 3), "== cannot take int, string", id="literals"),
        pytest.param("app.name", (1, 1), "must be true or false, and this is a text", id="a text"),
        pytest.param("1 + 1", (1, 1), "must be true or false, and this is a number", id="a number"),
        pytest.param("data.x.matches('(')", (1, 16), "the pattern is wrong: missing )", id="pattern"),
        pytest.param("data.x.matches(data.y)", (1, 8), "must be written out", id="pattern from outside"),
        pytest.param("matches(data.x, 'y')", (1, 1), "must be written out", id="pattern the other way"),
        pytest.param("data.x == 99999999999999999999", (1, 11), "invalid int literal", id="literal too large"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text)

    assert message in raised.value.message
    assert (raised.value.line, raised.value.column) == place


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("dta.x == 1", "data"),
        ("status == 'x'", "data.status"),
        ("data.x.startswith('y')", "startsWith"),
        ("data.x == 1 and data.y == 2", "&&"),
        ("data.x == 1 OR data.y == 2", "||"),
        ("not data.x", "!"),
        ("data.x is 1", "=="),
    ],
)
def test_what_was_probably_meant_is_suggested(text: str, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text)

    assert raised.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("data.a.b == 1 && data.a.c == 2", ["data.a.b", "data.a.c"]),
        ("data == data.a", ["data"]),
        ("data.a.b.size() > data['c'].d", ["data.a.b", "data.c.d"]),
        ("data.items.exists(data, data.x == 1)", ["data.items"]),
        ("event.app.name == release.id", ["app.name", ""]),
        ("data.list[0].x == 'data.y' // data.z", ["data.list"]),
    ],
)
def test_it_is_known_where_an_expression_looks(text: str, paths: list[str]) -> None:
    assert [field_path(path) for path in compile_expression(text).looks.paths] == paths


CALLS = {
    "has": "has(data.state)",
    "size": "data.state.size() == 7",
    "contains": "data.state.contains('rash')",
    "startsWith": "data.state.startsWith('cr')",
    "endsWith": "data.state.endsWith('ed')",
    "matches": "data.state.matches('cr[a-z]+')",
    "int": "int('7') == 7",
    "uint": "uint(7) == 7u",
    "double": "double('0.5') == data.ratio",
    "string": "string(data.exit_status) == '137'",
    "bool": "bool('true')",
    "dyn": "dyn(data.exit_status) == 137",
    "type": "type(data.state) == string",
    "timestamp": "timestamp(created_at) == timestamp('2025-05-17T14:00:00+02:00')",
    "duration": "duration('60m') == duration('1h')",
    "getFullYear": "timestamp(created_at).getFullYear() == 2025",
    "getMonth": "timestamp(created_at).getMonth() == 4",
    "getDate": "timestamp(created_at).getDate() == 17",
    "getDayOfMonth": "timestamp(created_at).getDayOfMonth() == 16",
    "getDayOfWeek": "timestamp(created_at).getDayOfWeek('Europe/Berlin') == 6",
    "getDayOfYear": "timestamp(created_at).getDayOfYear() == 136",
    "getHours": "timestamp(created_at).getHours('+02:00') == 14",
    "getMinutes": "timestamp(created_at).getMinutes() == 0",
    "getSeconds": "duration('90s').getSeconds() == 90",
    "getMilliseconds": "timestamp(created_at).getMilliseconds() == 0",
}


def test_every_function_that_is_allowed_works() -> None:
    assert tuple(CALLS) == FUNCTIONS
    assert {text: compile_expression(text).verdict(FIELDS).seen for text in CALLS.values() if not holds(text)} == {}


def holds(text: str) -> bool:
    return compile_expression(text).holds(FIELDS)


def test_many_threads_may_ask_one_expression_at_once() -> None:
    text = "data.number > 500 && data.items.exists(item, item == data.number) && data.text.matches('^n[0-9]+$')"
    expression = compile_expression(text)

    def ask(number: int) -> bool:
        data = {"number": number, "items": [number - 1, number], "text": f"n{number}"}
        return expression.holds({"data": data}) and not expression.verdict({"data": {**data, "text": "x"}}).held

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, list(range(1_000)) * 5, chunksize=10))

    assert answers == [number > 500 for number in range(1_000)] * 5


def test_many_threads_may_compile_at_once() -> None:
    compile_expression.cache_clear()
    texts = [
        f"data.x == {number % 50} || nothing" if number % 5 == 0 else f"data.x == {number}" for number in range(400)
    ]

    def compiled(text: str) -> bool | str:
        try:
            return compile_expression(text).holds({"data": {"x": int(text.split()[2])}})
        except ExpressionError as error:
            return error.message.partition(";")[0]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(compiled, texts, chunksize=5))

    assert answers == ["nothing is not known here" if "nothing" in text else True for text in texts]


# fmt: off
PIECES = st.lists(st.sampled_from([
    "data", ".a", ".b", "['a']", "[0]", " == ", " > ", " && ", " || ", "!", "(", ")", "1", "'a'", "\"", "has(", "size(",
    ".exists(x, ", ".matches('a+')", " in ", "[", "]", "{", "}", ",", "event", "release", "x", "+", "?", ":", "é", "\n",
]), max_size=12).map("".join)
# fmt: on
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abx"), inner, max_size=3),
    max_leaves=6,
)
ALLOWED = st.sampled_from(
    [
        "data.a == data.b",
        "data.a > 1 || data.b.exists(x, x == data.a)",
        "has(data.a.b) && data.a.b in data.x",
        "size(data.a) > 0 ? data.b : !data.x",
        "release.a == event.data.b && string(data.a).contains('a')",
    ]
)


@given(text=PIECES | st.text(max_size=30) | ALLOWED, data=JSON)
def test_any_text_answers_any_data_or_raises_an_expression_error(text: str, data: Any) -> None:
    try:
        expression = compile_expression(text, EVENT_NAMES)
    except ExpressionError as error:
        assert min(len(error.message), error.line, error.column) >= 1  # noqa: PT017
        return
    fields = {"data": data, "resource": "build"}

    held, seen = expression.verdict(fields)

    assert held is expression.holds(fields)
    assert "\n" not in seen
