"""Deciding in batches: each event once, none harmed by its neighbour, and none lost without a word."""

import json
from datetime import timedelta
from typing import Any

import pytest
import redis
from redis.exceptions import ConnectionError as RedisConnectionError

from core import layout, records
from core.due import Claimed, DueList
from core.ledger import Ledger, Written
from core.queue import Lane
from heroku.samples import sample
from rules.model import Mode
from tests.workers.world import APP, DAY, ROLL_BACK, World
from workers import deciding

RULE = """
version: 1
rules:
  - name: tell
    mode: live
    on: [api:release.update, dyno.destroy]
    fresh_within: 30m
    each: id
    do: [{notify: {to: log, text: "an event"}}]
"""


def event(
    world: World, name: str = "release_update_failed", *, id: str = "e1", minutes: float = 0, of: str = "", **more: Any
) -> Any:
    """A sample of now, or of some minutes ago; about the release `of`."""
    more |= {"data.id": of} if of else {}
    return sample(name, id=id, app=APP, at=world.simulator.now - timedelta(minutes=minutes), **more)


def test_a_batch_is_decided_whole_and_once(world: World) -> None:
    world.deliver(*(event(world, id=f"e{n}", of=f"r{n}") for n in range(250)))
    first, second = world.worker(RULE), world.worker(RULE)
    first.deciding.drain()
    second.deciding.drain()

    assert len(world.runs()) == 100, "as many as are looked at"
    assert world.server.zcard(layout.RUNS) == 250
    assert world.server.zcard(layout.DUE + "decide") == 0
    assert world.server.hgetall(layout.CLAIMS + "decide") == {}


ODD = [
    pytest.param({"data.type": ["web"]}, id="a list for a type"),
    pytest.param({"data.type": {"web": 1}}, id="a mapping for a type"),
    pytest.param({"data.state": ["crashed"]}, id="a list for a state"),
    pytest.param({"data.release": "v42"}, id="a text for a release"),
    pytest.param({"data.release": {"id": 42}}, id="a number for a release's id"),
    pytest.param({"data.release": {"id": "r", "version": {"deep": ["x"] * 500}}}, id="a mapping for a version"),
    pytest.param({"data.name": 7}, id="a number for a name"),
    pytest.param({"data.id": {}}, id="a mapping for an id"),
    pytest.param({"actor": None}, id="no actor"),
    pytest.param({"data.app": None}, id="no app"),
    pytest.param({"created_at": "yesterday"}, id="no time"),
]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_event_is_decided_like_any_other(world: World, odd: dict[str, Any]) -> None:
    """A dyno whose type was a list broke the judging of its event, which became a dead letter."""
    world.deliver(event(world, "dyno_crashed", **odd))
    world.worker(RULE + ROLL_BACK.split("rules:")[1]).drain()

    assert world.hands.event("e1").state == "decided"
    assert all(len(text) < 400 for text in world.told())


def test_an_event_that_cannot_be_judged_harms_no_neighbour(world: World, server: redis.Redis) -> None:
    world.deliver(*(event(world, id=f"e{n}", of=f"r{n}") for n in range(5)))
    server.set(layout.EVENT + "e2", bytes((layout.FORMAT,)) + b"not zlib")
    worker = world.worker(RULE)
    worker.deciding.drain()
    assert [run.event_id for run in world.runs()] == ["e0", "e1", "e3", "e4"]

    for _ in range(5):
        world.pass_time(61)
        worker.deciding.drain()
    assert list(world.hands.dead()) == ["decide e2"]
    assert [text.split(" was")[0] for text in world.told()] == ["Dead letter: event e2"]


def test_an_event_in_a_format_of_another_version_is_left_to_it(world: World, server: redis.Redis) -> None:
    world.deliver(event(world), event(world, id="e2", of="r2"))
    record = server.get(layout.EVENT + "e1")
    assert isinstance(record, bytes)
    server.set(layout.EVENT + "e1", bytes((layout.FORMAT + 1,)) + record[1:])
    worker = world.worker(RULE)
    worker.deciding.drain()
    assert [run.event_id for run in world.runs()] == ["e2"]

    score = server.zscore(layout.DUE + "decide", "e1")
    assert isinstance(score, float)
    assert 25 < score / 1000 - world.hands.now() <= 30
    server.set(layout.EVENT + "e1", record)
    world.pass_time(31)
    worker.deciding.drain()
    assert [run.event_id for run in world.runs()] == ["e2", "e1"]


