"""What holds a run back: a pause, the brake, a breaker, the queue, another version, a Redis that lost its data."""

import json
from datetime import timedelta

import pytest

from core import layout
from core.beat import Epoch
from heroku.samples import sample
from rules.actions import ActionSpec
from rules.model import Mode
from tests.workers.world import APP, ROLL_BACK, Heard, Killed, World, die
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import ACTIONS, notify
from workers.actions.base import Action, Outcome

TELL = """
version: 1
rules:
  - name: tell
    mode: live
    on: dyno
    match: {data.state: crashed}
    do: [{notify: {to: log, text: "crashed"}}]
"""


def taken_back(world: World) -> None:
    for _ in range(4):
        world.pass_time(20)
        world.workers[-1].drain()
    assert world.run().state == "done"
    assert len(world.posts()) == 1


# --- paused ---


def test_while_paused_nothing_is_begun_and_afterwards_it_goes_on(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.deciding.drain()
    world.hands.pause(by="ops", why="a look")
    worker.acting.drain()
    assert world.heroku.calls() == []

    world.hands.resume(by="ops", why="it is over")
    taken_back(world)


def test_a_pause_just_before_the_call_stops_the_call(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.runs.before["begin"] = lambda: world.hands.pause(by="ops", why="stop!")
    worker.drain()
    assert world.heroku.calls() != []
    assert world.posts() == []
    assert "step:0" not in world.run().journal

    world.pass_time(7200)
    worker.drain()
    assert world.posts() == []
    world.hands.resume(by="ops", why="it is over")
    taken_back(world)


# --- the brake ---


@pytest.mark.parametrize("brake", [Mode.SHADOW, Mode.OFF])
def test_the_brake_stops_a_run_that_was_planned_before_it(world: World, brake: Mode) -> None:
    world.deliver(world.crashing())
    world.worker().deciding.drain()
    world.pass_time(61)
    world.worker(brake=brake).drain()

    assert (world.run().state, world.run().note) == ("stopped", f"ACT is {brake.value}")
    assert world.heroku.calls() == []


def test_the_brake_stops_a_run_that_waits_to_try_again(world: World) -> None:
    """It had been looked at once, so it counted as begun, and changed Heroku with ACT=off."""
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, method="GET"))
    world.worker().drain()
    assert world.step()[0] == "waiting"
    world.pass_time(61)
    world.worker(brake=Mode.OFF).drain()

    assert world.run().state == "stopped"
    assert world.posts() == []


def test_the_brake_lets_what_was_begun_be_seen_through(world: World) -> None:
    world.deliver(world.crashing())
    world.worker().drain()
    assert len(world.posts()) == 1
    world.pass_time(61)
    world.worker(brake=Mode.OFF).drain()

    assert world.run().state == "done"
    assert world.step()[1] == "Rolled back from v42 to v41: v43 (Rollback to v41) is live."


def test_the_brake_holds_at_the_call_itself(world: World) -> None:
    """A call whose outcome is open is looked for under the brake, and not repeated if it did not happen."""
    world.deliver(world.crashing())
    live = world.worker()
    live.runs.after["begin"] = die
    with pytest.raises(Killed):
        live.drain()
    assert world.step()[0] == "started"
    world.pass_time(120)
    world.worker(brake=Mode.SHADOW).drain()

    assert world.step() == ("denied", "rollback denied: ACT is shadow.")
    assert world.posts() == []


def test_in_a_deploy_a_worker_that_may_act_gets_what_one_that_may_not_found_first(world: World) -> None:
    """ACT was set to live; the old worker, still in shadow, met the new one's run and stopped it for good."""
    world.deliver(world.crashing())
    new = world.worker()
    new.deciding.drain()
    old = world.worker(brake=Mode.SHADOW)
    old.drain()
    assert world.run().state == "due"

    world.pass_time(6)
    new.drain()
    assert len(world.posts()) == 1


def test_a_rule_that_was_turned_off_does_not_act_on_what_it_had_queued(world: World) -> None:
    world.deliver(world.crashing())
    world.worker().deciding.drain()
    world.pass_time(61)
    world.worker(ROLL_BACK.replace("mode: live", "mode: off")).drain()

    assert (world.run().state, world.run().note) == ("stopped", "the rule is off now")
    assert world.heroku.calls() == []


def test_the_services_own_trouble_is_told_whatever_the_brake_says(world: World) -> None:
    heard = Heard()
    worker = world.worker(brake=Mode.OFF, teller=heard)
    worker.crew.beat.tell("trouble", "Something is wrong.")
    worker.drain()

    assert heard.messages == [("system", "Something is wrong.")]


def test_a_rule_may_not_pass_for_the_service_by_its_name(world: World) -> None:
    """A rule called `system` was let through every brake."""
    world.deliver(world.crashing())
    rules = ROLL_BACK.replace("name: roll-back", "name: system")
    world.worker(rules).deciding.drain()
    world.pass_time(61)
    world.worker(rules, brake=Mode.OFF).drain()

    assert {run.state for run in world.hands.runs(most=10)} == {"stopped"}
    assert world.posts() == []


