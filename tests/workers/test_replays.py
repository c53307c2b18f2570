"""A replayed event passes what it has passed before, and nothing else."""

from typing import Any

import pytest

from workers.replays import let_pass

RULE: dict[str, Any] = {"index": 1, "rule": "mine", "changed": {}, "after": {}, "missing": {}}


def line(*gates: list[Any], book: str = "today", **more: Any) -> dict[str, Any]:
    return {"b": book, "g": list(gates), **more}


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param([line([0, "off"], [1, "shadow"])], id="it fired in shadow"),
        pytest.param([line([1, "waits", "quiet", 1])], id="it was put off behind them"),
        pytest.param(
            [line([7, "planned", "e1:mine"], book="before")], id="a run was planned by other rules of its name"
        ),
        pytest.param([line([0, "queued", "e1#1:mine", 2])], id="a run queued"),
        pytest.param([line([1, "waits", "after", 1]), line([0, "cooldown", 5], r="mine")], id="later"),
        pytest.param([line([1, "unchanged", "2"]), line([1, "window", 1, 2])], id="in the second of two"),
    ],
)
def test_what_was_passed_once_is_passed_again(earlier: list[dict[str, Any]]) -> None:
    assert let_pass(RULE, earlier, book="today") == {"index": 1, "rule": "mine", "missing": {}}


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param([], id="nothing is known"),
        pytest.param([{"unreadable": "x"}], id="it could not be read"),
        pytest.param([line([1, "after", 60])], id="it was stopped there"),
        pytest.param([line([1, "waits", "after", 1])], id="it waited for that"),
        pytest.param([line([1, "stale", 1, 2])], id="it was stopped before"),
        pytest.param([line([0, "shadow"])], id="another rule fired"),
        pytest.param([line([1, "shadow"], book="before")], id="a rule of another book did, at its place"),
        pytest.param([line([1, "planned", "e1:other"])], id="a run of another rule was planned"),
        pytest.param([line([1, "shadow"], r="other")], id="another rule fired later"),
    ],
)
def test_what_was_not_passed_is_asked_again(earlier: list[dict[str, Any]]) -> None:
    assert let_pass(RULE, earlier, book="today") is RULE