def test_what_cannot_be_read_is_recorded_with_the_reason(world: World, server: redis.Redis) -> None:
    world.deliver(event(world), event(world, id="e2"))
    server.set(layout.EVENT + "e1", records.pack("unreadable", "not JSON", b"{"))
    server.set(layout.EVENT + "e2", records.pack("event", "", b'{"id": "e2"}'))
    world.worker(RULE).drain()

    said = {id: world.hands.event(id).kept for id in ("e1", "e2")}
    assert said["e1"] is not None
    assert said["e1"].decisions[0]["unreadable"] == "not JSON"
    assert said["e2"] is not None
    assert "unreadable" in said["e2"].decisions[0]
    assert world.runs() == []


def test_a_row_whose_event_is_gone_is_taken_off_the_list(world: World, server: redis.Redis) -> None:
    server.zadd(layout.DUE + "decide", {"nothing": 0})
    world.worker(RULE).deciding.drain()

    assert server.zcard(layout.DUE + "decide") == 0


def test_an_old_event_is_stale_unless_a_person_replays_it(world: World) -> None:
    world.deliver(event(world, minutes=45))
    worker = world.worker(RULE)
    worker.drain()
    [[gate, age, bound]] = world.gates("e1")
    assert (gate, bound) == ("stale", 1800)
    assert 2690 <= age <= 2760

    world.hands.replay("e1", by="ops", why="late is better than never")
    worker.drain()
    assert world.gates("e1") == [["planned", "e1#1:tell"]]
    kept = world.hands.event("e1").kept
    assert kept is not None
    assert kept.decisions[-1]["replay"] == {"number": 1, "by": "ops", "why": "late is better than never"}


def test_the_same_content_under_another_id_is_a_repeat_for_ten_minutes(world: World) -> None:
    world.deliver(event(world, id="e1"))
    worker = world.worker(RULE)
    worker.drain()
    again = {**event(world, id="e1"), "id": "e2"}
    again["webhook_metadata"]["event"]["id"] = "e2"
    first = json.loads(world.hands.event("e1").kept.body)  # type: ignore[union-attr]
    world.deliver({**again, "data": first["data"]})
    worker.drain()
    assert world.gates("e2") == [["repeat", "e1"]]

    world.pass_time(601)
    again["webhook_metadata"]["event"]["id"] = "e3"
    world.deliver({**again, "id": "e3", "data": first["data"]})
    worker.drain()
    assert world.gates("e3") == [["planned", "e3:tell"]]


def test_two_crashes_of_one_dyno_are_no_repeat(world: World) -> None:
    crash = event(world, "dyno_crashed", id="e1")
    worker = world.worker(RULE)
    world.deliver(crash)
    worker.drain()
    crash["id"] = crash["webhook_metadata"]["event"]["id"] = "e2"
    world.deliver(crash)
    worker.drain()

    assert world.gates("e2") == [["planned", "e2:tell"]]


@pytest.mark.parametrize(
    ("account", "gate"),
    [
        pytest.param("the actor", "own account", id="the service's own account"),
        pytest.param("another", "planned", id="somebody else's"),
        pytest.param(None, "planned", id="an account that people share"),
    ],
)
def test_what_the_services_own_account_does_starts_nothing(world: World, account: str | None, gate: str) -> None:
    doc = event(world)
    who = doc["actor"]["id"] if account == "the actor" else account
    world.deliver(doc)
    world.worker(RULE, account=who).drain()

    assert [first for first, *_ in world.gates("e1")] == [gate]


def test_on_our_own_app_nothing_is_done_unasked(world: World) -> None:
    world.deliver(event(world))
    world.worker(RULE, own_app=frozenset({APP})).drain()

    assert world.gates("e1") == [["own app"]]
    assert world.runs() == []


