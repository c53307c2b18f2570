"""What is said never to match never does, and what never matches is said: tried with every value there is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.linting.contradictions import contradictions
from rules.linting.subject import Subject
from rules.matching import MATCHED, compile_match
from rules.model import RuleModel
from tests.rules.factories import ACTIONS, rule

STATUSES = ["pending", "succeeded", "failed", "expired"]
NUMBERS = [None, *range(-1, 8), 2.5]

status = st.sampled_from(STATUSES)
status_operand = st.recursive(
    st.one_of(
        status,
        st.lists(status, min_size=1, max_size=3, unique=True),
        st.booleans().map(lambda there: {"exists": there}),
        st.sampled_from(["p", "s", "fa", "ex"]).map(lambda start: {"prefix": start}),
    ),
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=1, max_size=2).flatmap(
            lambda several: st.sampled_from(["any", "all", "none"]).map(lambda group: {group: several})
        ),
    ),
    max_leaves=4,
)
bound = st.integers(0, 6)
number_operand = st.fixed_dictionaries({}, optional={"gt": bound, "gte": bound, "lt": bound, "lte": bound}).filter(bool)


def told(match: dict[str, Any], on: str) -> bool:
    """Whether the rule is said never to match."""
    written = {"name": "a-rule", "on": on, "match": match, "do": [{"notify": {"to": "log", "text": "x"}}]}
    subject = Subject(RuleModel.model_validate(written), rule(name="a-rule", on=on + ".update"), ACTIONS)
    return any("never match" in fault.message for fault in contradictions(subject))


def matches(match: dict[str, Any], field: str, value: Any) -> bool:
    return compile_match(match).match({"data": {field: value}, "app": {}}) == MATCHED


@given(status_operand, status_operand)
def test_two_clauses_on_a_field_with_few_values(first: Any, second: Any) -> None:
    match = {"all": [{"data.status": first}, {"data.status": second}]}
    possible = any(matches(match, "status", value) for value in [None, *STATUSES])

    assert told(match, "api:release") is not possible


@given(status_operand, status)
def test_a_group_that_denies(first: Any, denied: str) -> None:
    match = {"data.status": first, "none": [{"data.status": denied}]}
    possible = any(matches(match, "status", value) for value in [None, *STATUSES])

    assert told(match, "api:release") is not possible


@given(number_operand, number_operand)
def test_two_ranges_are_never_shut_out_wrongly(first: dict[str, int], second: dict[str, int]) -> None:
    match = {"all": [{"data.quantity": first}, {"data.quantity": second}]}
    halves = [number / 2 for number in range(-4, 16)]
    possible = any(matches(match, "quantity", value) for value in halves)

    assert told(match, "api:formation") is not possible


@pytest.mark.parametrize("operand", ["succeeded", ["failed"], {"not": "failed"}, {"any": ["failed", "expired"]}])
def test_one_clause_that_can_hold_is_no_contradiction(operand: Any) -> None:
    assert not told({"data.status": operand}, "api:release")
