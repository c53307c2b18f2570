"""Workers that are killed, stand still, lose their claim or are told to stop: at every point around a call."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from core import layout
from core.due import DueList
from tests.workers.world import ROLL_BACK, Killed, Worker, World, die
from workers.actions import ACTIONS, rollback
from workers.actions.base import Outcome, Step
from workers.calling import BEGIN_GOOD_SECONDS, Calls, Stalled
from workers.looks import Look
from workers.visits import Visit

LEASE = 61.0  # seconds, after which a claim has run out


def killed(worker: Worker) -> None:
    """It works, and dies amid it."""
    with pytest.raises(Killed):
        worker.drain()


def finished(world: World) -> None:
    """It is done in the end, by one call."""
    for _ in range(6):
        for worker in world.workers[1:] or world.workers:
            worker.drain()
        if world.run().state == "done":
            break
        world.pass_time(20)
    assert world.step() == ("done", "Rolled back from v42 to v41: v43 (Rollback to v41) is live.")
    assert len(world.posts()) == 1


@pytest.fixture
def pair(world: World) -> tuple[Worker, Worker]:
    """Two workers, and a crash to be taken back."""
    world.deliver(world.crashing())
    return world.worker(), world.worker()


def test_killed_while_it_looks(world: World, pair: tuple[Worker, Worker]) -> None:
    dying, other = pair
    dying.runs.after["hold"] = die
    killed(dying)

    other.drain()
    assert world.posts() == [], "the claim has not run out"
    world.pass_time(LEASE)
    finished(world)


def test_killed_just_before_the_call(world: World, pair: tuple[Worker, Worker]) -> None:
    """It is written down as started, and nothing was sent: others look for it and find nothing."""
    dying, other = pair
    dying.runs.after["begin"] = die
    killed(dying)
    assert world.step()[0] == "started"

    world.pass_time(LEASE)
    other.drain()
    assert len(world.posts()) == 1
    finished(world)


def test_killed_between_the_call_and_its_record(world: World, pair: tuple[Worker, Worker]) -> None:
    dying, other = pair
    dying.runs.before["record"] = die
    killed(dying)
    assert len(world.posts()) == 1
    assert world.step()[0] == "started"

    world.pass_time(LEASE)
    other.drain()
    assert world.step()[0] in ("waiting", "done")
    ours = world.app.releases[-1].id
    assert other.runs.made([ours]) == {ours}, "what it made is known as ours all the same"
    finished(world)


def test_killed_just_after_the_record(world: World, pair: tuple[Worker, Worker]) -> None:
    dying, _ = pair
    dying.runs.after["record"] = die
    killed(dying)
    assert world.step()[0] == "waiting"
    finished(world)


def test_killed_before_the_last_line(world: World, pair: tuple[Worker, Worker]) -> None:
    """All is done and written down but the end of the run."""
    dying, other = pair
    dying.drain()
    world.pass_time(20)
    last = iter([lambda: None, lambda: None, die])

    def one_more() -> None:
        next(last)()
        dying.runs.before["record"] = one_more

    dying.runs.before["record"] = one_more
    killed(dying)
    assert (world.step()[0], world.step("step:1")[0], world.run().state) == ("done", "done", "running")

    world.pass_time(LEASE)
    other.drain()
    assert world.run().state == "done"
    assert len(world.posts()) == 1


def test_the_end_of_a_call_is_awaited_even_if_the_row_is_free_at_once(
    world: World, pair: tuple[Worker, Worker]
) -> None:
    """A worker that was missed has its rows freed after six seconds; its call may still be on its way then."""
    dying, other = pair
    dying.runs.after["begin"] = die
    killed(dying)
    world.server.zadd(layout.DUE + "act", {world.run().id: 0})

    other.drain()
    assert world.step()[0] == "started"
    assert world.posts() == []
    score = world.server.zscore(layout.DUE + "act", world.run().id)
    assert isinstance(score, float)
    assert 20 < score / 1000 - world.hands.now() <= 30
    world.pass_time(31)
    finished(world)


def stolen(world: World) -> Callable[[], None]:
    """Another worker claims the run at this moment."""

    def steal() -> None:
        run = world.run().id
        world.server.zadd(layout.DUE + "act", {run: 0})
        assert DueList(world.server, worker="thief").claim("act", most=1).rows == (run,)

    return steal


@pytest.mark.parametrize("moment", ["hold", "begin"])
def test_a_claim_lost_before_the_call_stops_the_call(world: World, pair: tuple[Worker, Worker], moment: str) -> None:
    slow, _ = pair
    slow.runs.before[moment] = stolen(world)
    slow.drain()

    assert world.posts() == []
    assert "step:0" not in world.run().journal


def test_a_claim_lost_during_the_call_loses_nothing_but_the_line(world: World, pair: tuple[Worker, Worker]) -> None:
    slow, _ = pair
    slow.runs.before["record"] = stolen(world)
    slow.drain()

    ours = world.app.releases[-1].id
    assert slow.runs.made([ours]) == {ours}
    assert world.step()[0] == "started", "the thief settles it"
    world.pass_time(LEASE)
    finished(world)


def test_two_runs_never_act_on_one_app_by_one_look(world: World) -> None:
    """Two rules saw the same crash. Both looked, then both called: the lock was held around each call only, and what
    the second had seen was old by then. The app was rolled back twice."""
    rules = ROLL_BACK + ROLL_BACK.split("rules:\n")[1].replace("name: roll-back", "name: roll-back-too")
    world.deliver(world.crashing())
    first, second = world.worker(rules), world.worker(rules)
    first.deciding.drain()
    first.runs.after["hold"] = second.acting.drain

    first.drain()
    assert len(world.posts()) == 1
    for _ in range(4):
        world.pass_time(20)
        second.drain()

    said = {run.rule: run.journal["step:0"].sentence for run in world.runs()}
    assert sorted(said.values()) == [
        "Rolled back from v42 to v41: v43 (Rollback to v41) is live.",
        "v42 is no longer live: v43 is running.",
    ]
    assert len(world.posts()) == 1


def test_an_app_that_another_run_changes_is_looked_at_later(world: World, pair: tuple[Worker, Worker]) -> None:
    worker, _ = pair
    world.server.set(layout.LOCK + world.app.id, "another run", px=60_000)
    worker.drain()
    assert world.heroku.calls() == []
    assert "step:0" not in world.run().journal

    world.server.delete(layout.LOCK + world.app.id)
    world.pass_time(3)
    finished(world)


def test_a_lock_is_given_back_with_every_outcome(world: World, pair: tuple[Worker, Worker]) -> None:
    pair[0].drain()
    assert world.step()[0] == "waiting"
    assert world.server.keys(layout.LOCK + "*") == []


def test_a_process_that_stood_still_before_its_call_does_not_send_it(world: World, pair: tuple[Worker, Worker]) -> None:
    """Stopped for a minute between the last look and the call, a worker sent it all the same; another had long taken
    over and sent it too."""
    worker, _ = pair
    worker.deciding.drain()
    time = iter([0.0, BEGIN_GOOD_SECONDS + 1])
    run, crew = world.run(), worker.crew
    claimed = crew.due.claim("act", most=1)
    visit = Visit(crew, run, token=claimed.token)
    look = Look(visit, field="step:0", written=None)  # type: ignore[arg-type]
    calls = Calls(look, changes=True, clock=lambda: next(time))
    calls.intend(kind="release", target="Rollback to v41")
    heroku = calls.client()
    assert heroku is not None
    with pytest.raises(Exception, match="stood still"):
        heroku.rollback(world.app.id, release=world.app.releases[-2].id)

    assert world.posts() == []
    assert not look.begun
    assert world.step()[0] == "started", "so that it is looked for first"


def test_after_a_standstill_it_is_looked_for_later(world: World) -> None:
    def stalled(_: Step[Any]) -> Outcome:
        raise Stalled("stood still just before a call")

    world.deliver(world.crashing())
    worker = world.worker(actions={**ACTIONS, "rollback": replace(rollback.ACTION, perform=stalled)})
    worker.drain()

    score = world.server.zscore(layout.DUE + "act", world.run().id)
    assert isinstance(score, float)
    assert 25 < score / 1000 - world.hands.now() <= 30


def test_a_row_whose_run_is_gone_is_taken_off_the_list(world: World) -> None:
    world.server.zadd(layout.DUE + "act", {"nothing": 0})
    world.worker().drain()
    assert world.server.zcard(layout.DUE + "act") == 0


def test_what_was_seen_long_ago_is_not_acted_on(world: World, pair: tuple[Worker, Worker]) -> None:
    worker, _ = pair
    worker.deciding.drain()
    claimed = worker.crew.due.claim("act", most=1)
    look = Look(Visit(worker.crew, world.run(), token=claimed.token), field="step:0", written=None)  # type: ignore[arg-type]
    time = iter([0.0, 41.0])
    calls = Calls(look, changes=True, clock=lambda: next(time))
    calls.intend(kind="release", target="Rollback to v41")
    heroku = calls.client()
    assert heroku is not None
    heroku.release(world.app.id, 41)
    with pytest.raises(Exception, match="too old"):
        heroku.rollback(world.app.id, release=world.app.releases[-2].id)

    assert world.posts() == []


def test_a_change_without_an_intent_is_not_sent(world: World, pair: tuple[Worker, Worker]) -> None:
    worker, _ = pair
    worker.deciding.drain()
    claimed = worker.crew.due.claim("act", most=1)
    look = Look(Visit(worker.crew, world.run(), token=claimed.token), field="step:0", written=None)  # type: ignore[arg-type]
    heroku = Calls(look, changes=True).client()
    assert heroku is not None
    with pytest.raises(RuntimeError, match="no intent"):
        heroku.rollback(world.app.id, release=world.app.releases[-2].id)

    assert world.posts() == []


# --- told to stop ---


def test_a_worker_that_is_told_to_stop_sends_nothing_more(world: World, pair: tuple[Worker, Worker]) -> None:
    """It could have gone on through look, call and steps, each as slow as Heroku likes, until Heroku killed it."""
    stopping, other = pair
    stopping.runs.after["hold"] = stopping.crew.stopping.set
    stopping.drain()

    assert world.posts() == []
    assert world.server.hgetall(layout.CLAIMS + "act") == {}
    stopping.crew.beat.leave()
    other.drain()
    assert len(world.posts()) == 1
    finished(world)


def test_a_worker_that_is_told_to_stop_begins_no_further_step(world: World, pair: tuple[Worker, Worker]) -> None:
    stopping, other = pair
    stopping.drain()
    world.pass_time(20)
    stopping.runs.after["record"] = stopping.crew.stopping.set
    stopping.drain()

    assert world.step()[0] == "done"
    assert "step:1" not in world.run().journal
    other.drain()
    assert world.run().state == "done"


# --- Redis fails amid a visit ---


@pytest.mark.parametrize("moment", ["hold", "begin", "record"])
def test_a_run_that_redis_failed_on_is_given_back_and_goes_on(
    world: World, pair: tuple[Worker, Worker], moment: str
) -> None:
    unlucky, _ = pair

    def fail() -> None:
        raise RedisConnectionError("gone")

    unlucky.runs.before[moment] = fail
    unlucky.deciding.drain()
    unlucky.acting.drain()
    assert list(unlucky.crew.left_over) != []
    assert len(world.posts()) == (moment == "record")

    unlucky.ticker.beat()
    assert list(unlucky.crew.left_over) == []
    world.pass_time(31)
    finished(world)


def test_a_begin_that_landed_though_its_answer_was_lost_is_looked_for(
    world: World, pair: tuple[Worker, Worker]
) -> None:
    unlucky, _ = pair

    def fail() -> None:
        raise RedisConnectionError("answer lost")

    unlucky.runs.after["begin"] = fail
    unlucky.drain()
    assert world.posts() == []
    assert world.step()[0] == "started"
    world.pass_time(31)
    finished(world)


def broken_script() -> None:
    raise ResponseError("WRONGTYPE Operation against a key script: 1f, on @user_script:7.")


def test_a_run_that_a_script_fails_on_becomes_a_dead_letter_and_not_a_loop(world: World) -> None:
    """It was given back at once as if Redis had been away, and taken again each second for ever."""
    world.deliver(world.crashing())
    worker = world.worker()
    worker.deciding.drain()
    for _ in range(5):
        worker.runs.before["record"] = broken_script
        worker.runs.before["hold"] = broken_script
        worker.acting.drain()
        assert list(worker.crew.left_over) == []
        world.pass_time(LEASE)
    worker.acting.drain()

    assert world.run().state == "dead"
    [told] = world.told()
    assert told.startswith(f"Dead letter: run {world.run().id} was given up after 5")
    assert world.posts() == []


def test_a_poison_run_harms_no_other_and_can_be_replayed(world: World, server: redis.Redis) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.deciding.drain()
    poison = world.run()
    good_plan = server.hget(layout.RUN + poison.id, "plan")
    server.hset(layout.RUN + poison.id, "plan", '{"steps": [{"no": "step"}]}')
    for number in range(6):
        worker.crew.beat.tell(f"other-{number}", "something else")
        worker.drain()
        world.pass_time(LEASE)
    assert world.run().state == "dead"
    assert {run.state for run in world.hands.runs(most=100) if run.rule == "system"} == {"done"}

    assert good_plan is not None
    server.hset(layout.RUN + poison.id, "plan", good_plan)
    world.hands.replay(poison.id, by="ops", why="mended")
    finished(world)


def test_a_worker_that_dies_on_a_run_five_times_gives_it_up(world: World) -> None:
    world.deliver(world.crashing())
    world.worker().deciding.drain()
    for _ in range(5):
        dying = world.worker()
        dying.runs.before["hold"] = die
        killed(dying)
        world.pass_time(LEASE)
    world.worker().drain()

    assert world.run().state == "dead"
    assert world.posts() == []
    assert any(text.startswith(f"Dead letter: run {world.run().id}") for text in world.told())
    assert not any(world.run().id.encode() == row for row in world.server.hkeys(layout.CLAIMS + "act"))
