"""Why a rule did not fire: a sentence for every way it can end."""

from datetime import timedelta
from typing import Any

import pytest

from rules import explaining
from rules.deciding import decide
from rules.explaining import unmatched
from rules.matching import compile_match
from rules.model import Mode
from tests.rules.factories import NOON, book, event, rule_text

FAILED = event(status="failed", id="r1")


@pytest.mark.parametrize(
    ("extra", "options", "sentence"),
    [
        pytest.param("mode: live", {}, "a-rule matched.", id="live"),
        pytest.param(
            "", {}, "a-rule matched in shadow: what it would do is recorded, nothing is touched.", id="shadow"
        ),
        pytest.param(
            "mode: live",
            {"brake": Mode.SHADOW},
            "a-rule matched in shadow: what it would do is recorded, nothing is touched, as the brake is on.",
            id="shadow by the brake",
        ),
        pytest.param("mode: off", {}, "a-rule matched, but it is off.", id="off"),
        pytest.param("", {"brake": Mode.OFF}, "a-rule matched, but the brake holds every rule off.", id="brake"),
        pytest.param(
            "fresh_within: 30m",
            {"now": NOON + timedelta(hours=2, minutes=3, seconds=4)},
            "a-rule matched, but the event was 2 h 3 min old already; it acts on events up to 30 min old.",
            id="stale",
        ),
        pytest.param(
            "",
            {"own_app": {"shop"}},
            "a-rule matched, but the event is about this service's own app, which it does not name.",
            id="own app",
        ),
        pytest.param(
            "each: data.slug.id",
            {},
            "a-rule matched, but there is nothing at data.slug.id to tell this case from others by.",
            id="no key",
        ),
        pytest.param(
            "match: {data.id: {exists: true}, data.status: succeeded}",
            {},
            "a-rule did not match: it wants that data.status is succeeded, and saw failed.",
            id="no match",
        ),
        pytest.param(
            "match: {data.slug: abc}",
            {},
            "a-rule did not match: it wants that data.slug is abc, and saw missing.",
            id="missing",
        ),
    ],
)
def test_every_verdict_has_its_sentence(extra: str, options: dict[str, Any], sentence: str) -> None:
    [verdict] = decide(book(rule_text(extra)), FAILED, **{"now": NOON, **options}).verdicts

    assert explaining.sentence(verdict) == sentence


def test_what_a_clause_saw_is_left_out_where_it_is_not_known_any_more() -> None:
    assert unmatched("when data.version > 3", None) == "did not match: it wants that data.version > 3."


def test_every_clause_is_described_those_after_the_first_failing_one_too() -> None:
    match = compile_match({"data.status": "succeeded", "data.id": "r1"})

    assert match.describe(FAILED.fields) == [
        ("data.status is succeeded", "failed", False),
        ("data.id is r1", "r1", True),
    ]
