"""A rule that was taken out of its file: what it had planned and not begun does not begin, in a deploy neither."""

from core import layout
from rules.files.loading import Source, load
from tests.workers.world import ROLL_BACK, Worker, World
from workers.actions import SPECS
from workers.holding_back import OVERLAP_SECONDS
from workers.leftovers import Leftovers
from workers.reloading import Reloading

OTHERS = """
version: 1
rules: [{name: other, mode: live, on: api:domain.create, do: [{notify: {to: log, text: other}}]}]
"""
ASKS = ROLL_BACK.replace("mode: live", "mode: live\n    approve_within: 4h")
STOPPED = ("stopped", "its rule is no longer in the rules")


def planned(world: World, rules: str = ROLL_BACK) -> Worker:
    """A run that is due, and the worker that planned it."""
    world.deliver(world.crashing())
    worker = world.worker(rules)
    worker.deciding.drain()
    return worker


def asked(world: World) -> Worker:
    """A run that asks, for longer than versions overlap, and the worker that had it ask."""
    worker = planned(world, ASKS)
    worker.drain()
    assert world.run().state == "needs approval"
    worker.ticker.stop()
    world.pass_time(OVERLAP_SECONDS + 1)
    return worker


def ending(world: World) -> tuple[str, str]:
    """How the only run stands, and why."""
    return world.run().state, world.run().note


def test_what_a_rule_that_is_gone_had_planned_does_not_begin(world: World) -> None:
    """A rule that was deleted at night went on to roll back what it had queued."""
    planned(world)
    world.pass_time(OVERLAP_SECONDS + 1)
    world.worker(OTHERS).drain()

    assert ending(world) == STOPPED
    assert world.heroku.calls() == []


def test_what_was_queued_behind_it_does_not_begin_either(world: World) -> None:
    crash = world.crashing()
    world.deliver(crash, {**crash, "id": "another-crash"})
    world.worker().deciding.drain()
    world.pass_time(OVERLAP_SECONDS + 1)
    world.worker(OTHERS).drain()

    assert [(run.state, run.note) for run in world.runs()] == [STOPPED, STOPPED]
    assert list(world.server.scan_iter(layout.LINE + "*")) == []


def test_what_has_begun_is_seen_through(world: World) -> None:
    planned(world).drain()
    assert len(world.posts()) == 1
    world.pass_time(OVERLAP_SECONDS + 1)
    world.worker(OTHERS).drain()

    assert world.run().state == "done"
    assert world.step()[1] == "Rolled back from v42 to v41: v43 (Rollback to v41) is live."


def test_a_yes_to_a_rule_that_is_gone_begins_nothing(world: World) -> None:
    asked(world)
    world.hands.answer(world.run().id, "approve", by="ada", why="I looked")
    world.worker(OTHERS).drain()

    assert ending(world) == STOPPED
    assert world.heroku.calls() == []


def test_the_service_s_own_messages_are_no_rule_s(world: World) -> None:
    worker = world.worker(OTHERS)
    worker.crew.beat.tell("trouble", "Something is wrong.")
    world.pass_time(OVERLAP_SECONDS + 1)
    worker.drain()

    assert {run.state for run in world.hands.runs(most=10)} == {"done"}


# --- a deploy: workers of two rulebooks ---


def test_an_old_worker_leaves_the_run_of_a_new_rule_to_the_new_worker(world: World) -> None:
    new = planned(world)
    old = world.worker(OTHERS)
    old.drain()
    assert world.run().state == "due"

    world.pass_time(6)
    new.drain()

    assert len(world.posts()) == 1


def test_however_long_the_deploy_takes_an_old_worker_ends_no_run_of_a_new_rule(world: World) -> None:
    """A run may have queued for longer than old and new workers should run side by side."""
    new = planned(world)
    new.ticker.beat()
    world.pass_time(OVERLAP_SECONDS + 1)
    old = world.worker(OTHERS)
    old.drain()
    assert world.run().state == "due"

    world.pass_time(6)
    new.acting.drain()

    assert len(world.posts()) == 1


def test_once_no_worker_has_the_rule_its_run_ends(world: World) -> None:
    old = planned(world)
    old.ticker.beat()
    world.pass_time(OVERLAP_SECONDS + 1)
    new = world.worker(OTHERS)
    new.drain()
    old.ticker.stop()
    world.pass_time(6)
    new.drain()

    assert ending(world) == STOPPED


def test_a_worker_that_has_the_rule_turned_off_keeps_no_run_of_it_waiting(world: World) -> None:
    planned(world)
    world.worker(ROLL_BACK.replace("mode: live", "mode: off")).ticker.beat()
    world.pass_time(OVERLAP_SECONDS + 1)
    world.worker(OTHERS).drain()

    assert ending(world) == STOPPED


# --- runs that ask ---


def test_a_question_of_a_rule_that_is_gone_is_taken_back(world: World) -> None:
    """It stood among the open questions for hours, and whoever answered it was asked for nothing."""
    asked(world)
    worker = world.worker(OTHERS)
    leftovers = Leftovers(worker.crew)
    leftovers.look(0.0)
    worker.drain()
    assert world.run().state == "needs approval"

    leftovers.look(OVERLAP_SECONDS)
    worker.drain()

    assert ending(world) == STOPPED
    assert world.hands.status()["runs_asking"] == []


def test_a_question_of_a_rule_that_was_turned_off_is_taken_back(world: World) -> None:
    worker = asked(world)
    leftovers = Leftovers(worker.crew)
    leftovers.look(0.0)
    leftovers.look(OVERLAP_SECONDS)
    text = ASKS.replace("mode: live", "mode: shadow")
    worker.crew.book = load([Source("rules.yaml", text)], actions=SPECS)
    leftovers.look(OVERLAP_SECONDS + 1)
    leftovers.look(2 * OVERLAP_SECONDS + 1)
    worker.drain()

    assert ending(world) == ("stopped", "the rule is shadow now")


def test_a_question_of_a_live_rule_stays_as_it_is(world: World) -> None:
    worker = asked(world)
    due = world.server.zscore(layout.DUE + "act", world.run().id)
    leftovers = Leftovers(worker.crew)
    leftovers.look(0.0)
    leftovers.look(OVERLAP_SECONDS)

    assert world.server.zscore(layout.DUE + "act", world.run().id) == due


def test_no_run_is_ended_while_the_rules_of_a_worker_are_not_known(world: World) -> None:
    """A worker tells with its first beat which rules it runs, and keeps them a moment later."""
    old = planned(world)
    old.crew.beat.tick()
    world.pass_time(OVERLAP_SECONDS + 1)
    world.worker(OTHERS).drain()
    assert world.run().state == "due"


def test_a_worker_looks_for_such_questions_a_while_after_its_rules_came_into_force(world: World) -> None:
    asked(world)
    worker = world.worker(OTHERS)
    time = iter((0.0, OVERLAP_SECONDS - 1, OVERLAP_SECONDS))
    reloading = Reloading(
        worker.crew, loaded=None, standing=lambda: None, load=lambda: worker.crew.book, clock=lambda: next(time)
    )
    reloading.look()
    reloading.look()
    worker.drain()
    assert world.run().state == "needs approval"

    reloading.look()
    worker.drain()

    assert ending(world) == STOPPED
