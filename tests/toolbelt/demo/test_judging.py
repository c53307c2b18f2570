"""The demo's verdict is worth something: it is no as soon as any part of the story is not true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.runs import Run, RunState
from toolbelt.demo.judging import Ending, verdicts
from toolbelt.simulator.views import (
    AppView,
    AttemptView,
    CallView,
    DeliveryView,
    DynoReleaseView,
    DynoView,
    ReleaseView,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OUTCOMES = {"failed-release": "not needed", "crashing-release": "done"}
Change = Callable[[Ending], Ending]


def release(version: int, *, current: bool = False, description: str = "Deploy 1234abcd") -> ReleaseView:
    return ReleaseView(
        id=f"release-{version}",
        version=version,
        status="succeeded",
        current=current,
        description=description,
        eligible_for_rollback=True,
        slug=None,
    )


def rollback(version: int, *, current: bool = False) -> ReleaseView:
    return release(version, current=current, description="Rollback to v41")


def app(*releases: ReleaseView, dyno_state: str = "up") -> AppView:
    newest = releases[-1]
    dyno = DynoView(
        id="d",
        name="web.1",
        type="web",
        state=dyno_state,
        release=DynoReleaseView(id=newest.id, version=newest.version),
    )
    return AppView(id="a", name="shop", releases=list(releases), builds=[], dynos=[dyno])


def delivery(event_id: str, *statuses: int | None) -> DeliveryView:
    attempts = [
        AttemptView(id=f"{event_id}{n}", at=NOW, status=status, error=None) for n, status in enumerate(statuses)
    ]
    return DeliveryView(
        id=event_id, subscription_id="s", event_id=event_id, include="dyno", action="update", status="succeeded",
        attempts=attempts,
    )  # fmt: skip


def call(number: int, method: str, path: str, body: Any = None) -> CallView:
    return CallView(
        number=number, at=NOW, method=method, path=path, query="", body=body, status=201, fault=None, effect=True,
        seconds=0.1, request_id="r",
    )  # fmt: skip


def run(rule: str, state: RunState) -> Run:
    return Run(
        id=f"e:{rule}", rule=rule, mode="live", state=state, key="", app="a", app_name="shop", event_id="e", event=None,
        plan={"steps": []}, planned_at=0.0, give_up_at=0.0, journal={}, approval=None, note="", read_at=0.0,
        read_monotonic=0.0,
    )  # fmt: skip


def happy() -> Ending:
    return Ending(
        app=app(release(41), release(43), rollback(44, current=True)),
        deliveries=[delivery("one", 202, 202), delivery("two", 202, 202)],
        calls=[call(1, "GET", "/apps/a"), call(2, "POST", "/apps/a/releases", {"release": "release-41"})],
        counted={"accepted": 2, "duplicate": 2, "decided": 2},
        runs=[run("failed-release", "not needed"), run("crashing-release", "done")],
    )


def judged(ending: Ending) -> list[bool]:
    return [verdict.holds for verdict in verdicts(ending, repeat=2, good=41, outcomes=OUTCOMES)]


def test_the_story_holds_when_all_of_it_is_true() -> None:
    assert judged(happy()) == [True] * 5


def again(ending: Ending) -> list[CallView]:
    return [*ending.calls, call(3, "POST", "/apps/a/releases", {"release": "release-41"})]


UNTRUE: dict[str, tuple[int, Change]] = {
    "nothing was delivered": (0, lambda e: replace(e, deliveries=[])),
    "one was sent once only": (0, lambda e: replace(e, deliveries=[*e.deliveries[1:], delivery("one", 202)])),
    "one was not acknowledged": (0, lambda e: replace(e, deliveries=[*e.deliveries[1:], delivery("one", 202, 503)])),
    "one had no answer": (0, lambda e: replace(e, deliveries=[*e.deliveries[1:], delivery("one", 202, None)])),
    "a repeat was kept": (1, lambda e: replace(e, counted={"accepted": 3, "duplicate": 1, "decided": 3})),
    "one was decided twice": (1, lambda e: replace(e, counted={"accepted": 2, "duplicate": 2, "decided": 3})),
    "one was not decided": (1, lambda e: replace(e, counted={"accepted": 2, "duplicate": 2, "decided": 1})),
    "nothing was called": (2, lambda e: replace(e, calls=[])),
    "it was rolled back twice": (2, lambda e: replace(e, calls=again(e))),
    "it was rolled back to another": (
        2,
        lambda e: replace(e, calls=[call(1, "POST", "/apps/a/releases", {"release": "release-43"})]),
    ),
    "something else was changed": (2, lambda e: replace(e, calls=[*e.calls, call(3, "DELETE", "/apps/a/dynos")])),
    "the rollback is not live": (
        3,
        lambda e: replace(e, app=app(release(41), release(43, current=True), rollback(44))),
    ),
    "something newer than the rollback is live": (
        3,
        lambda e: replace(e, app=app(release(41), rollback(44), release(45, current=True))),
    ),
    "its dynos are not up": (
        3,
        lambda e: replace(e, app=app(release(41), rollback(44, current=True), dyno_state="crashed")),
    ),
    "nothing is live": (3, lambda e: replace(e, app=app(release(41), release(44)))),
    "a run failed": (4, lambda e: replace(e, runs=[*e.runs[:1], run("crashing-release", "failed")])),
    "a run is missing": (4, lambda e: replace(e, runs=e.runs[:1])),
    "a run too many": (4, lambda e: replace(e, runs=[*e.runs, run("crashing-release", "done")])),
}


@pytest.mark.parametrize("what", UNTRUE)
def test_the_story_does_not_hold_if(what: str) -> None:
    position, change = UNTRUE[what]
    assert judged(change(happy()))[position] is False
