"""What is told beforehand of the gates is what the scripts then say, and telling touches nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core import layout
from core.peeking import Peek, Standing
from tests.core.world import World, judgement, rule

MINUTE = 60_000  # milliseconds


def now(world: World) -> int:
    return int(world.hands.now() * 1000)


def close_breaker_at(world: World) -> None:
    world.server.set(f"{layout.BREAKER}live:roll-back", json.dumps({"at": 1, "event": "x", "max": 3}))


def left(world: World, key: str, *at: int) -> None:
    for number, t in enumerate(at):
        world.server.zadd(layout.CAME + key, {f"other{number}": t})


def state(world: World, value: str, *, at: int = 0) -> None:
    world.server.hset(layout.LAST + "size", mapping={"event": "e0", "at": at, "now": value})


def nothing(_: World) -> None:
    pass


CHANGED = {"key": "size"}
PARTNER = {"key": "k", "within": MINUTE}
Before = Callable[[World], object]


@pytest.mark.parametrize(
    ("more", "before", "gate"),
    [
        pytest.param({}, nothing, ["planned", "e1:roll-back"], id="nothing asks"),
        pytest.param(
            {"cooldown": MINUTE},
            lambda world: world.server.hset(layout.RUN + "e1:roll-back", "format", layout.FORMAT),
            ["planned before", "e1:roll-back"],
            id="there is a run already",
        ),
        pytest.param({"count": [2, MINUTE, MINUTE]}, nothing, ["window", 1, 2], id="the first of two"),
        pytest.param(
            {"count": [2, MINUTE, MINUTE]},
            lambda world: world.decided("e0", rule(count=[2, MINUTE, MINUTE]), t=now(world)),
            ["planned", "e1:roll-back"],
            id="the second of two",
        ),
        pytest.param(
            {"count": [3, MINUTE, MINUTE]},
            lambda world: world.decided("e0", rule(count=[3, MINUTE, MINUTE]), t=now(world)),
            ["window", 2, 3],
            id="the second of three",
        ),
        pytest.param({"cooldown": MINUTE}, nothing, ["planned", "e1:roll-back"], id="rested"),
        pytest.param({"limit": [1, MINUTE]}, nothing, ["planned", "e1:roll-back"], id="under its limit"),
        pytest.param(
            {"limit": [1, MINUTE]},
            lambda world: world.decided("e0", rule(limit=[1, MINUTE]), t=now(world)),
            ["limit", 0, 1],
            id="its limit under way",
        ),
        pytest.param(
            {"limit": [1, MINUTE]},
            lambda world: world.server.zadd(f"{layout.LIMIT}live:roll-back", {"!x": now(world)}),
            ["breaker opened", 1],
            id="its limit reached",
        ),
        pytest.param(
            {"limit": [1, MINUTE]},
            lambda world: world.server.zadd(f"{layout.LIMIT}live:roll-back", {"!x": now(world) - 2 * MINUTE}),
            ["planned", "e1:roll-back"],
            id="its limit reached long ago",
        ),
        pytest.param({"limit": [1, MINUTE]}, close_breaker_at, ["breaker"], id="its breaker open"),
        pytest.param(
            {"overlap": "skip"},
            lambda world: world.decided("e0", rule(overlap="skip"), t=now(world)),
            ["overlap", 1],
            id="another under way",
        ),
        pytest.param({"changed": CHANGED}, nothing, ["first seen"], id="first seen"),
        pytest.param(
            {"changed": CHANGED}, lambda world: state(world, "2"), ["unchanged", "2"], id="the same as before"
        ),
        pytest.param(
            {"changed": CHANGED}, lambda world: state(world, "1"), ["planned", "e1:roll-back"], id="another than before"
        ),
        pytest.param(
            {"changed": CHANGED},
            lambda world: state(world, "1", at=now(world) + MINUTE),
            ["overtaken"],
            id="older than what was seen",
        ),
        pytest.param(
            {"changed": CHANGED | {"now": ["3"]}},
            lambda world: state(world, "1"),
            ["other change", "1", "2"],
            id="another change",
        ),
        pytest.param({"after": PARTNER}, nothing, ["waits", "after"], id="nothing came before"),
        pytest.param(
            {"after": PARTNER},
            lambda world: left(world, "k", now(world) - MINUTE // 2),
            ["planned", "e1:roll-back"],
            id="something came before",
        ),
        pytest.param({"missing": PARTNER}, nothing, ["waits", "missing"], id="nothing came yet"),
        pytest.param(
            {"missing": PARTNER},
            lambda world: left(world, "k", now(world) + MINUTE // 2),
            ["came", "other0"],
            id="it came already",
        ),
        pytest.param({"quiet": [MINUTE, 10 * MINUTE]}, nothing, ["waits", "quiet"], id="it waits for quiet"),
    ],
)
def test_what_is_told_beforehand_is_what_is_then_decided(
    world: World, more: dict[str, Any], before: Before, gate: list[Any]
) -> None:
    before(world)
    at = now(world)
    told = judgement(
        rule(run="e1:roll-back", **more), t=at, came=[], last=[["size", at, "2", MINUTE]] if "changed" in more else []
    )
    [asked] = told["rules"]
    kept = {key: world.server.dump(key) for key in world.server.scan_iter("*")}

    standings = list(Peek(world.server).rule("e1", told, asked, now=at))

    assert {key: world.server.dump(key) for key in world.server.scan_iter("*")} == kept
    closed = next((list(one.gate) for one in standings if one.gate), ["planned", "e1:roll-back"])
    assert closed[: len(gate)] == gate
    written = world.decided("e1", rule(**more), t=at, last=told["last"])
    decided = list(written.gates[0][1:])
    assert decided[: len(gate)] == gate


def test_a_cooldown_is_told_with_what_is_left_of_it(world: World) -> None:
    world.decided("e0", rule(cooldown=MINUTE), t=now(world))
    told = judgement(rule(run="e1:roll-back", cooldown=MINUTE), t=now(world))

    rests, overlaps = Peek(world.server).rule("e1", told, told["rules"][0], now=now(world))

    assert (rests.name, rests.gate[0]) == ("cooldown", "cooldown")
    assert 0 < rests.numbers["left"] <= MINUTE
    assert overlaps == Standing("overlap", {"waiting": 1}, [])


@pytest.mark.parametrize(
    ("more", "about", "gate"),
    [
        pytest.param({}, "", [], id="nothing"),
        pytest.param({"account": True}, "", ["own account"], id="our account"),
        pytest.param({"content": "known"}, "", ["repeat", "e0"], id="told before"),
        pytest.param({"content": "new"}, "", [], id="told for the first time"),
        pytest.param({}, "r1", ["own effect", "e0:roll-back"], id="made by us"),
        pytest.param({}, "r2", [], id="made by others"),
        pytest.param({"made": ["r1"]}, "", ["chain", 4], id="led to by too many of our runs"),
        pytest.param({"made": ["r2"]}, "", [], id="led to by none of our runs"),
    ],
)
def test_what_stops_an_event_for_all_rules(world: World, more: dict[str, Any], about: str, gate: list[str]) -> None:
    world.server.set(layout.REPEAT + "known", "e0")
    world.server.set(layout.OWN + "r1", "e0:roll-back")
    world.server.hset(layout.RUN + "e0:roll-back", "depth", 3)

    assert list(Peek(world.server).whole("e1", about, judgement(**more))) == gate
