"""What things cost in Redis, measured: the smallest plan has 25 MB."""

from typing import Any
from uuid import UUID

import pytest

from core import layout
from heroku.samples import encode, sample
from tests.core.world import World, arrival, rule

EVENTS = 1_000


def uuid(number: int) -> str:
    """One that looks like chance and is the same in every run."""
    return str(UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC834) % 2**128))


def body(number: int) -> bytes:
    """A release event of two kilobytes, with as many ids of its own as a real one has."""
    parts = {
        name: uuid(number * 20 + n) for n, name in enumerate(("slug", "user", "app", "stack", "pipeline", "webhook"))
    }
    document = sample("release_update_succeeded", id=uuid(number))
    return encode({**document, "data": {**document["data"], "parts": parts}}).ljust(2_000)


def used(world: World) -> int:
    return int(world.server.info("memory")["used_memory"])


def keep(world: World, numbers: range) -> None:
    for at in range(numbers.start, numbers.stop, 50):
        group = [arrival(uuid(number), body=body(number)) for number in range(at, at + 50)]
        assert set(world.keep(*group)) == {"accepted"}


def decide_all(world: World) -> None:
    while (claimed := world.claim()).rows:
        world.decide(claimed)


@pytest.mark.parametrize("decided", [False, True], ids=["that waits", "that was decided"])
def test_an_event_of_two_kilobytes_takes_less_than_1600_bytes_in_all(world: World, decided: bool) -> None:
    keep(world, range(50))  # the tables are there
    decide_all(world)
    before = used(world)

    keep(world, range(50, 50 + EVENTS))
    if decided:
        decide_all(world)

    assert (used(world) - before) / EVENTS < 1_600


def test_a_decision_takes_no_more_room_than_it_is_long(world: World) -> None:
    """It was appended, for which Redis made twice the room: every kept event cost as much again."""
    keep(world, range(50))
    key = layout.EVENT + uuid(7)
    before: Any = world.server.memory_usage(key)

    decide_all(world)

    grown: Any = world.server.memory_usage(key)
    record: Any = world.server.get(key)
    assert grown - before < 300
    assert grown < 1.3 * len(record) + 150


def test_a_run_takes_a_few_kilobytes(world: World) -> None:
    world.keep(arrival("e1", body=body(1)))
    claimed = world.claim()
    world.judged(claimed, "e1", rule(cooldown=60_000, limit=[3, 60_000]))
    world.finish("e1:roll-back", effect=True)

    assert (world.server.memory_usage(layout.RUN + "e1:roll-back") or 0) < 6_000


@pytest.mark.parametrize(
    ("more", "left", "most"),
    [
        pytest.param({"missing": {"key": "p", "within": 60_000}}, {}, 700, id="a rule that is put off"),
        pytest.param({"quiet": [60_000, 600_000]}, {}, 700, id="a burst of one that was not told before"),
        pytest.param({"gate": ["off"]}, {"came": True}, 200, id="a partner of its own"),
        pytest.param({"gate": ["off"]}, {"last": True}, 450, id="a state"),
    ],
)
def test_what_correlation_remembers_of_an_event_is_small(
    world: World, more: dict[str, Any], left: dict[str, Any], most: int
) -> None:
    """Beside the event itself; the ids and keys are as long as Heroku's."""
    keep(world, range(20))
    numbers = iter(range(1_000))

    def decide() -> None:
        while rows := (claimed := world.claim(most=1)).rows:
            key = f"{'0' * 16}:{uuid(500)}:{uuid(next(numbers))}"
            told: dict[str, Any] = {
                "came": [[key, 90_000_000]] if "came" in left else [],
                "last": [[key, 1_763_840_000_000, '"succeeded"', 90_000_000]] if "last" in left else [],
            }
            world.judged(claimed, rows[0], rule(key=key[-36:], **more), **told)

    decide()
    before = used(world)
    keep(world, range(100, 300))
    accepted = used(world) - before
    decide()

    assert (used(world) - before - accepted) / 200 < most
