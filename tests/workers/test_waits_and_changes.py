"""Rules that wait while something else happens: a change of the rule, a pause with a backlog, a person's answer."""

from datetime import timedelta

from heroku.samples import sample
from rules.files.loading import Source, load
from tests.workers.test_waiting import AFTER_RELEASE, LATE, LIST, NO_END, QUIET, lonely
from tests.workers.world import APP, Worker, World
from toolbelt.simulator.faults import Fault, Kind
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


class TestMissingAndAPerson:
    """A rule that asks a person, and before and after that asks Heroku whether the event is missing."""

    def asked(self, world: World) -> Worker:
        """A run that was looked up in Heroku's list and has been waiting for an answer for three hours."""
        worker = world.worker(NO_END.replace("mode: live", "mode: live\n    approve_within: 4h"))
        world.deliver(lonely(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()
        assert world.run().state == "needs approval"
        world.pass_time(3 * 3_600)
        return worker

    def busy(self, world: World, times: int | None = None) -> None:
        world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, times=times, **LIST))

    def test_a_no_counts_though_heroku_is_busy(self, world: World) -> None:
        """The run went on to ask Heroku for an hour, and ended as if nobody had said anything."""
        worker = self.asked(world)
        self.busy(world)
        world.hands.answer(world.run().id, "deny", by="ada", why="it is known")
        worker.drain()

        assert (world.run().state, world.run().note) == ("denied", "")

    def test_no_answer_is_a_no_though_heroku_is_busy(self, world: World) -> None:
        worker = self.asked(world)
        self.busy(world)
        world.pass_time(3_700)
        worker.drain()

        assert world.run().state == "denied"

    def test_after_a_yes_heroku_is_given_time_to_answer(self, world: World) -> None:
        """Its time had run out while the person was asked, so that one 503 ended the run."""
        worker = self.asked(world)
        self.busy(world, times=1)
        world.hands.answer(world.run().id, "approve", by="ada", why="it hangs")
        worker.drain()
        world.pass_time(10)
        worker.drain()

        assert world.run().state == "done"

    def test_a_run_that_had_to_queue_gives_heroku_time_as_well(self, world: World) -> None:
        """It queued behind the one that asked, for longer than its patience, so that one 503 ended it."""
        worker = world.worker(NO_END.replace("mode: live", "mode: live\n    approve_within: 4h"))
        other = lonely(world, **{"data.id": "another-build"}) | {"id": "b2"}
        other["webhook_metadata"]["event"]["id"] = "b2"
        world.deliver(lonely(world), other)
        worker.drain()
        world.pass_time(LATE)
        worker.drain()
        assert [run.state for run in world.runs()] == ["needs approval", "queued"]

        world.pass_time(3 * 3_600)
        self.busy(world, times=1)
        world.hands.answer(world.runs()[0].id, "deny", by="ada", why="it is known")
        worker.drain()
        world.pass_time(10)
        worker.drain()

        assert [run.state for run in world.runs()] == ["denied", "needs approval"]


def test_an_event_that_was_fresh_when_it_came_is_acted_on_however_long_the_rule_waited(world: World) -> None:
    worker = world.worker(NO_END.replace("mode: live", "mode: live\n    fresh_within: 1m"))
    world.deliver(lonely(world))
    worker.drain()
    world.pass_time(LATE)
    worker.drain()

    assert world.run().state == "done"
