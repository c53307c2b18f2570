"""How much came, hour by hour."""

from core import hours, layout
from tests.core.world import World

EIGHT = 1_763_884_800  # seconds since 1970: the beginning of an hour


def test_what_came_is_counted_in_the_hour_of_the_clock_in_which_it_came(world: World) -> None:
    at = {"before all": -3_601, "first": -3_600, "last of the first": -0.001, "on the hour": 0, "now": 1_799}
    world.server.zadd(layout.EVENTS, {id: (EIGHT + seconds) * 1_000 for id, seconds in at.items()})
    world.server.zadd(layout.RUNS, {"r1": EIGHT * 1_000})

    found = hours.look(world.server, EIGHT + 1_800, most=2)

    assert found == [(EIGHT - 3_600, 2, 0), (EIGHT, 2, 1)]
