"""The parts of core around the server of all tests."""

import pytest
import redis

from tests.core.world import World


@pytest.fixture
def world(server: redis.Redis) -> World:
    return World(server)
