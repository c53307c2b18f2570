"""What a person did while a step waited to try again is theirs; what a lost call of ours brought about is ours."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.workers.actions.cases import EVERY, let_in, us
from tests.workers.actions.scene import ENVIRONMENT, SECRET, Case, worked_through
from tests.workers.world import World
from toolbelt.simulator import configuring, provisioning, routing, sharing
from toolbelt.simulator.faults import Fault, Kind

ADDON = "papertrail:choklad"


def scaled(world: World) -> None:
    world.app.formation["web"].quantity = 3


def in_maintenance(world: World) -> None:
    world.app.maintenance = True


def configured(world: World) -> None:
    configuring.update(world.simulator.world, world.app, {"NEW": SECRET, "OLD": None}, us(world))


def let_go(world: World) -> None:
    sharing.remove(world.simulator.world, world.app, "stranger@elsewhere.example", us(world))


def named(world: World) -> None:
    routing.add(world.simulator.world, world.app, "www.acme.example", us(world))


def named_no_more(world: World) -> None:
    routing.remove(world.simulator.world, world.app, "old.acme.example", us(world))


def provided(world: World) -> None:
    provisioning.attached(world.simulator.world, world.app, ADDON, "logs-1")


def removed(world: World) -> None:
    addon = provisioning.addon_named(world.app, "logs-2")
    provisioning.remove(world.simulator.world, world.app, addon, us(world))


def deleted(world: World) -> None:
    del world.simulator.world.apps[world.app.id]


BY_A_PERSON: dict[str, Callable[[World], object]] = {
    "scale": scaled,
    "maintenance": in_maintenance,
    "config": configured,
    "collaborator added": lambda world: let_in(world, "newcomer@acme.example"),
    "collaborator removed": let_go,
    "domain added": named,
    "domain removed": named_no_more,
    "add-on added": provided,
    "add-on removed": removed,
    "call that destroys": deleted,
}
CASES = [case for case in EVERY if case.name in BY_A_PERSON]
REMOVALS = [case for case in CASES if case.name.endswith(" removed")]
BUSY: dict[str, Any] = {"kind": Kind.STATUS, "status": 429}
GONE: dict[str, Any] = {"kind": Kind.STATUS, "status": 404}
LOST: dict[str, Any] = {"kind": Kind.STATUS, "status": 503}


def begun(world: World, case: Case, *faults: dict[str, Any]) -> None:
    """The case set up and set off; its call meets with these, one after the other."""
    case.before(world)
    worker = world.worker(case.rule, environment=ENVIRONMENT)
    case.set_off(world)
    method, path = case.call
    world.heroku.order_faults(*(Fault(method=method, path=path, **fault) for fault in faults))
    worker.drain()


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_what_a_person_did_while_heroku_was_busy_is_not_ours(world: World, case: Case) -> None:
    """A scaling was answered 429, and somebody on call scaled by hand. The record said that the service had done it."""
    begun(world, case, BUSY)
    assert world.step()[0] == "waiting"
    BY_A_PERSON[case.name](world)
    world.pass_time(70)
    worked_through(world)

    record = world.run().journal["step:0"]
    assert (record.state, record.changed) == ("not needed", False)
    assert world.run().state == "not needed"
    assert len(world.heroku.calls(*case.call, effect=True)) == 0


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in REMOVALS])
def test_what_goes_away_after_a_call_without_an_answer_is_ours(world: World, case: Case) -> None:
    """A removal that got no answer took effect only when it was asked for again. It was said of somebody else."""
    begun(world, case, LOST, GONE)
    worked_through(world, seconds=35)

    record = world.run().journal["step:0"]
    assert (record.state, record.sentence, record.changed) == ("done", case.came, True)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in REMOVALS])
def test_what_goes_away_between_look_and_call_is_somebody_elses(world: World, case: Case) -> None:
    begun(world, case, GONE)

    record = world.run().journal["step:0"]
    assert (record.state, record.changed) == ("not needed", False)
    assert record.sentence.endswith(" was removed by somebody else just now.")


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in REMOVALS])
def test_a_busy_heroku_after_a_lost_answer_does_not_make_it_somebody_elses(world: World, case: Case) -> None:
    """Of three calls the first may have done it, whatever became of the others."""
    begun(world, case, LOST, BUSY, GONE)
    worked_through(world, seconds=70)

    record = world.run().journal["step:0"]
    assert (record.state, record.sentence, record.changed) == ("done", case.came, True)
