"""Scaling and restarting: how many dynos, of which size, and whether they come up again."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from rules.errors import RuleErrors
from rules.files.loading import Source, load
from tests.workers.actions.scene import occasion, rule, worked_through
from tests.workers.world import APP, World
from toolbelt.simulator import scaling
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import SPECS, restart

FORMATION, DYNOS = {"formation": "write"}, {"dynos": "write"}


def done(world: World, do: str, access: dict[str, str], **event: Any) -> tuple[str, str]:
    world.worker(rule(do, access))
    world.deliver(occasion(world, **event))
    worked_through(world, looks=60)
    return world.step()


TWO = "web is scaled to 2 dynos of size Standard-1X already."
LARGER = "Scaled web from 1 to 1 dyno of size Standard-2X (they were Standard-1X)."
SCALES = [
    pytest.param(0, "at_least: 1", "done", "Scaled web from 0 to 1 dyno.", id="restored"),
    pytest.param(2, "at_least: 1", "not needed", TWO, id="enough"),
    pytest.param(9, "at_most: 5", "done", "Scaled web from 9 to 5 dynos.", id="too many"),
    pytest.param(2, "at_least: 2, at_most: 5", "not needed", TWO, id="within bounds"),
    pytest.param(1, "size: Standard-2X", "done", LARGER, id="size"),
    pytest.param(2, "quantity: 2, size: standard-1x", "not needed", TWO, id="a size in small letters"),
    pytest.param(1, "quantity: '{{ data.exit_status }}'", "done", "Scaled web from 1 to 4 dynos.", id="of the event"),
    pytest.param(1, "quantity: '{{ data.name }}'", "failed", "*must be a whole number*", id="what is no number"),
]


@pytest.mark.parametrize(("now", "wish", "state", "sentence"), SCALES)
def test_scaling(world: World, now: int, wish: str, state: str, sentence: str) -> None:
    world.app.formation["web"].quantity = now
    came = done(world, f"scale: {{type: web, {wish}}}", FORMATION, **{"data.exit_status": 4})
    assert came[0] == state
    assert fnmatchcase(came[1], sentence)


def test_a_process_type_that_is_not_there_fails(world: World) -> None:
    assert done(world, "scale: {type: clock, quantity: 1}", FORMATION) == (
        "failed",
        "acme-shop has no process type clock.",
    )


WRONG = [
    pytest.param("scale: {type: web}", "must be given", id="nothing to do"),
    pytest.param("scale: {type: web, quantity: 1, at_least: 1}", "goes with neither", id="exact and at least"),
    pytest.param("scale: {type: web, at_least: 3, at_most: 2}", "must not be more than", id="crossed"),
    pytest.param("scale: {type: web, quantity: -1}", "greater than or equal to 0", id="fewer than none"),
    pytest.param("scale: {type: web, quantity: many}", "must be a whole number", id="no number"),
    pytest.param("scale: {type: web, quantity: true}", "must be a whole number", id="a truth"),
    pytest.param("restart: {dyno: web.1, type: web}", "do not go together", id="both"),
]


@pytest.mark.parametrize(("do", "told"), WRONG)
def test_what_cannot_be_meant_is_told_when_the_rule_is_loaded(do: str, told: str) -> None:
    with pytest.raises(RuleErrors, match=told):
        load([Source("rules.yaml", rule(do, FORMATION | DYNOS))], actions=SPECS)


def grown(world: World, web: int = 3) -> None:
    """So many web dynos and a worker, all up."""
    changes = [scaling.Change("web", quantity=web), scaling.Change("worker", quantity=1)]
    scaling.scale(world.simulator.world, world.app, changes, world.simulator.world.account)
    world.pass_time(30)


def ids(world: World) -> dict[str, str]:
    return {name: dyno.id for name, dyno in world.app.dynos.items()}


def test_all_are_restarted_by_one_call(world: World) -> None:
    grown(world)
    before = ids(world)
    assert done(world, "restart: {}", DYNOS) == ("done", "Restarted web.1, web.2, web.3, worker.1: up again.")
    assert not set(before.values()) & set(ids(world).values())
    assert len(world.posts()) == 1


def test_those_of_a_type_are_restarted_one_by_one(world: World) -> None:
    grown(world)
    before = ids(world)
    assert done(world, "restart: {type: web}", DYNOS) == ("done", "Restarted web.1, web.2, web.3: up again.")
    assert ids(world)["worker.1"] == before["worker.1"]
    assert len(world.posts()) == 3
    assert list(world.server.scan_iter("dh:intent:*")) == [], "those of all calls are closed"


def test_many_are_restarted_in_several_looks(world: World) -> None:
    grown(world, restart.AT_ONCE + 3)
    state, sentence = done(world, "restart: {type: web}", DYNOS)
    assert (state, sentence) == (
        "done",
        "Restarted web.1, web.10, web.11, web.12, web.13 and 8 more: up again.",
    )
    assert len(world.posts()) == 13


def test_a_dyno_that_is_not_there_needs_no_restart(world: World) -> None:
    assert done(world, "restart: {dyno: web.9}", DYNOS) == ("not needed", "There is no web.9 to restart.")
    assert world.posts() == []


def test_a_dyno_that_goes_just_before_its_restart_needs_none(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=404, method="DELETE", path="*/dynos/*"))
    assert done(world, "restart: {dyno: web.1}", DYNOS) == ("not needed", "There is no web.1 to restart.")


def test_the_crashed_dyno_of_the_event_is_what_a_template_names(world: World) -> None:
    world.simulator.crash(APP)
    assert done(world, "restart: {dyno: '{{ data.name }}'}", DYNOS) == ("done", "Restarted web.1: up again.")


def test_a_dyno_that_crashes_again_fails(world: World) -> None:
    world.simulator.deploy(APP, "crash")
    world.pass_time(120)
    world.worker(rule("restart: {dyno: web.1}", DYNOS))
    world.deliver(occasion(world))
    world.workers[0].drain()
    world.simulator.crash(APP)
    worked_through(world)
    assert world.step() == ("failed", "Restarted web.1; web.1 crashed.")
    assert len(world.told()) == 1, "Heroku is not as it was, and people hear of it"
