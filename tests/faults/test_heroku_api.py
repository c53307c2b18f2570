"""Heroku's API refuses, stalls, breaks off and lies: each change is made once, or not at all and said so."""

from dataclasses import dataclass
from typing import Any

import pytest

from core.runs import Run
from tests.harness import events
from tests.harness.judging import judge
from tests.harness.rounds import only_with_many
from tests.harness.stage import Stage
from tests.harness.workload import Workload
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.simulator.views import AppView

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Case:
    """A fault in the way of one app's rollback, and whether the rollback is made in the end."""

    name: str
    method: str
    kind: Kind
    options: dict[str, Any]
    made: bool = True


CASES = [
    Case("429 to a question", "GET", Kind.STATUS, {"status": 429, "retry_after": 1, "times": 2}),
    Case("429 to the change", "POST", Kind.STATUS, {"status": 429, "retry_after": 1}),
    Case("503 to a question", "GET", Kind.STATUS, {"status": 503}),
    Case("503 to the change", "POST", Kind.STATUS, {"status": 503}),
    Case("500 to the change", "POST", Kind.STATUS, {"status": 500}),
    Case("an HTML page to a question", "GET", Kind.HTML, {"status": 502}),
    Case("an HTML page to the change", "POST", Kind.HTML, {"status": 503}),
    Case("401 amid work", "POST", Kind.STATUS, {"status": 401}),
    Case("the answer is cut off", "POST", Kind.CUT, {}),
    Case("a router's time-out, before the effect", "POST", Kind.TIME_OUT_BEFORE, {"seconds": 1.0}),
    Case("a router's time-out, after the effect", "POST", Kind.TIME_OUT_AFTER, {"seconds": 1.0}),
    Case("a redirect of a question", "GET", Kind.REDIRECT, {}, made=False),
    Case("a redirect of the change", "POST", Kind.REDIRECT, {}, made=False),
    Case("403 to the change", "POST", Kind.STATUS, {"status": 403}, made=False),
    Case("422 to the change", "POST", Kind.STATUS, {"status": 422}, made=False),
]
LONG_CASES = [
    Case("nothing, before the effect", "POST", Kind.TIME_OUT_BEFORE, {}),
    Case("nothing, after the effect", "POST", Kind.TIME_OUT_AFTER, {}),
    Case("nothing to a question", "GET", Kind.TIME_OUT_BEFORE, {}),
    Case("a question's answer in drips", "GET", Kind.DRIP, {}),
    Case("the change's answer in drips", "POST", Kind.DRIP, {}),
    Case("503 after 503 to the change", "POST", Kind.STATUS, {"status": 503, "times": 3}),
    Case("401 again and again", "GET", Kind.STATUS, {"status": 401, "times": 2}),
]


def test_whatever_the_api_answers_each_change_is_made_once_or_said_not_to_be(stage: Stage) -> None:
    every_change_once(stage, CASES, within=100)


@only_with_many
def test_an_api_that_does_not_answer_at_all_gets_each_change_once(stage: Stage) -> None:
    every_change_once(stage, LONG_CASES, within=250)


@only_with_many
def test_an_account_without_calls_left_is_waited_for(stage: Stage) -> None:
    work = Workload(effects=[stage.add_app() for _ in range(3)])
    work.documents = [events.crash(app) for app in work.effects]
    stage.heroku.set_rate(0)
    stage.sender.burst(work.documents).finish()
    stage.settle(within=200)
    judge(stage, work)


def every_change_once(stage: Stage, cases: list[Case], *, within: float) -> None:
    """All cases at once, each on an app of its own."""
    apps = [stage.add_app() for _ in cases]
    stage.heroku.order_faults(
        *(
            Fault.model_validate({"kind": c.kind, "method": c.method, "path": f"/apps/{app.id}/*", **c.options})
            for c, app in zip(cases, apps, strict=True)
        )
    )
    work = Workload(effects=[app for case, app in zip(cases, apps, strict=True) if case.made])
    work.documents = [events.crash(app) for app in apps]
    stage.sender.burst(work.documents).finish()
    stage.settle(within=within)
    for case, app in zip(cases, apps, strict=True):
        run = run_of(stage, app)
        assert stage.heroku.calls(path=f"/apps/{app.id}/*")[0].fault or case.method == "POST", case.name
        assert run.state == ("done" if case.made else "failed"), f"{case.name}: {run.state}, {run.journal}"
    assert stage.said("Heroku refused our token", target="system")
    judge(stage, work)


def run_of(stage: Stage, app: AppView) -> Run:
    [run] = [run for run in stage.hands.runs(most=1_000) if run.app == app.id]
    return run
