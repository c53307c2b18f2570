"""Redis stays within what it may use: the oldest goes first, and nothing that somebody still needs."""

import random
from typing import Any

import pytest
import redis

from core import layout, scripts
from core.beat import LET_GO_AT_ONCE
from tests.core.world import DAY, World, arrival, rule
from toolbelt.crew import Crew
from toolbelt.servers import Server

NEVER = 365 * DAY
PLENTY = 10**12  # bytes


def tidy(world: World, *, keep_seconds: float = NEVER, most_bytes: int = 1) -> int:
    return world.beat.tidy(keep_seconds=keep_seconds, most_bytes=most_bytes)


def grow_old(world: World, days: float) -> None:
    """Everything was accepted and planned so much earlier."""
    for index in (layout.EVENTS, layout.RUNS):
        entries: Any = world.server.zrange(index, 0, -1, withscores=True)
        for id, score in entries:
            world.server.zadd(index, {id: score - days * DAY * 1000})


def decide_all(world: World) -> None:
    while (claimed := world.claim()).rows:
        world.decide(claimed)


def ids(world: World) -> list[str]:
    return sorted(event.id for event in world.hands.events(most=100_000))


def test_nothing_goes_while_there_is_room(world: World) -> None:
    world.decided("e1", rule())
    world.finish("e1:roll-back", effect=True)

    assert tidy(world, most_bytes=PLENTY) == 0
    assert ids(world) == ["e1"]
    assert world.hands.run("e1:roll-back").state == "done"


def test_what_waits_or_is_dead_stands_before_nothing_that_may_go(world: World) -> None:
    """Only the 500 oldest were looked at. They were dead letters, so nothing went any more, and Redis filled up."""
    stuck = [f"stuck {n:04}" for n in range(layout.TIDY_PAGE + 200)]
    for at in range(0, len(stuck), 100):
        world.deliver(*stuck[at : at + 100])
    world.server.hset(layout.DEAD, mapping={f"decide {id}": '{"at": 9e12}' for id in stuck[: layout.TIDY_PAGE]})
    world.server.zrem(layout.DUE + "decide", *stuck[: layout.TIDY_PAGE])
    world.pass_time(-3600)  # the others wait
    world.deliver("decided")
    decide_all(world)

    assert tidy(world) == 1
    assert ids(world) == stuck


def test_finished_runs_go_too_and_those_under_way_stay(world: World) -> None:
    """A rule that fired often left its runs for 30 days: events were let go, and Redis was full all the same."""
    world.decided("e1", rule("a"))
    world.finish("e1:a", effect=True)
    world.decided("e2", rule("b"))

    assert tidy(world) == 3
    assert [run.id for run in world.hands.runs(most=10)] == ["e2:b"]
    assert world.server.zrange(layout.RUNS, 0, -1) == [b"e2:b"]


def test_a_dead_run_stays_for_the_person_who_replays_it(world: World) -> None:
    world.decided("e1", rule())
    for _ in range(layout.ATTEMPTS):
        assert world.claim("act", most=1).rows == ("e1:roll-back",)
        world.pass_time(61)
    assert world.claim("act", most=1).buried == ("e1:roll-back",)

    tidy(world)

    assert world.hands.run("e1:roll-back").state == "dead"


def test_the_oldest_goes_first_be_it_an_event_or_a_run(world: World) -> None:
    world.decided("e1", rule("a"))
    world.finish("e1:a", effect=True)
    grow_old(world, 1)
    filler = [f"f{n:04}" for n in range(LET_GO_AT_ONCE)]
    for at in range(0, len(filler), 100):
        world.deliver(*filler[at : at + 100])
    decide_all(world)

    let_go = world.server.register_script(scripts.source("tidy"))(args=[int(NEVER), 1, 3])

    assert let_go == 3
    assert world.hands.runs(most=10) == []
    assert ids(world) == filler[1:]


def test_one_tidying_lets_go_as_much_as_a_busy_service_brings(world: World) -> None:
    """500 events in five seconds went, and 200 a second came: the gate closed on a service that was well."""
    ids_ = [f"e{n:04}" for n in range(3 * LET_GO_AT_ONCE)]
    for at in range(0, len(ids_), 100):
        world.deliver(*ids_[at : at + 100])
    decide_all(world)

    assert tidy(world) == len(ids_)


def test_a_decided_event_is_let_go_once_its_time_is_over_and_its_place_in_the_index_with_it(world: World) -> None:
    world.deliver("old")
    decide_all(world)
    grow_old(world, 15)
    world.server.delete(layout.EVENT + "old")  # it ended by itself
    world.deliver("young")

    tidy(world, keep_seconds=14 * DAY, most_bytes=PLENTY)

    assert world.server.zrange(layout.EVENTS, 0, -1) == [b"young"]


def test_an_old_event_that_was_decided_just_now_is_kept_from_then_on(world: World) -> None:
    """A dead letter of 20 days ago was replayed; five seconds later nobody could see what had come of it."""
    world.deliver("old")
    grow_old(world, 20)
    decide_all(world)

    tidy(world, keep_seconds=14 * DAY, most_bytes=PLENTY)

    assert world.hands.event("old").state == "decided"


def test_keeping_for_fewer_days_than_before_counts_for_what_is_kept_already(world: World) -> None:
    world.deliver("old")
    decide_all(world)
    grow_old(world, 5)

    tidy(world, keep_seconds=3 * DAY, most_bytes=PLENTY)

    assert ids(world) == []


def test_the_index_of_runs_forgets_those_that_have_ended(world: World) -> None:
    world.decided("e1", rule("a"))
    world.finish("e1:a", effect=True)
    world.decided("e2", rule("b"))
    grow_old(world, 40)
    world.server.delete(layout.RUN + "e1:a")

    tidy(world, most_bytes=PLENTY)

    assert world.server.zrange(layout.RUNS, 0, -1) == [b"e2:b"]


def test_a_dead_letter_is_forgotten_after_its_days(world: World) -> None:
    world.server.hset(layout.DEAD, mapping={"decide old": '{"at": 1000}', "decide new": '{"at": 9e12}'})

    tidy(world, most_bytes=PLENTY)

    assert list(world.hands.dead()) == ["decide new"]


@pytest.mark.parametrize("keep_bytes", [15_000_000, 10**11], ids=["the usual", "more than there is"])
def test_a_small_redis_goes_on_taking_deliveries_for_ever(keep_bytes: int) -> None:
    """KEEP_MEGABYTES said more than 80 % of what there was: the gate closed, and nothing was ever let go."""
    with Crew() as crew, Server(crew, keep_data=False, max_memory_bytes=6_000_000) as server:
        client = redis.Redis.from_url(server.url, protocol=2)
        world = World(client)
        noise = random.Random(11)
        taken = 0
        for n in range(60):
            bodies = [noise.randbytes(6_000) for _ in range(50)]
            answers = world.keep(*(arrival(f"{n}-{m}", body=body) for m, body in enumerate(bodies)))
            assert set(answers) <= {"accepted", "full"}
            taken += answers.count("accepted")
            decide_all(world)
            world.beat.tidy(keep_seconds=NEVER, most_bytes=keep_bytes)
            client.delete(layout.ROOM)  # time passes

        assert taken > 2_000
        assert client.info("memory")["used_memory"] < 0.85 * 6_000_000
        client.close()
