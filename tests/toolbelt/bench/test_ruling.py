"""What deciding is measured on: rules that load and listen, and match nothing."""

from datetime import UTC, datetime

import pytest

from heroku import samples
from heroku.events import read
from rules.deciding import decide
from toolbelt.bench import ruling
from toolbelt.bench.measures import MEASURES

NOW = datetime(2026, 1, 5, tzinfo=UTC)
EVENT = read(samples.encode(samples.sample("release_update_succeeded", at=NOW)))


@pytest.mark.parametrize(
    ("clauses", "failing"),
    [
        pytest.param(ruling.PASSED_OVER, 0, id="passed over"),
        pytest.param(ruling.ASKED, 1, id="asked"),
        pytest.param(ruling.WHEN, 0, id="when"),
    ],
)
def test_every_rule_listens_and_fails_at_the_clause_that_is_measured(clauses: str, failing: int) -> None:
    decision = decide(ruling.book([ruling.rule(n, clauses) for n in range(3)]), EVENT, now=NOW)
    assert decision.clauses == (failing,) * 3


def test_a_rule_that_matches_is_no_measure() -> None:
    book = ruling.book([ruling.rule(0, "match: {data.status: succeeded}")])
    with pytest.raises(ValueError, match="a rule matched"):
        ruling.cost(book, EVENT, NOW)


def test_the_measure_is_one_of_those_that_can_be_asked_for() -> None:
    assert MEASURES["ruling"] is ruling.ruling
