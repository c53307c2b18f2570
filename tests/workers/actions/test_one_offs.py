"""A command on a one-off dyno: what it may say, and how it is known how it ended."""

import pytest

from rules.errors import RuleErrors
from rules.files.loading import Source, load
from tests.workers.actions.scene import occasion, relayed, rule, worked_through
from tests.workers.world import World
from toolbelt.simulator import one_offs
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import SPECS

ACCESS = {"dynos": "full"}


def ran(world: World, do: str, **more: str) -> tuple[str, str]:
    world.subscribe()
    world.worker(rule(do, ACCESS))
    world.deliver(occasion(world, **more))
    worked_through(world, looks=60, includes=["dyno"])
    return world.step()


def test_a_command_that_ends_badly_fails_with_its_status(world: World) -> None:
    state, sentence = ran(world, "run: {command: exit 3}")
    assert state == "failed"
    assert sentence.endswith(" ended with status 3.")
    assert world.run().journal["step:0"].output["exit_status"] == 3
    assert world.step("failure:0")[0] == "done"


def test_a_time_to_live_is_sent_whether_the_rule_gives_one_or_not(world: World) -> None:
    ran(world, "run: {command: exit 0}")
    [call] = world.heroku.calls("POST", "*/dynos")
    assert call.body == {"command": "exit 0", "time_to_live": 600}


def test_a_command_that_never_ends_is_ended_and_fails(world: World) -> None:
    state, sentence = ran(world, "run: {command: sleep 9999, time_to_live: 2m}")
    assert state == "failed"
    assert "ended with status 143" in sentence


def test_without_the_event_of_its_end_how_it_ended_is_unknown(world: World) -> None:
    world.worker(rule("run: {command: exit 0}", ACCESS))
    world.deliver(occasion(world))
    worked_through(world)
    state, sentence = world.step()
    assert state == "unknown"
    assert "is the app's webhook subscribed to it?" in sentence


def test_an_event_that_comes_after_the_dyno_was_seen_to_be_gone_still_tells_how_it_ended(world: World) -> None:
    """Heroku's events may be seconds late; a look in between found no dyno, and called unknown what had gone well."""
    world.subscribe()
    world.worker(rule("run: {command: exit 0}", ACCESS))
    world.deliver(occasion(world))
    world.workers[0].drain()
    while world.step()[1].endswith((" at the latest.", " is running.")):
        world.pass_time(11)
        world.workers[0].drain()
    assert world.step()[1].endswith(" is gone; waiting for the event that tells how it ended.")

    relayed(world, set(), "dyno")
    worked_through(world)
    assert world.step()[0] == "done"


def test_a_dyno_that_runs_yet_is_found_after_a_lost_answer(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.CUT, method="POST", path="*/dynos"))
    state, _ = ran(world, "run: {command: sleep 200}")
    assert state == "done"
    assert world.effects() == 1


def test_a_dyno_that_ran_the_same_before_is_not_taken_for_ours(world: World) -> None:
    """Somebody had started the same command by hand, and the run would have ended with theirs."""
    theirs = one_offs.run(
        world.simulator.world, world.app, "sleep 500", world.simulator.world.developer, size="Standard-1X"
    )
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, method="POST", path="*/dynos"))
    state, _ = ran(world, "run: {command: sleep 500}")
    assert state == "unknown"
    assert theirs.id not in str(world.run().journal["step:0"].memory.get("dyno"))


def test_what_an_event_says_is_one_argument_and_no_command(world: World) -> None:
    """A release's description, which anybody who may deploy can write, must not reach a shell as commands."""
    ran(world, "run: {command: [bin/tell, '{{ data.command }}']}", **{"data.command": "x; cat /etc/passwd $(id)"})
    [call] = world.heroku.calls("POST", "*/dynos")
    assert call.body["command"] == "bin/tell 'x; cat /etc/passwd $(id)'"


WRONG = [
    pytest.param("{command: 'bin/tell {{ data.name }}'}", "an argument of its own", id="a template in a line"),
    pytest.param("{command: []}", "a program and its arguments", id="nothing"),
    pytest.param("{command: [bin/tell, 3]}", "a program and its arguments", id="a number"),
    pytest.param("{command: bin/tell, time_to_live: 25h}", "at most 1 d", id="longer than a day"),
    pytest.param("{command: bin/tell, env: {A: $HEROKU_API_KEY}}", "a setting of this service", id="our own token"),
]


@pytest.mark.parametrize(("params", "told"), WRONG)
def test_what_must_not_be_run_is_told_when_the_rule_is_loaded(params: str, told: str) -> None:
    with pytest.raises(RuleErrors, match=told):
        load([Source("rules.yaml", rule(f"run: {params}", ACCESS))], actions=SPECS)
