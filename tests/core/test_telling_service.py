"""The service at a glance in words: who works, and every cause for which a delivery is not taken."""

from typing import Any, get_args

import pytest

from core.telling.service import REFUSED, memory, refusals, workers
from receiver.errors import NotKeptCause, RefusedCause


def test_every_cause_for_not_taking_a_delivery_has_words() -> None:
    causes = {f"refused:{cause}" for cause in get_args(RefusedCause)}
    causes |= {f"not_kept:{cause}" for cause in get_args(NotKeptCause)}

    assert set(REFUSED) == causes | {"cut_off"}


def test_what_was_not_taken_is_told_with_its_causes_the_most_frequent_first() -> None:
    counters = {"accepted": 9, "refused:too_slow": 1, "not_kept:redis": 3, "cut_off": 0, "refused:later": 2}

    assert refusals(counters) == [
        (3, "not kept, as Redis did not take them"),
        (2, "refused:later"),
        (1, "too slow"),
    ]


def test_memory_is_told_of_what_there_is_where_that_is_known() -> None:
    assert memory({"used_bytes": 12_345_678, "max_bytes": 26_214_400}) == "12.3 of 26 MB"
    assert memory({"used_bytes": 12_345_678, "max_bytes": 0}) == "12.3 MB"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param({"ready": False}, "none seen lately: nothing is decided until one runs", id="none"),
        pytest.param({"workers": 2, "rules": ["a"], "acts": ["shadow"]}, "2, rules a, ACT is shadow", id="alike"),
        pytest.param({"workers": 1, "rules": ["a"], "acts": []}, "1, rules a", id="of an older version"),
        pytest.param(
            {"workers": 2, "rules": ["a", "b"], "acts": ["live", "shadow"]},
            "2, different rules, as in a deploy: a, b, ACT is live or shadow",
            id="in a deploy",
        ),
    ],
)
def test_workers_are_told_with_their_rules_and_where_act_stands(found: dict[str, Any], said: str) -> None:
    assert workers({"ready": True, **found}) == said
