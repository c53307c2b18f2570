"""What is acknowledged is kept: whole, once, queued and heard of; or not at all."""

import random
import uuid

import pytest
import redis
from redis.exceptions import ResponseError

from core import layout, records
from core.accepting import seen_as
from tests.core.world import World, arrival
from toolbelt.crew import Crew
from toolbelt.servers import Server
from toolbelt.waiting import until


def kept(world: World, id: str) -> bool:
    """In the ledger, in the index and on the due list: all three, or none."""
    stands = {
        bool(world.server.exists(layout.EVENT + id)),
        world.server.zscore(layout.EVENTS, id) is not None,
        world.due_in("decide", id) is not None,
    }
    assert len(stands) == 1
    return stands.pop()


def test_an_accepted_event_stands_everywhere_it_must(world: World) -> None:
    world.deliver("e1")

    assert kept(world, "e1")
    record = world.server.get(layout.EVENT + "e1")
    assert isinstance(record, bytes)
    assert records.unpack(record).body == arrival("e1").body
    assert world.wake_ups("decide") == 1


@pytest.mark.parametrize(
    "created_at", [1_763_840_000.0, None, 0.0, -5e9, 4e11], ids=["usual", "none", "1970", "past", "future"]
)
def test_a_repeat_is_a_duplicate_however_it_comes(world: World, created_at: float | None) -> None:
    twice = [arrival("e1", created_at=created_at), arrival("e1", created_at=created_at, body=b"{}")]

    assert world.keep(*twice) == ["accepted", "duplicate"]
    assert world.keep(twice[1]) == ["duplicate"]
    assert world.server.zcard(layout.EVENTS) == 1


def test_many_accepts_make_one_wake_up(world: World) -> None:
    for n in range(20):
        world.deliver(*(f"{n}-{m}" for m in range(10)))

    assert world.wake_ups("decide") == 1


def test_an_event_is_still_known_after_it_was_decided_and_let_go(world: World) -> None:
    world.deliver("e1")
    world.decide(world.claim())
    world.server.delete(layout.EVENT + "e1")

    assert world.keep(arrival("e1")) == ["duplicate"]


def test_a_bucket_that_is_full_sends_events_a_level_deeper_and_stays_small(world: World) -> None:
    """A set of more than 512 numbers takes five times the memory of a small one."""
    ids = [str(uuid.UUID(int=random.Random(n).getrandbits(128))) for n in range(3_000)]
    for at in range(0, len(ids), 500):
        world.deliver(*ids[at : at + 500])

    buckets = list(world.server.scan_iter(layout.SEEN + "*", count=1_000))
    assert {world.server.object("encoding", bucket) for bucket in buckets} == {b"intset"}
    assert max(world.server.scard(bucket) for bucket in buckets) == layout.SEEN_BUCKET
    assert sum(world.server.scard(bucket) for bucket in buckets) == len(ids)
    assert all(
        answer == "duplicate" for at in range(0, 3_000, 500) for answer in world.keep(*map(arrival, ids[at : at + 500]))
    )
    size = sum(world.server.memory_usage(bucket) or 0 for bucket in buckets) / len(ids)
    assert size < 16, "bytes an event"


def test_the_seen_set_outlives_heroku_s_72_hours(world: World) -> None:
    world.deliver("e1")
    world.keep(arrival("e2", created_at=None))

    ends = [
        world.server.ttl(key)
        for prefix in (layout.SEEN, layout.SEEN_ONE)
        for key in world.server.scan_iter(prefix + "*")
    ]

    assert len(ends) == 2
    assert min(ends) > 73 * 3600


def test_two_ids_do_not_share_a_hash() -> None:
    hashes = {seen_as(arrival(f"e{n}", body=b""))[0] for n in range(2_000)}

    assert len(hashes) == 2_000
    assert all(0 <= int(each) < 2**63 for each in hashes)


def test_a_key_of_the_wrong_kind_changes_nothing(world: World) -> None:
    world.server.set(layout.EVENTS, "somebody else's")

    with pytest.raises(ResponseError, match="is a string, not a zset"):
        world.keep(arrival("e1"))

    assert set(world.server.scan_iter("*")) == {layout.EVENTS.encode()}


def test_a_script_that_the_server_forgot_is_loaded_again(world: World) -> None:
    world.deliver("e1")
    world.server.script_flush()

    world.deliver("e2")


def test_a_closed_gate_refuses_what_is_new_and_knows_what_it_has(world: World) -> None:
    world.deliver("e1")
    world.server.hset(layout.ROOM, mapping={"at": int(world.hands.now() * 1000), "used": 80, "max": 100})

    assert world.keep(arrival("e1"), arrival("e2")) == ["duplicate", "full"]
    assert not kept(world, "e2")


def test_too_deep_a_queue_refuses(world: World) -> None:
    rows = {f"row {n}": 9e12 for n in range(layout.DEEP)}
    world.server.zadd(layout.DUE + "decide", rows)

    assert world.keep(arrival("e1")) == ["deep"]
    assert not world.server.exists(layout.EVENT + "e1")


def test_a_full_redis_refuses_a_group_whole_and_takes_it_when_there_is_room() -> None:
    with Crew() as crew, Server(crew, keep_data=False, max_memory_bytes=4_000_000) as server:
        world = World(redis.Redis.from_url(server.url, protocol=2))
        world.deliver("before")
        fill(world.server)

        assert world.keep(arrival("e1"), arrival("e2")) == ["full", "full"]
        assert not world.server.exists(layout.EVENT + "e1", layout.EVENT + "e2")

        world.server.delete(*world.server.scan_iter("foreign:*"))
        until(
            lambda: world.keep(arrival("e1")) == ["accepted"], what="the look at the memory to be renewed", within=5.0
        )
        world.server.close()


def fill(server: redis.Redis) -> None:
    """Until not one more byte is taken."""
    for size in (100_000, 1_000, 10):
        for n in range(10_000):
            try:
                server.set(f"foreign:{size}:{n}", "x" * size)
            except redis.exceptions.OutOfMemoryError:
                break


def test_a_kept_event_of_two_kilobytes_costs_no_more_than_it_should(world: World) -> None:
    noise = random.Random(7)
    bodies = ["".join(noise.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=1_400)) for _ in range(500)]
    before = world.server.info("memory")["used_memory"]

    for n, text in enumerate(bodies):
        world.keep(arrival(f"{n:036}", body=b'{"a": "' + text.encode() + b'"}' + b" " * 600))

    assert (world.server.info("memory")["used_memory"] - before) / len(bodies) < 1_900
