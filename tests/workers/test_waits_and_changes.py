"""Rules that wait while something else happens: a change of the rule, a pause with a backlog behind it."""

from datetime import timedelta

from heroku.samples import sample
from rules.loading import Source, load
from tests.workers.test_waiting import AFTER_RELEASE, NO_END, QUIET, lonely
from tests.workers.world import APP, World
from workers.actions import SPECS
from workers.deciding import BATCH


def backlog(world: World) -> None:
    """More events than a worker claims at once, that no rule is about."""
    for number in range(BATCH + 1):
        world.deliver(sample("domain_create", id=f"d{number}", app=APP, at=world.simulator.now))


def test_a_rule_that_was_given_more_time_takes_it(world: World) -> None:
    """Five minutes became an hour while the rule waited; it fired when the five minutes were over."""
    worker = world.worker(NO_END)
    world.deliver(lonely(world))
    worker.drain()
    worker.crew.book = load([Source("r.yaml", NO_END.replace("within: 5m", "within: 1h"))], actions=SPECS)
    world.pass_time(331)
    worker.drain()
    assert (world.runs(), world.gates("b1")[0][:2]) == ([], ["waits", "missing"])

    world.pass_time(3_640)
    worker.drain()
    assert world.run().state == "done"


def test_what_came_during_a_pause_is_decided_before_what_waits_for_it(world: World) -> None:
    """More came during the pause than a worker decides at once; the wait was judged between two batches, and the rule
    never fired."""
    now = world.simulator.now
    release = sample("release_update_succeeded", app=APP, at=now - timedelta(minutes=1))
    crash = sample("dyno_crashed", id="crash", app=APP, at=now, **{"data.release.id": release["data"]["id"]})
    crash["data"]["app"] = release["data"]["app"]
    worker = world.worker(AFTER_RELEASE)
    world.deliver(crash)
    worker.drain()
    world.hands.pause(by="sam", why="a look")
    backlog(world)
    world.deliver(release)
    world.pass_time(60)
    world.hands.resume(by="sam", why="it is over")
    worker.drain()
    world.pass_time(2)
    worker.drain()

    assert world.run().event_id == "crash"


def test_what_came_during_a_pause_still_puts_off_what_waits_for_quiet(world: World) -> None:
    """For the same reason the rule fired twice, for an event in the middle and for the last one."""
    worker = world.worker(QUIET)
    world.deliver(sample("formation_update", id="f1", app=APP, at=world.simulator.now, **{"data.id": "t1"}))
    worker.drain()
    world.hands.pause(by="sam", why="a look")
    backlog(world)
    world.pass_time(100)
    world.deliver(sample("formation_update", id="f2", app=APP, at=world.simulator.now, **{"data.id": "t2"}))
    world.pass_time(100)
    world.hands.resume(by="sam", why="it is over")
    worker.drain()
    world.pass_time(121)
    worker.drain()

    assert world.run().event_id == "f2"
