"""A worker that hears no wake-ups any more notices it, and connects to the queue anew."""

import signal
from collections.abc import Iterator

import pytest

from core import layout
from heroku.samples import sample
from tests.workers.process import environment
from tests.workers.world import World
from toolbelt.crew import Crew
from toolbelt.procfile import command
from toolbelt.servers import Server
from toolbelt.waiting import until
from workers.listening import DEAF_SECONDS, Listening

STARTS = 30.0  # seconds, on a busy machine
HEARS = 40.0  # DEAF_SECONDS, and then it connects


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listening(clock: Clock) -> Listening:
    return Listening(clock=clock)


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def looks(listening: Listening, clock: Clock, *, queued: int, seconds: float) -> list[bool]:
    """A look a second, for so long."""
    found = []
    for _ in range(int(seconds) + 1):
        found.append(listening.is_deaf(queued))
        clock.now += 1.0
    return found


def test_wake_ups_that_lie_there_unheard_tell_that_it_is_deaf(listening: Listening, clock: Clock) -> None:
    assert looks(listening, clock, queued=3, seconds=DEAF_SECONDS) == [False] * int(DEAF_SECONDS) + [True]


def test_it_is_told_again_after_as_long(listening: Listening, clock: Clock) -> None:
    assert looks(listening, clock, queued=3, seconds=2 * DEAF_SECONDS + 1).count(True) == 2


def test_an_empty_queue_is_no_sign(listening: Listening, clock: Clock) -> None:
    assert not any(looks(listening, clock, queued=0, seconds=3 * DEAF_SECONDS))


def test_who_is_at_work_is_not_deaf(listening: Listening, clock: Clock) -> None:
    with listening:
        assert not any(looks(listening, clock, queued=20, seconds=3 * DEAF_SECONDS))
    assert looks(listening, clock, queued=20, seconds=DEAF_SECONDS)[:-1].count(True) == 0


def test_one_that_was_heard_in_between_begins_it_anew(listening: Listening, clock: Clock) -> None:
    looks(listening, clock, queued=3, seconds=DEAF_SECONDS - 2)
    with listening:
        pass
    assert not any(looks(listening, clock, queued=3, seconds=DEAF_SECONDS - 1))


def test_time_without_a_look_does_not_count(listening: Listening, clock: Clock) -> None:
    """Redis was away for a minute: nobody could have heard anything."""
    assert not listening.is_deaf(3)
    listening.is_deaf(0)
    clock.now += 60.0
    assert not listening.is_deaf(3)


def test_a_beat_counts_the_wake_ups_that_lie_there(world: World) -> None:
    worker = world.worker()
    assert worker.crew.beat.tick().queued == 0
    world.server.lpush(layout.QUEUE + "decide", "one", "two")
    world.server.lpush(layout.QUEUE + "act", "three")
    assert worker.crew.beat.tick().queued == 3


def test_a_worker_that_hears_nothing_any_more_connects_anew(world: World, crew: Crew, running: Server) -> None:
    """Redis was killed while every thread worked, and came back. None of the six messages could be acknowledged, so the
    consumer took itself for busy. The worker beat on, 20 wake-ups lay in the queue, and nothing was decided."""
    shell, option, line = command("worker")
    deaf = [shell, option, line.replace("-A workers.app", "-A tests.workers.deafening")]
    worker = crew.start("worker", deaf, env=environment(REDIS_URL=running.url, ACT="shadow"))
    worker.ready(lambda: "worker ready" in worker.output, what="the worker", within=STARTS)
    decided(world, "heard")

    worker.send(signal.SIGUSR1)
    world.deliver(sample("app_create", id="unheard"))
    until(lambda: "connecting to the queue anew" in worker.output, what="the worker to notice", within=HEARS)

    decided(world, "heard-again")
    assert world.hands.event("unheard").state == "decided"
    assert worker.running


def decided(world: World, id: str) -> None:
    """Deliver an event, and wait until it is decided."""
    world.deliver(sample("app_create", id=id))
    until(lambda: world.hands.event(id).state == "decided", what=f"{id} to be decided", within=STARTS)
