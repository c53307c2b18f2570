"""What workers say of themselves with each beat."""

import json

import pytest
from redis import Redis

from core import layout
from core.beat import Beat
from core.presence import FRESH_MILLISECONDS, Worker
from core.sight import Sight


def test_a_worker_tells_its_rules_its_version_and_where_act_stands(server: Redis) -> None:
    Beat(server, worker="worker.2", rules="4f1c", version="1", act="shadow").tick()
    Beat(server, worker="worker.1", rules="", version="2").tick()

    assert Sight(server).workers() == [Worker("worker.1", "", "2", ""), Worker("worker.2", "4f1c", "1", "shadow")]


@pytest.mark.parametrize(
    ("age", "seen"),
    [pytest.param(0, 1, id="just now"), pytest.param(FRESH_MILLISECONDS + 1_000, 0, id="too long ago")],
)
def test_a_worker_of_a_version_that_says_nothing_of_act_is_seen_while_it_beats(
    server: Redis, age: int, seen: int
) -> None:
    beat = int(Sight(server).now() * 1000) - age
    server.hset(layout.WORKERS, "worker.1", json.dumps({"beat": beat, "rules": "4f1c", "version": "1"}))

    assert Sight(server).workers() == [Worker("worker.1", "4f1c", "1", "")] * seen
