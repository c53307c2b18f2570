"""The same event again: in one group, over groups, when the gate is closed, and when the seen-set has forgotten it."""

import pytest
from redis.exceptions import ResponseError

from core import layout
from core.accepting import seen_as
from tests.core.world import World, arrival


def close_the_gate(world: World) -> None:
    world.server.hset(layout.ROOM, mapping={"at": int(world.hands.now() * 1000), "used": 80, "max": 100})


def everything(world: World) -> dict[bytes, bytes | None]:
    """All that Redis holds."""
    return {key: world.server.dump(key) for key in world.server.scan_iter("*")}


def bucket_of(id: str) -> str:
    _, hour = seen_as(arrival(id))
    return f"{layout.SEEN}{hour}:0:0"


def test_two_alike_in_a_group_that_is_refused_are_both_refused(world: World) -> None:
    """The second was taken for a repeat of the first, and acknowledged, though neither was kept."""
    close_the_gate(world)

    assert world.keep(arrival("e1"), arrival("e1")) == ["full", "full"]


def test_a_group_answers_each_for_itself(world: World) -> None:
    world.deliver("e1")

    again = world.keep(arrival("e2"), arrival("e1"), arrival("e2"), arrival("e3"), arrival("e2"))

    assert again == ["accepted", "duplicate", "duplicate", "accepted", "duplicate"]


def test_two_subscriptions_tell_of_an_event_in_different_words_and_it_is_kept_once(world: World) -> None:
    world.keep(arrival("e1", body=b'{"webhook_metadata": {"webhook": {"id": "1"}}}'))

    assert world.keep(arrival("e1", body=b'{"webhook_metadata": {"webhook": {"id": "2"}}}')) == ["duplicate"]
    assert world.server.zcard(layout.DUE + "decide") == 1


def test_an_event_that_stands_in_the_ledger_is_never_written_over(world: World) -> None:
    """A gap was filled from Heroku's own list. An event of five days ago was in it, which the seen-set had forgotten:
    it lost its decision and was decided again."""
    world.decided("e1")
    world.server.delete(bucket_of("e1"))

    assert world.keep(arrival("e1", body=b"{}")) == ["duplicate"]
    assert len(world.hands.event("e1").kept.decisions) == 1  # type: ignore[union-attr]
    assert world.due_in("decide", "e1") is None


def test_a_bucket_of_the_wrong_kind_changes_nothing_for_the_whole_group(world: World) -> None:
    """The first event of the group was written before the second one's bucket was looked at."""
    world.server.set(bucket_of("e2"), "somebody else's")
    before = everything(world)

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        world.keep(arrival("e1", created_at=None), arrival("e2"))

    assert everything(world) == before


def test_a_group_that_fills_a_bucket_goes_on_a_level_deeper(world: World) -> None:
    ids = [f"e{n}" for n in range(layout.SEEN_BUCKET - 10)]
    world.deliver(*ids)

    world.deliver(*(f"more {n}" for n in range(64)))

    assert world.server.scard(bucket_of("e1")) == layout.SEEN_BUCKET
    assert world.server.object("encoding", bucket_of("e1")) == b"intset"
    assert world.keep(*(arrival(f"more {n}") for n in range(64))) == ["duplicate"] * 64


def test_what_repeats_is_counted_and_what_is_refused_too(world: World) -> None:
    world.keep(arrival("e1"), arrival("e1"), arrival("e2"))
    close_the_gate(world)
    world.keep(arrival("e1"), arrival("e3"))

    counted = world.hands.status()["counters"]

    assert counted == {"accept_groups": 2, "accepted": 2, "duplicate": 2, "refused_for_room": 1}
