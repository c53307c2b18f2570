"""The due list: a row is one worker's at a time, nothing due is forgotten, and what cannot be done becomes visible."""

import json
import threading

import pytest
import redis

from core import layout
from core.due import ClaimLost
from tests.core.world import World, gates, rule


def test_a_row_is_claimed_by_one_worker_at_a_time(world: World) -> None:
    world.deliver("e1")

    assert world.claim().rows == ("e1",)
    assert world.other("worker.2").claim().rows == ()


def test_many_workers_never_share_a_row(world: World) -> None:
    ids = [f"e{n}" for n in range(400)]
    world.deliver(*ids)
    claimed: list[str] = []

    def take(name: str) -> None:
        other = world.other(name)
        while rows := other.claim(most=7).rows:
            claimed.extend(rows)

    threads = [threading.Thread(target=take, args=(f"worker.{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(claimed) == sorted(ids)


def test_who_lost_the_claim_decides_nothing(world: World) -> None:
    world.deliver("e1")
    late = world.claim()
    world.pass_time(61)
    in_time = world.other("worker.2").claim()

    assert [one.how for one in world.decide(late)] == ["lost"]
    assert [one.how for one in world.decide(in_time)] == ["decided"]
    assert len(world.hands.event("e1").kept.decisions) == 1  # type: ignore[union-attr]


def test_who_lost_the_claim_can_neither_renew_nor_park_nor_drop_it(world: World) -> None:
    world.deliver("e1")
    late = world.claim()
    world.pass_time(61)
    world.other("worker.2").claim()

    with pytest.raises(ClaimLost):
        world.due.renew("decide", "e1", token=late.token)
    world.due.park("decide", "e1", token=late.token, seconds=0)
    world.due.drop("decide", "e1", token=late.token)

    assert world.due_in("decide", "e1") == pytest.approx(60, abs=5)


def test_a_renewed_claim_lasts_a_whole_lease_longer(world: World) -> None:
    world.deliver("e1")
    claimed = world.claim()
    world.pass_time(50)
    world.due.renew("decide", "e1", token=claimed.token)
    world.pass_time(50)

    assert world.other("worker.2").claim().rows == ()


def attempts(world: World, row: str) -> int:
    claim = world.server.hget(layout.CLAIMS + "decide", row)
    assert isinstance(claim, bytes)
    return int(claim.split(b"|")[2])


def test_only_a_claim_that_ran_out_counts_as_an_attempt(world: World) -> None:
    world.deliver("e1")
    for _ in range(20):
        claimed = world.claim()
        world.due.park("decide", "e1", token=claimed.token, seconds=0)
    assert world.claim().rows == ("e1",)
    assert attempts(world, "e1") == 0

    world.pass_time(61)

    assert world.claim().rows == ("e1",)
    assert attempts(world, "e1") == 1


def test_a_row_that_failed_once_is_claimed_alone(world: World) -> None:
    """An event that kills its worker took all that were claimed with it to their graves, five times over."""
    ids = tuple(f"e{n}" for n in range(5))
    world.deliver(*ids)
    world.claim()
    world.pass_time(61)
    world.deliver("new 1", "new 2")

    rounds = [world.claim().rows for _ in range(6)]

    assert sorted(rounds[:5]) == [(id,) for id in ids]
    assert rounds[5] == ("new 1", "new 2")


def test_after_five_claims_that_ran_out_an_event_is_a_dead_letter(world: World) -> None:
    world.deliver("e1")
    for _ in range(layout.ATTEMPTS):
        assert world.claim().rows == ("e1",)
        world.pass_time(61)

    last = world.claim()

    assert (last.rows, last.buried) == ((), ("e1",))
    assert world.hands.event("e1").state == "dead"
    assert world.server.ttl(layout.EVENT + "e1") > 0
    [told] = [run for run in world.hands.runs(most=10) if run.rule == layout.SYSTEM]
    assert "e1 was given up after 5" in json.dumps(told.plan)


def test_trouble_with_telling_of_a_dead_letter_is_not_told_in_turn(world: World) -> None:
    """Telling people killed the worker, so that was told too, which killed the worker; five times each, for ever."""
    test_after_five_claims_that_ran_out_an_event_is_a_dead_letter(world)
    for _ in range(layout.ATTEMPTS):
        assert world.claim("act", most=1).rows == ("system:dead:e1",)
        world.pass_time(61)

    assert world.claim("act", most=1).buried == ("system:dead:e1",)

    assert [run.id for run in world.hands.runs(most=10)] == ["system:dead:e1"]
    assert set(world.hands.dead()) == {"decide e1", "act system:dead:e1"}


def test_a_dead_letter_can_be_replayed(world: World) -> None:
    test_after_five_claims_that_ran_out_an_event_is_a_dead_letter(world)

    world.hands.replay("e1", by="sam", why="the worker is mended")

    assert world.hands.event("e1").state == "waiting"
    assert [one.how for one in world.decide(world.claim())] == ["decided"]
    assert world.hands.dead() == {}


def test_a_dead_worker_s_rows_are_free_within_seconds(world: World) -> None:
    world.beat.tick()
    world.deliver("e1")
    world.claim()
    other = world.other("worker.2")
    freed = []
    for _ in range(5):  # the other one goes on beating
        freed.append(other.beat.tick().freed)
        world.pass_time(2)

    assert sum(freed) == 1
    assert other.claim().rows == ("e1",)
    assert attempts(other, "e1") == 1


def test_after_a_silence_of_all_nobody_is_held_dead(world: World) -> None:
    """Redis was frozen for 20 s: every beat is old, and every worker alive."""
    other = world.other("worker.2")
    for each in (world, other):
        each.beat.tick()
    world.deliver("e1")
    world.claim()
    world.server.set(layout.TICK, int(world.hands.now() * 1000) - 20_000)
    world.pass_time(20)

    assert other.beat.tick().freed == 0
    world.beat.tick()
    world.server.delete(layout.GRACE)
    assert other.beat.tick().freed == 0


def test_who_leaves_gives_its_rows_back_and_counts_no_attempt(world: World) -> None:
    world.deliver("e1")
    world.claim()

    assert world.beat.leave() == 1

    other = world.other("worker.2")
    assert other.claim().rows == ("e1",)
    assert attempts(other, "e1") == 0


def test_a_beat_wakes_somebody_while_something_is_due_and_never_fills_the_queue(world: World) -> None:
    world.deliver("e1")
    world.server.delete(layout.QUEUE + "decide")  # the message was lost

    assert world.beat.tick().due_decide == 1
    assert world.wake_ups("decide") == 1
    for _ in range(100):
        world.beat.tick()
    assert world.wake_ups("decide") == layout.QUEUE_DEPTH


def test_a_claim_clears_the_wake_up_and_arms_it_again_if_rows_remain(world: World) -> None:
    world.deliver("e1", "e2", "e3")
    world.server.delete(layout.QUEUE + "decide")

    world.claim(most=2)
    assert world.wake_ups("decide") == 1
    world.claim(most=2)
    assert world.wake_ups("decide") == 1
    assert not world.server.exists(layout.WAKE + "decide")


def test_while_the_service_is_paused_nothing_is_claimed_and_nobody_woken(world: World) -> None:
    world.deliver("e1")
    world.server.delete(layout.QUEUE + "decide")
    world.hands.pause(by="sam", why="looking")

    assert world.claim().rows == ()
    world.beat.tick()
    assert world.wake_ups("decide") == 0
    world.hands.resume(by="ops", why="it is over")
    assert world.claim().rows == ("e1",)


def test_work_that_is_done_can_be_written_down_on_a_full_redis(world: World) -> None:
    """Finishing scripts open with a write that frees; else a full Redis could never get empty again."""
    world.decided("e0", rule())
    world.deliver("e1", "e2", "e3")
    world.server.config_set("maxmemory", 1)
    try:
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            world.server.set("one", "more")
        claimed = world.claim(most=2)
        world.due.renew("decide", claimed.rows[0], token=claimed.token)
        [first, _] = world.decide(claimed)
        assert first.how == "decided"
        later = world.claim()
        world.due.park("decide", "e3", token=later.token, seconds=0)
        again = world.claim()
        assert gates(world.judged(again, "e3", rule("other"))) == [["planned", "e3:other"]]
        world.finish("e0:roll-back", effect=False)
        world.beat.tick()
        world.beat.tell("x", "y")
        world.hands.pause(by="sam", why="Redis is full")
        world.hands.resume(by="ops", why="it is over")
        world.hands.replay("e1", by="sam", why="try again")
        world.beat.tidy(keep_seconds=1e9, most_bytes=10**9)
        world.beat.leave()
    finally:
        world.server.config_set("maxmemory", 0)


def test_a_new_epoch_says_that_redis_lost_what_it_held(world: World) -> None:
    before = world.beat.tick().epoch
    assert world.beat.tick().epoch == before
    world.server.flushall()

    after = world.beat.tick().epoch

    assert after.id != before.id
    assert after.since == pytest.approx(world.hands.now(), abs=5)


def test_tidying_lets_go_the_oldest_decided_events_and_never_one_that_waits(world: World) -> None:
    world.deliver("decided 1", "decided 2")
    world.decide(world.claim())
    world.deliver("waiting")

    let_go = world.beat.tidy(keep_seconds=1e9, most_bytes=1)

    assert let_go == 2
    assert [event.id for event in world.hands.events(most=10)] == ["waiting"]


def test_decided_events_end_and_waiting_ones_do_not(world: World) -> None:
    world.deliver("decided")
    world.decide(world.claim())
    world.deliver("waiting")

    assert world.server.ttl(layout.EVENT + "decided") == pytest.approx(14 * 86_400, abs=60)
    assert world.server.ttl(layout.EVENT + "waiting") == -1
