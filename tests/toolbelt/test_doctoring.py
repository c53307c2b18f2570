"""What the doctor makes of what it sees, on numbers that no test could bring about for real."""

from typing import Any

import pytest
import redis

from core import layout
from toolbelt.doctoring import ledger
from toolbelt.doctoring.findings import State, attention, broken, ok, worst

INFO = {
    "redis_version": "7.2.4",
    "used_memory": 5_000_000,
    "maxmemory": 25_000_000,
    "maxmemory_policy": "noeviction",
    "connected_clients": 6,
    "maxclients": 20,
    "aof_enabled": 1,
}


class FakeRedis(redis.Redis):
    """Tells of itself what it was told to; `unsaid` fields are told by CONFIG only, or not at all."""

    def __init__(self, *, most: int | None = None, fails: Exception | None = None, **changes: Any) -> None:
        self._info = {name: value for name, value in (INFO | changes).items() if value is not None}
        self._most = most
        self._fails = fails

    def info(self, section: str | None = None, *args: str, **_: Any) -> Any:
        if self._fails:
            raise self._fails
        return self._info

    def get(self, name: Any) -> Any:
        return b"an-id 1763840000000" if name == layout.EPOCH else None

    def config_get(self, pattern: Any = "*", *args: Any, **_: Any) -> Any:
        if self._most is None:
            raise redis.ResponseError("unknown command 'CONFIG'")
        return {"maxclients": str(self._most)}


def seen(client: FakeRedis) -> dict[str, tuple[State, str]]:
    return {each.name: (each.state, each.says) for each in ledger.of_redis(client)}


def test_a_server_that_is_right_is_told_line_by_line() -> None:
    assert seen(FakeRedis()) == {
        "answers": (State.OK, "Redis 7.2.4"),
        "space": (State.OK, "5.0 of 25.0 MB used"),
        "connections": (State.OK, "6 of 20 used"),
        "persistence": (State.OK, "what it keeps is written down"),
        "when full": (State.OK, "refuses, and forgets nothing (noeviction)"),
        "data": (State.OK, "all kept since 2025-11-22 19:33:20 UTC"),
    }


@pytest.mark.parametrize(
    ("client", "name", "state", "says"),
    [
        pytest.param(FakeRedis(redis_version="6.0.16"), "answers", State.BROKEN, "too old", id="an old version"),
        pytest.param(FakeRedis(valkey_version="9.1.2"), "answers", State.OK, "Valkey 9.1.2", id="Valkey"),
        pytest.param(FakeRedis(used_memory=18_000_000), "space", State.ATTENTION, "18.0 of 25.0", id="nearly full"),
        pytest.param(FakeRedis(used_memory=20_000_000), "space", State.BROKEN, "are refused", id="full"),
        pytest.param(FakeRedis(maxmemory=0), "space", State.OK, "no bound set", id="without a bound"),
        pytest.param(FakeRedis(connected_clients=16), "connections", State.ATTENTION, "16 of 20", id="crowded"),
        pytest.param(FakeRedis(maxclients=None, most=20), "connections", State.OK, "6 of 20", id="told by CONFIG"),
        pytest.param(FakeRedis(maxclients=None), "connections", State.OK, "6 used", id="CONFIG forbidden"),
        pytest.param(FakeRedis(aof_enabled=0), "persistence", State.ATTENTION, "may lose", id="not written down"),
        pytest.param(
            FakeRedis(maxmemory_policy="allkeys-lru"), "when full", State.BROKEN, "allkeys-lru", id="it forgets"
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_told(client: FakeRedis, name: str, state: State, says: str) -> None:
    found = next(each for each in ledger.of_redis(client) if each.name == name)
    assert (found.state, bool(found.do)) == (state, state is not State.OK)
    assert says in found.says


@pytest.mark.parametrize(
    "error", [redis.ConnectionError(":sesame@"), redis.ResponseError("NOAUTH"), ConnectionResetError()]
)
def test_a_server_that_does_not_answer_is_one_line(error: Exception) -> None:
    assert seen(FakeRedis(fails=error)) == {"answers": (State.BROKEN, f"no ({type(error).__name__})")}


def test_the_worst_counts() -> None:
    fine, so_so, bad = ok("a", "b", "c"), attention("a", "b", "c", "d"), broken("a", "b", "c", "d")
    assert [worst(each) for each in ([], [fine], [fine, so_so], [so_so, bad, fine])] == [
        State.OK,
        State.OK,
        State.ATTENTION,
        State.BROKEN,
    ]
