"""What matches what: every operator, and the edges at which missing, null and lists stand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.matching import MATCHED, BadMatch, compile_match
from rules.operators import OPERATORS

DATA = {
    "state": "crashed",
    "type": "web",
    "exit_status": 137,
    "ratio": 0.5,
    "current": True,
    "one": 1,
    "zero": 0,
    "slug": None,
    "empty": "",
    "release": {"id": "r1", "version": 42, "deep": {"er": "yes"}},
    "plans": ["mini", "basic"],
    "numbers": [1, 2],
    "flags": [True],
    "version": "1",
}
FIELDS = {"include": "dyno", "action": "destroy", "app": {"name": "acme-shop"}, "data": DATA}


def matches(spec: dict[str, Any]) -> bool:
    return compile_match(spec).match(FIELDS) == MATCHED


@pytest.mark.parametrize(
    ("path", "condition"),
    [
        pytest.param("data.state", "crashed", id="text"),
        pytest.param("action", "destroy", id="top level"),
        pytest.param("data.release.version", 42, id="three levels"),
        pytest.param("data.release.deep.er", "yes", id="four levels"),
        pytest.param("data.exit_status", 137.0, id="whole and broken number"),
        pytest.param("data.current", True, id="true"),
        pytest.param("data.empty", "", id="empty text"),
        pytest.param("data.plans", "mini", id="text in a list"),
        pytest.param("data.numbers", 2, id="number in a list"),
        pytest.param("data.state", ["up", "crashed"], id="one of"),
        pytest.param("data.plans", ["basic", "large"], id="one of, in a list"),
        pytest.param("data.one", ["x", 2, 1], id="one of, numbers and texts"),
        pytest.param("data.numbers", ["x", 2], id="one of, number in a list"),
        pytest.param("data.state", {"not": "up"}, id="not"),
        pytest.param("data.state", {"not": ["up", "starting"]}, id="not one of"),
        pytest.param("data.state", {"not": {"glob": "s*"}}, id="not an operator"),
        pytest.param("data.missing", {"not": "up"}, id="not, missing"),
        pytest.param("data.slug", {"not": "up"}, id="not, null"),
        pytest.param("data.state.deeper", {"not": "up"}, id="not, below a text"),
        pytest.param("data.plans", {"not": "large"}, id="not, in a list"),
        pytest.param("app.name", {"glob": "acme-*"}, id="glob"),
        pytest.param("app.name", {"glob": "acme-sh[aeio]p"}, id="glob with a set"),
        pytest.param("data.plans", {"glob": "b?sic"}, id="glob in a list"),
        pytest.param("app.name", {"prefix": "acme-"}, id="prefix"),
        pytest.param("app.name", {"suffix": "-shop"}, id="suffix"),
        pytest.param("app.name", {"contains": "e-s"}, id="contains, text"),
        pytest.param("data.plans", {"contains": "basic"}, id="contains, list"),
        pytest.param("data.numbers", {"contains": 1}, id="contains, number in a list"),
        pytest.param("data.exit_status", {"gt": 0}, id="gt"),
        pytest.param("data.exit_status", {"gte": 137}, id="gte"),
        pytest.param("data.ratio", {"lt": 1}, id="lt"),
        pytest.param("data.zero", {"lte": 0}, id="lte"),
        pytest.param("data.exit_status", {"gt": 100, "lt": 200}, id="two operators, both hold"),
        pytest.param("data.state", {"exists": True}, id="exists"),
        pytest.param("data.zero", {"exists": True}, id="zero exists"),
        pytest.param("data.empty", {"exists": True}, id="an empty text exists"),
        pytest.param("data.missing", {"exists": False}, id="missing"),
        pytest.param("data.slug", {"exists": False}, id="null"),
        pytest.param("data.state", {"any": ["up", {"prefix": "cra"}]}, id="any of conditions"),
        pytest.param("data.state", {"all": [{"prefix": "cra"}, {"suffix": "ed"}]}, id="all of conditions"),
        pytest.param("data.state", {"none": ["up", {"prefix": "st"}]}, id="none of conditions"),
        pytest.param("data.missing", {"none": ["up"]}, id="none, missing"),
    ],
)
def test_a_condition_holds(path: str, condition: Any) -> None:
    assert matches({path: condition})


@pytest.mark.parametrize(
    ("path", "condition"),
    [
        pytest.param("data.state", "up", id="another text"),
        pytest.param("data.state", "Crashed", id="case counts"),
        pytest.param("data.missing", "up", id="missing"),
        pytest.param("data.slug", "up", id="null"),
        pytest.param("actor.email", "up", id="missing with its parent"),
        pytest.param("data.state.deeper", "up", id="below a text"),
        pytest.param("data.plans.mini", "mini", id="below a list"),
        pytest.param("data.one", True, id="one is not true"),
        pytest.param("data.zero", False, id="zero is not false"),
        pytest.param("data.current", 1, id="true is not one"),
        pytest.param("data.numbers", True, id="one in a list is not true"),
        pytest.param("data.flags", 1, id="true in a list is not one"),
        pytest.param("data.version", 1, id="a text is not its number"),
        pytest.param("data.one", "1", id="a number is not its text"),
        pytest.param("data.plans", "min", id="not an item of the list"),
        pytest.param("data.one", ["1", True, 2], id="none of, numbers and texts"),
        pytest.param("data.state", {"not": "crashed"}, id="not"),
        pytest.param("data.missing", {"not": {"not": "up"}}, id="not not, missing"),
        pytest.param("data.plans", {"not": "mini"}, id="not, in the list"),
        pytest.param("app.name", {"glob": "acme"}, id="glob covers the whole text"),
        pytest.param("app.name", {"glob": "ACME-*"}, id="glob, case counts"),
        pytest.param("data.missing", {"glob": "*"}, id="glob, missing"),
        pytest.param("data.slug", {"glob": "*"}, id="glob, null"),
        pytest.param("data.one", {"glob": "*"}, id="glob on a number"),
        pytest.param("data.numbers", {"prefix": "1"}, id="prefix on numbers"),
        pytest.param("data.missing", {"contains": "a"}, id="contains, missing"),
        pytest.param("data.release", {"contains": "id"}, id="contains, mapping"),
        pytest.param("data.flags", {"contains": 1}, id="contains, true is not one"),
        pytest.param("data.state", {"contains": 1}, id="contains, number in a text"),
        pytest.param("data.current", {"gte": 0}, id="true is not compared"),
        pytest.param("data.version", {"gte": 0}, id="a text is not compared"),
        pytest.param("data.numbers", {"gte": 0}, id="a list is not compared"),
        pytest.param("data.missing", {"lt": 1}, id="lt, missing"),
        pytest.param("data.slug", {"lte": 1}, id="lte, null"),
        pytest.param("data.exit_status", {"gt": 137}, id="gt at the bound"),
        pytest.param("data.exit_status", {"lt": 137}, id="lt at the bound"),
        pytest.param("data.exit_status", {"gt": 100, "lt": 110}, id="one of two operators"),
        pytest.param("data.slug", {"exists": True}, id="null does not exist"),
        pytest.param("data.missing", {"exists": True}, id="missing does not exist"),
        pytest.param("data.state", {"exists": False}, id="exists"),
        pytest.param("data.state", {"none": ["up", "crashed"]}, id="none of conditions"),
    ],
)
def test_a_condition_does_not_hold(path: str, condition: Any) -> None:
    assert not matches({path: condition})


@pytest.mark.parametrize(
    ("spec", "held"),
    [
        pytest.param({"any": [{"data.state": "up"}, {"data.type": "web"}]}, True, id="any, one holds"),
        pytest.param({"any": [{"data.state": "up"}, {"data.type": "worker"}]}, False, id="any, none holds"),
        pytest.param({"any": [{"data.state": "crashed", "data.type": "worker"}]}, False, id="an alternative is whole"),
        pytest.param({"all": [{"data.state": "crashed"}, {"data.type": "web"}]}, True, id="all"),
        pytest.param({"all": [{"data.state": "crashed"}, {"data.type": "run"}]}, False, id="all, one fails"),
        pytest.param({"none": [{"data.state": "up"}, {"data.type": "run"}]}, True, id="none"),
        pytest.param({"none": [{"data.type": "web"}]}, False, id="none, one holds"),
        pytest.param({"none": [{"data.type": "web"}, {"data.state": "up"}]}, False, id="none, one of two holds"),
        pytest.param({"none": [{"data.missing": "x"}]}, True, id="none, missing"),
        pytest.param({"any": [{"none": [{"data.type": "web"}]}, {"data.one": 1}]}, True, id="nested"),
        pytest.param({"data.type": "web", "any": [{"data.state": "up"}]}, False, id="beside a field"),
    ],
)
def test_groups_nest(spec: dict[str, Any], held: bool) -> None:
    assert matches(spec) is held


def test_the_first_failing_clause_is_told() -> None:
    compiled = compile_match({"data.state": "crashed", "data.type": "worker", "data.one": 2})

    assert compiled.match(FIELDS) == 1
    assert compiled.clauses[1] == "data.type is worker"


def test_every_clause_is_described_with_what_it_saw() -> None:
    compiled = compile_match(
        {
            "data.state": "up",
            "data.slug": {"exists": True},
            "data.gone": "x",
            "any": [{"data.type": "web", "data.one": 1}],
        }
    )

    assert compiled.describe(FIELDS) == [
        ("data.state is up", "crashed", False),
        ("data.slug exists", "null", False),
        ("data.gone is x", "missing", False),
        ("any of (data.type is web and data.one is 1)", "data.type: web; data.one: 1", True),
    ]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        pytest.param({"not": ["a", "b"]}, "data.x is none of a, b", id="not one of"),
        pytest.param({"not": {"not": "a"}}, "data.x is a", id="not not"),
        pytest.param({"glob": "a-*"}, "data.x fits a-*", id="glob"),
        pytest.param({"gte": 2, "lt": 5}, "data.x is at least 2 and is under 5", id="two operators"),
        pytest.param("1", 'data.x is "1"', id="a text like a number"),
        pytest.param({"any": ["a", {"exists": False}]}, "data.x is a or does not exist", id="any"),
        pytest.param({"none": ["a", {"prefix": "b"}]}, "data.x is not a and does not begin with b", id="none"),
    ],
)
def test_clauses_read_as_sentences(condition: Any, text: str) -> None:
    assert compile_match({"data.x": condition}).clauses == (text,)


def test_a_link_is_never_shown() -> None:
    compiled = compile_match({"data.output_stream_url": {"exists": False}})

    [verdict] = compiled.describe({"data": {"output_stream_url": "https://logs.example.com/x?signature=abc"}})

    assert verdict.seen == "a link"


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        pytest.param({}, (), "an empty match", id="empty"),
        pytest.param({"data.x": None}, ("data.x",), "null matches nothing", id="null"),
        pytest.param({"data.x": {"not": None}}, ("data.x", "not"), "matched by nothing", id="not null"),
        pytest.param({"data.x": []}, ("data.x",), "an empty list", id="empty list"),
        pytest.param({"data.x": ["a", None]}, ("data.x", 1), "plain values", id="null in a list"),
        pytest.param({"data.x": [{"glob": "a"}]}, ("data.x", 0), "plain values", id="operator in a list"),
        pytest.param({"data.x": {}}, ("data.x",), "an empty condition", id="empty condition"),
        pytest.param({"data.x": {"glub": "a"}}, ("data.x", "glub"), "is not an operator", id="unknown operator"),
        pytest.param({"data.x": {"glob": 1}}, ("data.x", "glob"), "must be a text", id="glob a number"),
        pytest.param({"data.x": {"prefix": ""}}, ("data.x", "prefix"), "must be a text", id="empty prefix"),
        pytest.param({"data.x": {"gt": "1"}}, ("data.x", "gt"), "must be a number", id="gt a text"),
        pytest.param({"data.x": {"gt": True}}, ("data.x", "gt"), "must be a number", id="gt true"),
        pytest.param({"data.x": {"exists": "no"}}, ("data.x", "exists"), "true or false", id="exists no"),
        pytest.param({"data.x": {"contains": [1]}}, ("data.x", "contains"), "must be a text", id="contains a list"),
        pytest.param({"data.x": {"any": []}}, ("data.x", "any"), "list of conditions", id="any of nothing"),
        pytest.param({"data.x": {"any": ["a", {"gt": "b"}]}}, ("data.x", "any", 1, "gt"), "number", id="deep"),
        pytest.param({"any": {"data.x": 1}}, ("any",), "list of matches", id="any of a mapping"),
        pytest.param({"none": []}, ("none",), "list of matches", id="none of nothing"),
        pytest.param({"any": ["a"]}, ("any", 0), "mapping of paths", id="any of a text"),
        pytest.param({"any": [{}]}, ("any", 0), "an empty match", id="any of an empty match"),
        pytest.param({"state": "up"}, ("state",), "an event has no state", id="a field of data at the top"),
        pytest.param({"app.region": "eu"}, ("app.region",), "app.id, app.name", id="unknown field of app"),
        pytest.param({"data..x": 1}, ("data..x",), "dotted path", id="not a path"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(spec: Any, path: tuple[Any, ...], message: str) -> None:
    with pytest.raises(BadMatch) as raised:
        compile_match(spec)

    [fault] = raised.value.faults
    assert fault.path == path
    assert message in fault.message


def test_all_faults_of_a_match_are_told_at_once() -> None:
    with pytest.raises(BadMatch) as raised:
        compile_match({"stat": 1, "data.x": {"glub": 1}, "any": [{"data.y": None}, 3]})

    assert [fault.path for fault in raised.value.faults] == [
        ("stat",),
        ("data.x", "glub"),
        ("any", 0, "data.y"),
        ("any", 1),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
SCALARS = st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
CONDITIONS = st.recursive(
    SCALARS
    | st.lists(SCALARS, min_size=1, max_size=3)
    | st.dictionaries(st.sampled_from(sorted(OPERATORS)), JSON, max_size=2),
    lambda inner: (
        st.builds(lambda spec: {"not": spec}, inner)
        | st.lists(inner, min_size=1, max_size=2).map(lambda specs: {"any": specs})
    ),
    max_leaves=4,
)
PATHS = st.sampled_from(["data", "data.a", "data.a.b", "data.a.b.c", "app.name", "action"])


@given(spec=st.dictionaries(PATHS, CONDITIONS, min_size=1, max_size=3), data=JSON, app=JSON)
def test_matching_any_json_never_raises(spec: dict[str, Any], data: Any, app: Any) -> None:
    fields = {"data": data, "app": app}
    try:
        compiled = compile_match(spec)
    except BadMatch:
        return

    first = compiled.match(fields)
    held = [verdict.held for verdict in compiled.describe(fields)]
    assert first == (held.index(False) if False in held else MATCHED)


@given(condition=CONDITIONS, value=JSON)
def test_not_is_exactly_the_opposite(condition: Any, value: Any) -> None:
    try:
        plain, opposite = compile_match({"data": condition}), compile_match({"data": {"not": condition}})
    except BadMatch:
        return

    assert (plain.match({"data": value}) == MATCHED) is not (opposite.match({"data": value}) == MATCHED)
