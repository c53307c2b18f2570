"""Why a rule did not fire: a sentence for every way it can end."""

from datetime import timedelta
from typing import Any

import pytest

from rules.explaining import explain
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
    [explanation] = explain(book(rule_text(extra)), FAILED, **{"now": NOON, **options})

    assert explanation.sentence == sentence


def test_every_clause_is_explained_those_after_the_first_failing_one_too() -> None:
    loaded = book(rule_text("match: {data.status: succeeded, data.id: r1}"), rule_text(name="b"))

    first, second = explain(loaded, FAILED, now=NOON)

    assert first.clauses == (("data.status is succeeded", "failed", False), ("data.id is r1", "r1", True))
    assert (second.verdict.rule.name, second.clauses) == ("b", ())