# --- queue and breaker ---


def test_runs_of_one_key_wait_for_each_other(world: World) -> None:
    crash = world.crashing()
    world.deliver(crash, {**crash, "id": "another-crash"})
    worker = world.worker()
    worker.drain()
    first, second = world.runs()
    assert (first.state, second.state) == ("running", "queued")

    world.pass_time(20)
    worker.drain()
    assert [run.state for run in world.runs()] == ["done", "not needed"]
    assert len(world.posts()) == 1


def test_a_breaker_that_opened_while_a_run_queued_stops_it(world: World) -> None:
    rules = ROLL_BACK.replace("mode: live", "mode: live\n    limit: {max: 1, within: 1d}")
    crash = world.crashing()
    world.deliver(crash)
    worker = world.worker(rules)
    worker.deciding.drain()
    world.server.hset(layout.RUN + world.run().id, "queued", "1")
    world.server.set(layout.BREAKER + "live:roll-back", json.dumps({"at": 0, "max": 1, "event": "x", "within": 1}))
    worker.drain()

    assert (world.run().state, world.run().note) == ("stopped", "the rule's breaker is open")
    assert world.heroku.calls() == []


def test_a_run_that_changed_nothing_gives_back_its_place_and_its_cooldown(world: World) -> None:
    rules = ROLL_BACK.replace("mode: live", "mode: live\n    cooldown: 1h\n    limit: {max: 1, within: 1d}")
    event = sample("dyno_crashed", app="acme-gone", at=world.simulator.now)
    world.deliver(event)
    worker = world.worker(rules)
    worker.drain()
    assert world.run().state == "failed"

    assert world.server.keys(layout.COOLDOWN + "*") == []
    assert world.server.zcard(layout.LIMIT + "live:roll-back") == 0


def test_a_run_that_changed_something_keeps_its_place_even_if_it_failed(world: World) -> None:
    rules = ROLL_BACK.replace("mode: live", "mode: live\n    cooldown: 1h\n    limit: {max: 1, within: 1d}")
    world.deliver(world.crashing())
    worker = world.worker(rules)
    worker.drain()
    world.app.releases[-1].config["PHASE"] = "fail-release-phase:1"
    world.pass_time(15)
    worker.drain()
    assert world.run().state == "failed"

    assert len(world.server.keys(layout.COOLDOWN + "*")) == 1
    assert world.server.zrange(layout.LIMIT + "live:roll-back", 0, -1) == [f"!{world.run().id}".encode()]


# --- versions, lost data ---


def test_a_run_in_a_format_of_another_version_is_left_to_it(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.deciding.drain()
    run = world.run().id
    world.server.hset(layout.RUN + run, "format", layout.FORMAT + 1)
    worker.drain()

    score = world.server.zscore(layout.DUE + "act", run)
    assert isinstance(score, float)
    assert 25 < score / 1000 - world.hands.now() <= 30
    assert world.server.hgetall(layout.CLAIMS + "act") == {}, "and no attempt is counted"
    world.server.hset(layout.RUN + run, "format", layout.FORMAT)
    world.pass_time(31)
    taken_back(world)


def test_an_action_that_this_version_does_not_have_fails_by_name(world: World) -> None:
    world.deliver(world.crashing())
    world.worker().deciding.drain()
    world.worker(actions={"notify": notify.ACTION}).drain()

    assert world.step() == ("failed", "This version of Dynohook has no action rollback.")


def blind(heard: list[str]) -> Action:
    """An action that does not look before it acts."""

    def perform(step: object) -> Outcome:
        heard.append("acted")
        return Outcome("done", "Acted.")

    spec = ActionSpec("notify", notify.Params)
    return Action(spec=spec, perform=perform, settle=lambda _: None, reads_live_state=False)


@pytest.mark.parametrize(
    ("age", "replayed", "acted"),
    [
        pytest.param(60, False, False, id="from before the loss"),
        pytest.param(60, True, True, id="from before, and a person asks for it"),
        pytest.param(-5, False, True, id="from after the loss"),
    ],
)
def test_after_a_loss_only_steps_that_look_first_run_on_old_events(
    world: World, age: float, *, replayed: bool, acted: bool
) -> None:
    heard: list[str] = []
    world.server.set(layout.EPOCH, "long-ago 1763840000000")  # or its beginning would be told of, by this action too
    worker = world.worker(TELL, actions={**ACTIONS, "notify": blind(heard)})
    now = world.hands.now()
    event = sample("dyno_crashed", app=APP, at=world.simulator.now - timedelta(seconds=max(age, 0)))
    world.deliver(event)
    if replayed:
        world.worker(TELL, brake=Mode.OFF).drain()
        world.hands.replay(event["id"], by="ops", why="it is safe")
    worker.ticker.beat()
    worker.crew.epoch = Epoch("a new one", now - 30)
    worker.deciding.drain()
    worker.acting.drain()

    assert heard == (["acted"] if acted else [])
    if not acted:
        assert world.step()[0] == "denied"
