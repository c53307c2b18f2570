"""Every call to Heroku is taken out of the pool and written down, allowed or not; neither hides its answer."""

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from core import layout
from core.audit import AuditLine
from tests.workers.world import APP, ROLL_BACK, Killed, World, die
from toolbelt.simulator.faults import Fault, Kind


def lines(world: World) -> list[AuditLine]:
    return list(world.workers[0].crew.audit.read())


def test_each_call_is_told_with_who_made_it_and_by_what_right(world: World) -> None:
    world.deliver(world.crashing())

    world.worker().drain()

    assert [(line.who, line.endpoint, line.app, line.outcome, line.why) for line in lines(world)] == [
        ("rule roll-back", "list_releases", APP, "done", "allowed by releases: write"),
        ("rule roll-back", "rollback", APP, "done", "allowed by releases: write"),
    ]
    assert lines(world)[-1].status == 201


def test_what_heroku_warns_of_is_logged_and_kept(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.WARN, method="GET", path="*/releases", message="This range goes away."))
    world.deliver(world.crashing())

    with capture_logs() as logged:
        world.worker().drain()

    assert [line.warning for line in lines(world)] == ["This range goes away.", None]
    assert [line.get("warning") for line in logged if line["event"] == "heroku call"] == ["This range goes away.", None]


def test_a_call_that_was_denied_is_told_too(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    plan_without_access(worker.drain, world)

    assert [(line.allowed, line.outcome, line.why) for line in lines(world)] == [
        (False, "denied", "it needs releases: read and has off")
    ]
    assert world.heroku.calls() == []


def plan_without_access(drain: Callable[[], None], world: World) -> None:
    """A run whose plan grants nothing, as one of a rule file that an older version let through might."""
    world.workers[0].deciding.drain()
    [run] = world.hands.runs(most=1)
    plan = world.server.hget(layout.RUN + run.id, "plan")
    assert isinstance(plan, bytes)
    world.server.hset(layout.RUN + run.id, "plan", plan.replace(b'"access": {"releases": 2}', b'"access": {}'))
    drain()


def test_without_a_call_left_in_the_pool_a_run_waits_for_just_so_long(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    now = int(world.hands.now() * 1000)
    world.server.hset(layout.BUDGET, mapping={"left": 0, "at": now})

    worker.drain()

    state, sentence = world.step()
    assert state == "waiting"
    assert "the account has no calls left" in sentence
    assert world.heroku.calls() == []
    world.server.delete(layout.BUDGET)
    world.pass_time(5)
    worker.drain()
    assert len(world.posts()) == 1


def test_a_record_that_cannot_be_written_does_not_hide_what_came_of_the_call(world: World) -> None:
    """Redis was full just then: the release was made, and the run has to know."""
    world.deliver(world.crashing())
    worker = world.worker(ROLL_BACK)
    world.server.set(layout.AUDIT, "no stream")

    worker.drain()

    assert world.step() == ("waiting", "Asked Heroku to go back from v42 to v41: v43 is pending.")
    assert len(world.posts()) == 1


DIED: list[Any] = [
    pytest.param("after", "begin", "left without an answer, and made again if it is still needed", id="before it"),
    pytest.param("before", "record", "left without an answer, and found to have happened", id="after it"),
]


@pytest.mark.parametrize(("when", "what", "told"), DIED)
def test_a_call_whose_worker_was_killed_is_in_the_record(world: World, when: str, what: str, told: str) -> None:
    """The line of a call is written after it. Of the rollback that a killed worker had made there was none: the record
    showed two looks at the releases, and nobody who had changed them."""
    world.deliver(world.crashing())
    dying, other = world.worker(), world.worker()
    getattr(dying.runs, when)[what] = die
    with pytest.raises(Killed):
        dying.drain()
    world.server.delete(layout.AUDIT)  # a process that is really gone writes no line of the call that it was at
    world.pass_time(61)
    other.drain()

    told_of = [line.sentence for line in lines(world) if line.endpoint == "rollback"]
    assert told_of[0] == f"rule roll-back called rollback on {APP}: {told}."
    assert len(told_of) == (2 if what == "begin" else 1)
    assert "call" not in world.run().journal["step:0"].memory
