"""Whatever a rule that loads says, looking it over ends, soon and with warnings only."""

import json
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from heroku.fields import FIELDS
from rules.examining import MAX_WARNINGS, examine
from rules.files.loading import Source
from rules.files.schema import schema
from rules.subscriptions import ENTITIES, EVERY_SUBSCRIPTION
from workers.actions import SPECS

KNOWN = sorted({path for fields in FIELDS.values() for path in fields})
VALIDATOR = Draft202012Validator(schema(SPECS))

STEP = {"do": [{"notify": {"to": "log", "text": "{{ data.none }}"}}]}

path = st.one_of(st.sampled_from(KNOWN), st.sampled_from(["data.none", "data.slug.none.of.it", "data.app", "data"]))
value = st.one_of(st.booleans(), st.integers(-3, 300), st.sampled_from(["failed", "crashed", "web", "*", "1", "no"]))
operand = st.recursive(
    st.one_of(
        value,
        st.lists(value, min_size=1, max_size=3),
        st.sampled_from(["glob", "prefix", "suffix"]).flatmap(lambda name: st.just({name: "w*"})),
        st.sampled_from(["gt", "gte", "lt", "lte"]).flatmap(lambda name: st.just({name: 3})),
        st.booleans().map(lambda there: {"exists": there}),
        value.map(lambda inner: {"contains": inner}),
    ),
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=1, max_size=2).map(lambda several: {"any": several}),
        st.lists(inner, min_size=1, max_size=2).map(lambda several: {"none": several, "all": several}),
    ),
    max_leaves=3,
)
fields = st.dictionaries(path, operand, min_size=1, max_size=3)
match = st.recursive(
    fields,
    lambda inner: st.tuples(st.sampled_from(["any", "all", "none"]), st.lists(inner, min_size=1, max_size=2)).map(
        lambda group: {group[0]: group[1]}
    ),
    max_leaves=3,
)
on = st.lists(st.sampled_from([str(one) for one in EVERY_SUBSCRIPTION]), min_size=1, max_size=3)
partner = st.fixed_dictionaries(
    {"on": on, "within": st.just("1h"), "match": match}, optional={"same": st.dictionaries(path, path, max_size=2)}
)
rule = st.fixed_dictionaries(
    {"name": st.just("a-rule"), "on": on, "match": match, "do": st.just([{"notify": {"to": "log", "text": "x"}}])},
    optional={
        "each": path,
        "changed": path.map(lambda one: {"path": one, "to": "failed"}),
        "after": partner,
        "missing": partner,
        "when": path.map(lambda one: f"{one} == 'failed' || size('x') > 3"),
    },
)


def looked_over(*rules: dict[str, Any]) -> bool:
    """Whether they load; if so there are warnings, or nothing at all."""
    examined = examine([Source("mine.yaml", json.dumps({"version": 1, "rules": rules}))], actions=SPECS)
    severities = {problem.severity for problem in examined.problems}
    assert severities <= ({"error"} if examined.book is None else {"warning"})
    return examined.book is not None


@given(rule)
def test_looking_over_ends_with_warnings_only(one: dict[str, Any]) -> None:
    looked_over(one)


@given(rule)
def test_whatever_loads_fits_the_schema(one: dict[str, Any]) -> None:
    if looked_over(one):
        assert [error.message for error in VALIDATOR.iter_errors({"version": 1, "rules": [one]})] == []


def test_most_of_what_is_tried_loads() -> None:
    """Else the test above would show nothing."""
    assert looked_over(
        {
            "name": "a-rule",
            "on": ["dyno", "api:release.update"],
            "match": {"any": [{"data.none": {"none": ["1"], "all": ["1"]}}, {"data.slug": {"gt": 3}}]},
            "after": {"on": "api:release.destroy", "within": "1h", "match": {"data.status": {"not": "no"}}},
            "when": "data.slug == 'failed' || size('x') > 3",
            "do": [{"notify": {"to": "log", "text": "x"}}],
        }
    )


def large(size: int) -> list[dict[str, Any]]:
    """Rules that are large in each way in which a rule can be, by `size`."""
    many = {"name": "many", "on": list(ENTITIES), "match": {f"data.field{n}": [n, str(n)] for n in range(2 * size)}}
    wide = {"name": "wide", "on": "dyno", "match": {"data.state": [str(n) for n in range(8 * size)]}}
    deep: dict[str, Any] = {"data.state": "failed"}
    for _ in range(15):
        deep = {"any": [deep, {"data.type": "web"}]}
    steps = {"do": STEP["do"] * 50}
    return [many | steps, wide | steps, {"name": "deep", "on": "dyno", "match": deep, **steps}]


def test_four_times_as_large_a_rule_takes_about_four_times_as_long() -> None:
    """Sixteen times would mean that each part looks at all others; processor time, as others use the machine too."""

    def seconds(size: int) -> float:
        begun = time.process_time()
        assert looked_over(*large(size))
        return time.process_time() - begun

    seconds(100)  # what is made at the first use
    assert seconds(2_400) / seconds(600) < 10


def test_of_endless_mistakes_a_bounded_number_is_told() -> None:
    rules = [{"name": f"r{n}", "on": "dyno", "match": {"data.none": n}, **STEP} for n in range(500)]
    examined = examine([Source("mine.yaml", json.dumps({"version": 1, "rules": rules}))], actions=SPECS)
    assert len(examined.problems) == MAX_WARNINGS
