"""A server that takes no writes for a while must not be taken for a run that kills its workers."""

import pytest
import redis

from tests.core.world import World, rule
from workers.crew import is_poison


def failure(world: World) -> redis.ResponseError:
    """What a script gets that writes."""
    with pytest.raises(redis.ResponseError) as caught:
        world.due.park("act", "e1:roll-back", token="token", seconds=1)
    return caught.value


def test_a_server_without_its_replicas_is_not_the_runs_fault(world: World) -> None:
    """A run held still for its whole lease of 60 s, and five such moments would have made it a dead letter."""
    world.decided("e1", rule())
    world.server.config_set("min-replicas-to-write", 1)
    try:
        error = failure(world)
    finally:
        world.server.config_set("min-replicas-to-write", 0)

    assert str(error).startswith("NOREPLICAS")
    assert not is_poison(error)


def test_a_record_of_the_wrong_kind_is(world: World) -> None:
    world.decided("e1", rule())
    world.server.delete("dh:claims:act")
    world.server.set("dh:claims:act", "no hash")

    assert is_poison(failure(world))