@pytest.mark.parametrize(("brake", "gate"), [(Mode.SHADOW, "shadow"), (Mode.OFF, "off")])
def test_under_the_brake_it_is_decided_and_nothing_is_planned(world: World, brake: Mode, gate: str) -> None:
    world.deliver(event(world))
    world.worker(RULE, brake=brake).drain()

    assert world.gates("e1") == [[gate]]
    assert world.runs() == []


def test_an_event_that_overtook_the_answer_to_our_call_waits_for_it(world: World) -> None:
    """Heroku tells of a release before it answers the call that made it."""
    rules = RULE + ROLL_BACK.split("rules:")[1]
    world.deliver(world.crashing())
    worker = world.worker(rules)
    worker.deciding.drain()

    def overtake() -> None:
        world.pass_time(10)
        world.deliver(*world.releases(43))
        worker.deciding.drain()

    worker.runs.before["record"] = overtake
    worker.acting.drain()
    ids = [doc["id"] for doc in world.releases(43) if doc["action"] == "update"]
    assert ids != []
    assert {world.hands.event(id).state for id in ids} == {"waiting"}

    world.pass_time(3)
    worker.deciding.drain()
    gates = {first for id in ids for first, *_ in world.gates(id)}
    assert gates == {"own effect"}


def test_when_redis_fails_amid_a_batch_it_is_given_back_whole(world: World) -> None:
    world.deliver(*(event(world, id=f"e{n}", of=f"r{n}") for n in range(3)))

    class Failing(Ledger):
        def decide(self, judged: Any, *, token: str) -> list[Written]:
            raise RedisConnectionError("gone")

    worker = world.worker(RULE, ledger=Failing(world.server, keep_seconds=DAY))
    worker.deciding.drain()
    assert len(worker.crew.left_over) == 3
    worker.ticker.beat()
    assert list(worker.crew.left_over) == []
    world.worker(RULE).deciding.drain()

    assert len(world.runs()) == 3
    assert world.hands.dead() == {}


def test_when_redis_is_away_a_wake_up_ends_quietly(world: World) -> None:
    """Each wake-up ended in a traceback for as long as Redis was away."""

    class Away(DueList):
        def claim(self, lane: Lane, *, most: int) -> Claimed:
            raise RedisConnectionError("gone")

    worker = world.worker(RULE, due=Away(world.server, worker="worker.1"))
    worker.deciding.drain()
    worker.acting.drain()


def test_a_worker_that_stops_claims_no_further_batch(world: World) -> None:
    world.deliver(*(event(world, id=f"e{n}", of=f"r{n}") for n in range(deciding.BATCH + 20)))
    heard: list[int] = []

    class Stopping(Ledger):
        def decide(self, judged: Any, *, token: str) -> list[Written]:
            heard.append(len(judged))
            worker.crew.stopping.set()
            return super().decide(judged, token=token)

    worker = world.worker(RULE, ledger=Stopping(world.server, keep_seconds=DAY))
    worker.deciding.drain()

    assert heard == [deciding.BATCH]
    assert world.server.zcard(layout.DUE + "decide") == 20


def test_deciding_never_waits_for_acting(world: World) -> None:
    """While a run is claimed and its step hangs, events are decided."""
    world.deliver(world.crashing())
    worker = world.worker(RULE + ROLL_BACK.split("rules:")[1])
    worker.deciding.drain()
    seen: list[int] = []

    def meanwhile() -> None:
        world.deliver(event(world))
        worker.deciding.drain()
        seen.append(len(world.gates("e1")))

    worker.runs.before["hold"] = meanwhile
    worker.acting.drain()
    assert seen == [1]


def test_an_app_without_an_id_goes_by_its_name(world: World) -> None:
    doc = event(world)
    doc["data"]["app"] = {"name": APP}
    world.deliver(doc)
    world.worker(RULE).deciding.drain()

    assert (world.run().app, world.run().app_name) == (APP, APP)
