"""What a person has done again: events decided anew, dead runs that go on where they stopped."""

import pytest

from core import layout, scripts
from core.runs import Entry, StepRecord
from core.sightings import NotNow, NotThere
from tests.core.world import World, gates, rule


def die(world: World, run: str) -> None:
    """Five workers die on the run."""
    for _ in range(layout.ATTEMPTS):
        assert world.claim("act", most=1).rows == (run,)
        world.pass_time(61)
    assert run in world.claim("act", most=1).buried
    world.server.zrem(layout.DUE + "act", f"{layout.SYSTEM}:dead:{run}")  # that it was told is tested elsewhere


def replay(world: World, id: str) -> str:
    return world.hands.replay(id, by="sam", why="it is mended")


def test_a_dead_run_goes_on_after_the_steps_it_had_done(world: World) -> None:
    world.decided("e1", rule())
    claimed = world.claim("act", most=1)
    run = world.runs.load("e1:roll-back")
    assert run is not None
    done = StepRecord("done", 1.0, "Told ops.")
    world.runs.record(run, Entry(set={"step:0": done.to_json()}, then="park"), token=claimed.token)
    die(world, "e1:roll-back")

    replay(world, "e1:roll-back")

    found = world.hands.run("e1:roll-back")
    assert (found.state, dict(found.journal)) == ("due", {"step:0": done})
    assert world.due_in("act", "e1:roll-back") == pytest.approx(0, abs=2)
    assert world.hands.dead() == {}


def test_a_run_that_goes_on_no_longer_ends(world: World) -> None:
    """It was replayed on the last day of its 30, and vanished while it waited for an approval."""
    world.decided("e1", rule())
    die(world, "e1:roll-back")
    assert world.server.ttl(layout.RUN + "e1:roll-back") > 0

    replay(world, "e1:roll-back")

    assert world.server.ttl(layout.RUN + "e1:roll-back") == -1
    assert [world.server.ttl(line) > 0 for line in world.server.scan_iter(layout.LINE + "*")] == [True]


def test_a_dead_run_makes_way_for_the_next_and_queues_behind_it_when_it_goes_on(world: World) -> None:
    world.decided("e1", rule())
    world.decided("e2", rule())
    die(world, "e1:roll-back")
    assert world.due_in("act", "e2:roll-back") is not None

    replay(world, "e1:roll-back")

    assert world.due_in("act", "e1:roll-back") is None
    world.finish("e2:roll-back", effect=False)
    world.finish("e1:roll-back", effect=False)


def test_an_event_is_decided_anew_by_a_run_of_its_own_number(world: World) -> None:
    world.decided("e1", rule())
    world.finish("e1:roll-back", effect=True)

    replay(world, "e1")

    claimed = world.claim()
    [waiting] = world.ledger.fetch(claimed.rows)[1]
    assert waiting.replay is not None
    assert (waiting.replay.number, waiting.replay.by) == (1, "sam")
    world.judged(claimed, "e1", rule(), replay=1)
    assert not world.server.hexists(layout.REPLAYS, "e1")
    replay(world, "e1")
    [again] = world.ledger.fetch(world.claim().rows)[1]
    assert again.replay is not None
    assert again.replay.number == 2


def test_an_event_that_is_decided_again_does_not_end_before_it_is(world: World) -> None:
    """It was replayed while the service was paused, and its days were over before somebody came to it."""
    world.decided("e1")
    assert world.server.ttl(layout.EVENT + "e1") > 0

    replay(world, "e1")

    assert world.server.ttl(layout.EVENT + "e1") == -1


def test_a_run_that_is_not_dead_is_left_as_it_is(world: World) -> None:
    """Two people replayed a dead run; it had ended again before the second one's word came."""
    world.decided("e1", rule())
    world.finish("e1:roll-back", effect=True)
    script = world.server.register_script(scripts.source("replay"))

    assert script(args=["act", "e1:roll-back", "{}", ""]) == b"waiting"
    assert world.hands.run("e1:roll-back").state == "done"


def test_a_replay_that_dies_leaves_nothing_behind(world: World) -> None:
    """The request stayed for ever, and was taken for that of the next replay."""
    world.decided("e1", rule())
    replay(world, "e1")
    for _ in range(layout.ATTEMPTS):
        world.claim()
        world.pass_time(61)
    assert world.claim().buried == ("e1",)

    assert not world.server.exists(layout.REPLAYS)


def test_a_dead_row_whose_run_is_gone_leaves_no_half_of_one(world: World) -> None:
    """Half a run, without its format, could not be read, and with it no list of runs."""
    world.server.zadd(layout.DUE + "act", {"gone:roll-back": 1})
    die(world, "gone:roll-back")

    assert not world.server.exists(layout.RUN + "gone:roll-back")
    assert [run.rule for run in world.hands.runs(most=10)] == [layout.SYSTEM]


def test_what_waits_is_not_replayed(world: World) -> None:
    world.deliver("e1")

    with pytest.raises(NotNow, match="e1 is waiting"):
        replay(world, "e1")


def test_what_is_not_there_is_not_replayed_and_what_looks_like_it_is_named(world: World) -> None:
    world.deliver("e1", "e12", "e13")

    with pytest.raises(NotThere, match="no event 'e'; did you mean"):
        replay(world, "e")
    with pytest.raises(NotThere, match="no event 'x'"):
        replay(world, "x")


def test_two_people_who_replay_at_once_replay_once(world: World) -> None:
    world.decided("e1", rule())
    world.finish("e1:roll-back", effect=True)
    replay(world, "e1")

    with pytest.raises(NotNow):
        replay(world, "e1")

    assert gates(world.judged(world.claim(), "e1", rule("other"))) == [["planned", "e1:other"]]
    assert world.claim().rows == ()
