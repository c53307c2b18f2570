"""A kept event comes out of Redis as it went in, with every decision that was written behind it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import layout, records
from core.records import Kept, UnknownFormat
from tests.core.world import World, gates, rule


@given(body=st.binary(max_size=3_000), reason=st.text(max_size=50))
def test_any_body_comes_out_as_it_went_in(body: bytes, reason: str) -> None:
    assert records.unpack(records.pack("event", "", body)) == Kept("event", "", body, ())
    assert records.unpack(records.pack("unreadable", reason, body)) == Kept("unreadable", reason, body, ())


@given(body=st.binary(max_size=300), said=st.lists(st.dictionaries(st.text(), st.text() | st.integers()), max_size=4))
def test_decisions_stand_behind_it_in_the_order_in_which_they_were_made(
    body: bytes, said: list[dict[str, object]]
) -> None:
    lines = "".join(json.dumps(decision) + "\n" for decision in said).encode()

    assert records.unpack(records.pack("event", "", body) + lines).decisions == tuple(said)


def test_a_record_of_another_version_is_not_guessed_at() -> None:
    record = bytes((layout.FORMAT + 1,)) + records.pack("event", "", b"{}")[1:]

    with pytest.raises(UnknownFormat, match=f"record format {layout.FORMAT + 1}, this version reads {layout.FORMAT}"):
        records.unpack(record)


@pytest.mark.parametrize("name", ['quo"te', "back\\slash", "ünïcode", "line\u2028break", "sla/sh", "\x7f"])
def test_what_a_script_adds_to_a_decision_can_be_read_whatever_it_is_called(world: World, name: str) -> None:
    """Lua writes that part of the JSON, and Python reads it."""
    first = f"e {name}"
    world.decided(first, rule(key="a"), content=name)

    assert gates(world.decided("e2", rule(key="b"), content=name)) == [["repeat", first]]
    [decision] = world.hands.event("e2").kept.decisions  # type: ignore[union-attr]
    assert decision["g"] == [[0, "repeat", first]]


def test_times_are_written_whole_by_the_scripts(world: World) -> None:
    """Lua writes a large number as 1.7953e+12, which loses hours."""
    world.decided("e1", rule(limit=[1, 60_000]))
    world.finish("e1:roll-back", effect=True)
    world.decided("e2", rule(limit=[1, 60_000]))
    world.deliver("e3")
    for _ in range(layout.ATTEMPTS + 1):
        world.claim()
        world.pass_time(61)
    now = world.hands.now()

    times = {
        "decided": world.hands.event("e1").kept.decisions[0]["at"] / 1000,  # type: ignore[union-attr]
        "accepted": world.hands.event("e1").accepted_at,
        "planned": world.hands.run("e1:roll-back").planned_at,
        "breaker": world.hands.breakers()[0].opened_at,
        "dead": world.hands.dead()["decide e3"]["at"] / 1000,
        "epoch": world.beat.tick().epoch.since,
    }

    assert {name: at for name, at in times.items() if not now - 30 < at < now + 5} == {}
