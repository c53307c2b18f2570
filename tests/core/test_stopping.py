"""A person ends a run: its places are given back, the next one begins, and no call is left in the open."""

import pytest

from core import layout
from core.due import ClaimLost
from core.hands import Busy
from core.runs import Entry, StepRecord
from core.sightings import NotNow, NotThere
from tests.core.world import World, rule

RUN = "e1:roll-back"


def begun(world: World, record: StepRecord, *, then: Entry | None = None) -> None:
    """The run is at its first step, which came so far."""
    claimed = world.claim("act", most=1)
    run = world.runs.load(RUN)
    assert run is not None
    world.runs.start(run, token=claimed.token)
    parked = then or Entry(set={"step:0": record.to_json()}, then="park", seconds=60)
    world.runs.record(run, parked, token=claimed.token)


def stop(world: World) -> str:
    return world.hands.stop("e1", by="ada", why="by hand")


def test_a_run_that_waits_ends_and_says_who_stopped_it(world: World) -> None:
    world.decided("e1", rule())
    begun(world, StepRecord("waiting", 1.0, "503; trying again in 5 s."))

    assert stop(world) == RUN

    run = world.hands.run(RUN)
    assert (run.state, run.note) == ("stopped", "stopped by ada: by hand")
    assert world.due_in("act", RUN) is None
    assert world.claim("act").rows == ()
    assert 0 < world.server.ttl(layout.RUN + RUN) <= layout.RUN_DAYS * 86_400


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        pytest.param(StepRecord("waiting", 1.0), False, id="nothing was changed"),
        pytest.param(StepRecord("waiting", 1.0, changed=True), True, id="something was changed"),
        pytest.param(StepRecord("unknown", 1.0), True, id="something may have been changed"),
    ],
)
def test_its_places_are_given_back_unless_it_had_an_effect(world: World, record: StepRecord, kept: bool) -> None:
    world.decided("e1", rule(cooldown=60_000, limit=[3, 60_000]))
    begun(world, record)

    stop(world)

    assert bool(list(world.server.scan_iter(layout.COOLDOWN + "*"))) is kept
    limits = world.server.zrange(f"{layout.LIMIT}live:roll-back", 0, -1)
    assert limits == ([f"!{RUN}".encode()] if kept else [])


def test_the_next_of_its_line_begins(world: World) -> None:
    world.decided("e1", rule())
    world.decided("e2", rule())
    assert world.due_in("act", "e2:roll-back") is None

    stop(world)

    assert world.claim("act").rows == ("e2:roll-back",)


def test_a_run_that_queues_is_stopped_in_its_place(world: World) -> None:
    world.decided("e0", rule())
    world.decided("e1", rule())

    stop(world)

    assert world.hands.run(RUN).state == "stopped"
    assert world.server.lrange(f"{layout.LINE}roll-back:acme-web", 0, -1) == [b"e0:roll-back"]


def test_amid_a_call_it_is_refused_until_it_is_known_what_came_of_it(world: World) -> None:
    world.decided("e1", rule())
    begun(world, StepRecord("started", 1.0))

    with pytest.raises(NotNow, match="what came of a call to Heroku"):
        stop(world)
    assert world.due_in("act", RUN) is not None


def test_while_a_worker_is_at_it_it_is_refused_for_a_moment(world: World) -> None:
    world.decided("e1", rule())
    world.claim("act")

    with pytest.raises(Busy, match="try again in a moment"):
        stop(world)


def test_a_worker_that_came_to_late_finds_that_it_has_lost_the_run(world: World) -> None:
    """Its lease had run out while it stood still; what it then wants to begin is not begun."""
    world.decided("e1", rule())
    claimed = world.claim("act")
    run = world.runs.load(RUN)
    assert run is not None
    world.pass_time(61)

    stop(world)

    with pytest.raises(ClaimLost):
        world.runs.begin(run, token=claimed.token, step="step:0", started=StepRecord("started", 1.0), intents=[])


def test_what_has_ended_or_never_was_is_not_stopped(world: World) -> None:
    world.decided("e1", rule())
    world.finish(RUN, effect=True)

    with pytest.raises(NotNow, match="has ended: it is done"):
        stop(world)
    with pytest.raises(NotThere):
        world.hands.stop("e2", by="ada", why="by hand")
