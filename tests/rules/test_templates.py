"""Templates: what they may say, what they print, and that no context and no text can make them run away."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.texts.templates import (
    MAX_OUTPUT,
    MAX_SOURCE,
    TemplateError,
    compile_template,
    is_template,
    render_params,
)

FIELDS: dict[str, Any] = {
    "include": "dyno",
    "action": "destroy",
    "app": {"id": "a1", "name": "shop"},
    "data": {
        "state": "crashed",
        "exit_status": 137,
        "current": True,
        "slug": None,
        "items": "a key like a method",
        "plans": ["mini", "basic"],
        "accents": ["é"],
        "empty": "",
        "none": [],
        "release": {"version": 42, "commit": "0123456789abcdef"},
        "output_stream_url": "https://logs.example.com/1?signature=SECRET",
        "source_blob": {"url": "https://blobs.example.com/2?token=SECRET", "version": "abc"},
        "text": "<b> & 'quotes'",
    },
}
CONTEXT: dict[str, Any] = {
    **FIELDS,
    "event": FIELDS,
    "rule": "a-rule",
    "steps": {"rollback": {"outcome": "done", "sentence": "Rolled back to v41."}},
}


def rendered(text: str) -> str:
    return compile_template(text).render(CONTEXT)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param("{{ app.name }}: {{ steps.rollback.sentence }}", "shop: Rolled back to v41.", id="names"),
        pytest.param("{{ event.data.state }} {{ include }} {{ rule }}", "crashed dyno a-rule", id="event and rule"),
        pytest.param("{{ steps['rollback'].outcome }}", "done", id="in brackets"),
        pytest.param("{{ data.exit_status }} {{ data.current }}", "137 true", id="number and boolean"),
        pytest.param("{{ data.release }}", '{"version": 42, "commit": "0123456789abcdef"}', id="a mapping"),
        pytest.param("[{{ data.slug }}{{ data.slug.id }}{{ data.no.such[3].thing }}]", "[]", id="missing and null"),
        pytest.param("{{ data.slug.id | default('no slug') }}", "no slug", id="default"),
        pytest.param("{{ data.items }}", "a key like a method", id="keys, not methods"),
        pytest.param("[{{ data.keys }}{{ data.plans.append }}{{ data.state.upper }}]", "[]", id="no methods"),
        pytest.param("{{ data.release.commit[:8] }} {{ data.plans[0] }}", "01234567 mini", id="positions"),
        pytest.param(
            "[{{ data[1:] }}{{ data.slug[:8] }}{{ 1.5[1:] }}{{ data.state['a':] }}]", "[]", id="slices of nothing"
        ),
        pytest.param(
            "{{ data.plans[1:] | first }} {{ data.state[:-1][::2] }}{{ data.state[::0] }}", "basic cah", id="slices"
        ),
        pytest.param("{{ data.plans | join(' and ') }}", "mini and basic", id="join"),
        pytest.param(
            "{{ data.plans | first }} {{ data.plans | last }} {{ data.plans | length }}", "mini basic 2", id="list"
        ),
        pytest.param("{{ data.state | upper }} {{ 'X ' | lower | trim }}", "CRASHED x", id="case"),
        pytest.param("{{ data.release.commit | truncate(6) }}", "01234…", id="truncate"),
        pytest.param(
            "{{ data.state | default('x') }}{{ data.empty | default('y') }}", "crashedy", id="default, not used"
        ),
        pytest.param("{{ data.state | truncate(7) }} {{ data.state | truncate(0) }}", "crashed crashed", id="not cut"),
        pytest.param("[{{ data.none | last }}{{ data.state | last }}{{ data.state | first }}]", "[]", id="no ends"),
        pytest.param("{{ data.accents | json }}", '["é"]', id="json is not escaped"),
        pytest.param("{{ data.plans[-2] }}{{ data.plans[2] }}", "mini", id="the first, and beyond"),
        pytest.param("{{ data.plans | json }} {{ data.state | json }}", '["mini", "basic"] "crashed"', id="json"),
        pytest.param("{% if data.exit_status > 0 %}bad{% else %}good{% endif %}", "bad", id="if"),
        pytest.param(
            "{% if data.gone > 0 or data.gone < 0 or 1 in data.gone %}x{% endif %}", "", id="missing compares false"
        ),
        pytest.param("{{ 'null' if data.slug is none }} {{ 'set' if data.state is defined }}", "null set", id="tests"),
        pytest.param("{% if data.state in ['crashed', 'down'] and not data.slug %}y{% endif %}", "y", id="in a list"),
        pytest.param(
            "{% for plan in data.plans %}{{ loop.index }}={{ plan }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "1=mini, 2=basic",
            id="loop",
        ),
        pytest.param("{% for x in data.gone %}{{ x }}{% else %}none{% endfor %}", "none", id="loop over nothing"),
        pytest.param("{% for links in data.gone %}{{ links.x }}{% endfor %}", "", id="a loop's own name"),
        pytest.param("{{ data.text }}", "<b> & 'quotes'", id="not escaped: it is text"),
        pytest.param("{# a note #}{{ app.name }}\n", "shop\n", id="comment, and the last line's end"),
    ],
)
def test_a_template_prints(text: str, printed: str) -> None:
    assert rendered(text) == printed


@pytest.mark.parametrize(
    "text",
    [
        "{{ data }}",
        "{{ event | json }}",
        "{{ data.source_blob.url }}",
        "{{ data.source_blob | json }}",
        "{% for key in data %}{{ key }}{% endfor %}{{ data.source_blob.url | upper }}",
    ],
)
def test_no_secret_link_is_printed(text: str) -> None:
    assert "SECRET" not in rendered(text)
    assert "sign" not in rendered(text)


def test_a_link_without_its_query_is_printed() -> None:
    assert rendered("{{ data.source_blob.url }} x") == "https://blobs.example.com/2?… x"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("{{ app.name() }}", "a call", id="call"),
        pytest.param("{{ range(9) }}", "a call", id="call of a name"),
        pytest.param("{{ 9 ** 9 }}", "arithmetic", id="power"),
        pytest.param("{{ 'a' * 9 }}", "arithmetic", id="repeat"),
        pytest.param("{{ -data.exit_status }}", "arithmetic", id="minus"),
        pytest.param("{{ 'a' ~ 'b' }}", "joining with ~", id="concatenation"),
        pytest.param("{% set a = 1 %}", "{% set %}", id="set"),
        pytest.param("{% set a %}x{% endset %}", "{% set %}", id="set block"),
        pytest.param("{% macro a() %}{% endmacro %}", "{% macro %}", id="macro"),
        pytest.param("{% import 'a' as b %}", "{% import %}", id="import"),
        pytest.param("{% from 'a' import b %}", "{% from … import %}", id="from import"),
        pytest.param("{% include 'a' %}", "{% include %}", id="include"),
        pytest.param("{% extends 'a' %}", "{% extends %}", id="extends"),
        pytest.param("{% block a %}{% endblock %}", "{% block %}", id="block"),
        pytest.param("{% filter upper %}a{% endfilter %}", "{% filter %}", id="filter block"),
        pytest.param("{% with a = 1 %}{% endwith %}", "{% with %}", id="with"),
        pytest.param("{{ {'a': 1} }}", "a mapping", id="mapping"),
        pytest.param(
            "{% for a in data.x %}{% for b in a %}{% endfor %}{% endfor %}", "a loop in a loop", id="two loops"
        ),
        pytest.param("{% for a in data.x recursive %}{% endfor %}", "a loop in a loop", id="recursive"),
        pytest.param("{% for a, b in data.x %}{% endfor %}", "a loop gives one name", id="two names"),
        pytest.param("{{ data.x | replace('a', 'b') }}", "replace is not a filter", id="filter"),
        pytest.param(
            "{{ data.x | jion }}", "jion is not a filter: there are default, first, join", id="filter misspelt"
        ),
        pytest.param("{{ data.x | join(separator='x') }}", "no named arguments", id="named argument"),
        pytest.param("{{ data.x is callable }}", "callable is not a test", id="test"),
        pytest.param("{{ data[app.name] }}", "only a fixed key", id="key from a value"),
        pytest.param("{{ data.x[data.y:] }}", "only a fixed key", id="slice from a value"),
        pytest.param("{{ release.id }}", "release is not known here", id="unknown name"),
        pytest.param("{{ stpes.rollback }}", "steps?", id="misspelt name"),
        pytest.param("{{ self }}", "self is not known here", id="self"),
        pytest.param("{{ loop.index }}", "loop is not known here", id="loop outside a loop"),
        pytest.param("{{ data.output_stream_url }}", "a pre-signed link, a secret", id="secret"),
        pytest.param("{{ data['output_stream_url'] }}", "a pre-signed link, a secret", id="secret in brackets"),
        pytest.param("{{ app.name", "is no template: ", id="not closed"),
        pytest.param("{% if %}", "is no template: ", id="no condition"),
        pytest.param("{{ app.name }} " + "x" * MAX_SOURCE, "is longer than 4,000 characters", id="long"),
        pytest.param("{{ " + "(" * 1_500 + "1" + ")" * 1_500 + " }}", "nested too deeply", id="deep"),
        pytest.param("{{ " + "not " * 900 + "1 }}", "nested too deeply", id="a thousand nots"),
        pytest.param("{{ 1e999 }}", "out of range", id="infinity"),
        pytest.param("{% for a in data.x %}{% endfor %}" * 6, "more than 5 loops", id="six loops"),
        pytest.param("{% if 1 %}" * 100 + "{% endif %}" * 100, "nested too deeply", id="ifs in ifs"),
    ],
)
def test_what_is_not_allowed_is_refused_on_compiling(text: str, told: str) -> None:
    with pytest.raises(TemplateError) as raised:
        compile_template(text)

    assert told in str(raised.value)


def test_a_template_tells_what_it_refers_to() -> None:
    template = compile_template("{{ app.name }} {{ steps.a.outcome }} {% for x in steps['b'].y %}{{ x }}{% endfor %}")

    assert template.names() == {"app", "steps"}
    assert template.steps == {"a", "b"}


def test_a_template_is_compiled_once() -> None:
    assert compile_template("{{ app.id }}") is compile_template("{{ app.id }}")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ data.long }}{{ data.long }}", id="long value"),
        pytest.param("{% for x in data.many %}{{ data.long }}{% endfor %}", id="long value, many times"),
        pytest.param("{{ data.many | join(data.long) }}", id="long separator"),
        pytest.param("{{ data.long | join('x') }}{% for x in data.long %}{{ x }}{% endfor %}", id="a text is no list"),
        pytest.param("{% for x in data.many %}{% if 'q' in data.many %}{% endif %}{% endfor %}" * 5, id="silent loops"),
    ],
)
def test_output_and_time_are_bounded(text: str) -> None:
    context = {"data": {"long": "y" * 1_000_000, "many": ["z"] * 300_000}}
    started = time.perf_counter()

    output = compile_template(text).render(context)

    assert len(output) <= MAX_OUTPUT
    assert time.perf_counter() - started < 5  # seconds; generous, unbounded it is minutes


def test_an_output_that_is_cut_says_so() -> None:
    output = compile_template("{{ data.x }}{{ data.x }}").render({"data": {"x": "y" * 10_000}})

    assert len(output) == MAX_OUTPUT
    assert output.endswith("y…")


@pytest.mark.parametrize("pieces", [1, 2])
def test_an_output_as_long_as_may_be_is_whole(pieces: int) -> None:
    value = "y" * (MAX_OUTPUT // pieces)

    assert compile_template("{{ data.x }}" * pieces).render({"data": {"x": value}}) == "y" * MAX_OUTPUT


def test_values_that_cannot_be_compared_are_an_error_that_shows_neither() -> None:
    with pytest.raises(TemplateError, match="cannot be compared") as raised:
        rendered("{{ data.state > 3 }}")

    assert "crashed" not in str(raised.value)


def test_parameters_are_rendered_through_and_through() -> None:
    params = {
        "to": ["ops", "{{ app.name }}"],
        "deep": {"text": "{% if data.current %}yes{% endif %}", "plain": "a {b} %c"},
        "number": 3,
        "nothing": None,
    }

    assert render_params(params, CONTEXT) == {
        "to": ["ops", "shop"],
        "deep": {"text": "yes", "plain": "a {b} %c"},
        "number": 3,
        "nothing": None,
    }
    assert params["to"] == ["ops", "{{ app.name }}"]


@pytest.mark.parametrize(
    ("value", "expected"), [("{{ a }}", True), ("{% if %}", True), ("a { b }", False), ("", False), (3, False)]
)
def test_what_counts_as_a_template(value: object, expected: bool) -> None:
    assert is_template(value) is expected


# fmt: off
PIECES = st.lists(st.sampled_from([
    "{{ ", " }}", "{% if ", " %}", "{% endif %}", "{% for x in data %}", "{% endfor %}", "data", ".a", "[0]", "[1:]",
    "|join", "|default('x')", "|truncate(data)", "|first", " > ", " in ", " not ", "(", ")", "1", "'a'", "x", "**",
]), max_size=12).map("".join)
# fmt: on
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=3),
    max_leaves=6,
)
ALLOWED = st.sampled_from(
    [
        "{{ data.a | first | length }}{{ data[0] | last | default(data) | upper }}",
        "{% for x in data %}{{ x.a }}{{ x | join(data.b) }}{{ loop.index }}{% else %}{{ data.a[1:] }}{% endfor %}",
        "{{ data | truncate(data.a) | json | trim }}{{ data | lower }}{{ data.b | truncate(0) }}",
        "{% if data is defined and data.a is not none or data == data.b %}{{ data }}{% endif %}",
        "{{ 'x' if data.a > data.b else 'y' }}{{ data.a in data }}",
    ]
)


@given(text=PIECES | st.text(max_size=40).map(lambda text: "{{" + text + "}}") | ALLOWED, data=JSON)
def test_any_text_renders_any_data_or_raises_a_template_error(text: str, data: Any) -> None:
    try:
        output = compile_template(text).render({"data": data})
    except TemplateError as error:
        output = str(error)

    assert len(output) <= MAX_OUTPUT
