"""Many matches at once: the same answers as one by one, and no more asking than is needed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.judging import FEW, judging
from rules.matching import EVERYTHING, MATCHED, Clause, Fields, Match, compile_match

TEXTS = st.sampled_from("abc")
CONDITIONS = (
    TEXTS
    | st.lists(TEXTS, min_size=1, max_size=2)
    | st.sampled_from([1, True, ["a", 1], {"not": "a"}, {"glob": "[ab]"}, {"exists": False}])
)
SPECS = st.dictionaries(st.sampled_from(["data.x", "data.y", "action"]), CONDITIONS, min_size=1, max_size=2)
VALUES = st.none() | TEXTS | st.sampled_from([1, True, {"a": "b"}]) | st.lists(TEXTS | st.just(1), max_size=2)
EVENTS = st.fixed_dictionaries(
    {}, optional={"action": TEXTS, "data": st.dictionaries(st.sampled_from("xy"), VALUES) | st.just("a")}
)


@given(specs=st.lists(SPECS | st.none(), max_size=3 * FEW), fields=EVENTS)
def test_all_at_once_says_what_each_says_alone(specs: list[dict[str, Any] | None], fields: dict[str, Any]) -> None:
    matches = [EVERYTHING if spec is None else compile_match(spec) for spec in specs]
    alone = tuple(match.match(fields) for match in matches)

    assert judging(matches)(fields) == (alone, MATCHED in alone)


@pytest.mark.parametrize("wanted", ["a", ["a", "b"]], ids=["text", "one of"])
def test_a_match_that_wants_another_text_is_not_asked(wanted: Any) -> None:
    asked: list[Fields] = []
    [clause] = compile_match({"data.x": wanted}).parts

    def ask(fields: Fields) -> int:
        asked.append(fields)
        return MATCHED

    many = [Match((Clause(clause.text, clause.paths, clause.holds, texts=clause.texts),), ask)] * (FEW + 1)
    judge = judging(many)

    assert judge({"data": {"x": "c"}}) == ((0,) * len(many), False)
    assert asked == []
    assert judge({"data": {"x": "a"}}) == ((MATCHED,) * len(many), True)
    assert len(asked) == len(many)


def test_a_list_may_hold_what_any_of_them_wants() -> None:
    matches = [compile_match({"data.x": letter}) for letter in "abcdefghijkl"]

    clauses, any_matched = judging(matches)({"data": {"x": ["c", "z"]}})

    assert [index for index, clause in enumerate(clauses) if clause == MATCHED] == [2]
    assert any_matched
