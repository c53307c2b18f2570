"""A run that waited for another of its rule and key: what changed meanwhile counts when its turn comes."""

from typing import Any

import pytest

from core import layout
from core.runs import Entry, Run
from tests.core.world import World, gates, rule

DAY = 86_400_000  # ms
LIMIT = f"{layout.LIMIT}live:roll-back"


def limited(most: int, **more: Any) -> dict[str, Any]:
    return rule(limit=[most, DAY], **more)


def begin_second(world: World) -> tuple[str, Run]:
    """The first run ends, and the second, which queued behind it, is claimed and started."""
    world.finish("e1:roll-back", effect=True)
    claimed = world.claim("act", most=1)
    assert claimed.rows == ("e2:roll-back",)
    run = world.runs.load("e2:roll-back")
    assert run is not None
    return world.runs.start(run, token=claimed.token), run


def now(world: World) -> int:
    return int(world.hands.now() * 1000)


def test_a_run_that_queued_starts_when_its_turn_comes(world: World) -> None:
    world.decided("e1", limited(5))
    assert gates(world.decided("e2", limited(5))) == [["queued", "e2:roll-back", 1]]

    answer, run = begin_second(world)

    assert answer == "started"
    assert world.hands.run(run.id).state == "running"


def test_a_limit_that_others_reached_meanwhile_stops_it_and_opens_the_breaker(world: World) -> None:
    world.decided("e1", limited(3))
    world.decided("e2", limited(3))
    world.server.zadd(LIMIT, {"!x:roll-back": now(world), "!y:roll-back": now(world)})

    answer, _ = begin_second(world)

    assert answer == "breaker"
    [breaker] = world.hands.breakers()
    assert (breaker.rule, breaker.mode, breaker.event, breaker.max) == ("roll-back", "live", "e2", 3)
    assert [run.rule for run in world.hands.runs(most=10)].count(layout.SYSTEM) == 1


def test_effects_that_are_older_than_the_limit_s_time_do_not_stop_it(world: World) -> None:
    """They were only forgotten when the next event was decided; none came, and the run was stopped."""
    world.decided("e1", limited(3))
    world.decided("e2", limited(3))
    long_ago = now(world) - 2 * DAY
    world.server.zadd(LIMIT, {"!x:roll-back": long_ago, "!y:roll-back": long_ago, "!z:roll-back": long_ago})

    assert begin_second(world)[0] == "started"


def test_it_holds_its_place_under_the_limit_however_long_it_queued(world: World) -> None:
    world.decided("e1", limited(2))
    world.decided("e2", limited(2))
    world.server.zadd(LIMIT, {"e2:roll-back": now(world) - 2 * DAY})

    begin_second(world)

    assert gates(world.decided("e3", limited(2, key="other"))) == [["limit", 1, 2]]
    assert world.server.pttl(LIMIT) == pytest.approx(DAY, abs=10_000)


def test_an_effect_counts_for_the_whole_of_the_limit_s_time_from_when_it_was_had(world: World) -> None:
    """The count ended with the time of its last plan: a run that took long was forgotten as soon as it had its effect,
    and one that took longer left a count that never ended."""
    world.decided("e1", rule(limit=[1, 60_000]))
    world.pass_time(70)
    world.finish("e1:roll-back", effect=True)

    assert 50_000 < world.server.pttl(LIMIT) <= 60_000
    assert gates(world.decided("e2", rule(limit=[1, 60_000]))) == [["breaker opened", 1]]


def test_a_cooldown_that_another_run_has_begun_since_is_not_given_back(world: World) -> None:
    """The first run took longer than its cooldown, changed nothing, and gave back that of the second."""
    world.decided("e1", rule(cooldown=60_000))
    world.pass_time(70)
    world.decided("e2", rule(cooldown=60_000))
    world.server.zadd(layout.DUE + "act", {"e1:roll-back": 1})

    world.finish("e1:roll-back", effect=False)

    assert gates(world.decided("e3", rule(cooldown=60_000)))[0][0] == "cooldown"


def test_a_run_that_was_stopped_makes_way_for_the_next(world: World) -> None:
    for id in ("e1", "e2", "e3"):
        world.decided(id, limited(5))
    world.server.set(f"{layout.BREAKER}live:roll-back", "{}")
    answer, run = begin_second(world)
    assert answer == "breaker"

    [(_, _, token)] = [claim for claim in claims(world) if claim[0] == run.id]
    world.runs.record(run, Entry(then="finish", state="stopped"), token=token)

    assert world.due_in("act", "e3:roll-back") is not None
    assert world.server.zscore(LIMIT, "e2:roll-back") is None


def claims(world: World) -> list[tuple[str, str, str]]:
    """Row, worker and token of each run in somebody's hands."""
    held: Any = world.server.hgetall(layout.CLAIMS + "act")
    return [(row.decode(), *claim.decode().split("|")[:2]) for row, claim in held.items()]
