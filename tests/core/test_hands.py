"""What a person sees and does: events, runs, dead letters, breakers, questions, the pause."""

from typing import Any

import pytest

from core import layout
from core.records import UnknownFormat
from core.runs import Entry
from core.sightings import NotNow, NotThere
from tests.core.world import World, rule


def ask(world: World, run: str) -> None:
    """The run wants a person's word."""
    claimed = world.claim("act", most=1)
    assert claimed.rows == (run,)
    loaded = world.runs.load(run)
    assert loaded is not None
    world.runs.start(loaded, token=claimed.token)
    asking = Entry(set={"asking": "step:0"}, then="park", seconds=86_400, state="needs approval")
    world.runs.record(loaded, asking, token=claimed.token)


def test_the_newest_events_come_first_each_with_its_state(world: World) -> None:
    world.decided("e1")
    world.deliver("e2")
    world.server.zadd(layout.EVENTS, {"e1": 1_000, "e2": 2_000})
    world.server.hset(layout.DEAD, "decide e1", '{"at": 1, "attempts": 5}')

    found = world.hands.events(most=10)

    assert [(event.id, event.state, event.accepted_at) for event in found] == [
        ("e2", "waiting", 2.0),
        ("e1", "dead", 1.0),
    ]
    assert found[0].due_at == pytest.approx(world.hands.now(), abs=5)
    assert found[1].due_at is None
    assert [event.id for event in world.hands.events(most=1)] == ["e2"]


def test_an_event_is_found_by_the_beginning_of_its_id(world: World) -> None:
    world.deliver("abc-1", "abd-2")

    assert world.hands.event("abc").id == "abc-1"
    with pytest.raises(NotThere) as caught:
        world.hands.event("ab")
    assert set(caught.value.near) == {"abc-1", "abd-2"}


@pytest.mark.parametrize("id", ["", "*", "x" * 10_000])
def test_what_is_not_there_is_said_to_be_not_there(world: World, id: str) -> None:
    world.deliver("e1")

    for look in (world.hands.event, world.hands.run):
        with pytest.raises(NotThere):
            look(id)


def test_the_runs_of_an_event_are_its_own_and_those_of_its_replays(world: World) -> None:
    world.decided("e1", rule("a", key="1"), rule("b", key="1"))
    world.decided("e10", rule("a", key="2"))
    world.hands.replay("e1", by="sam", why="")
    again = world.claim()
    world.judged(again, "e1", rule("c", key="3"))

    assert {run.id for run in world.hands.runs_of("e1")} == {"e1:a", "e1:b", "e1:c"}
    assert world.hands.run("e10").id == "e10:a"


def test_a_record_of_another_version_hides_no_other(world: World) -> None:
    """After a deploy was taken back the newer version's records made every list fail, when people wanted to look."""
    world.decided("e1", rule())
    world.decided("e2", rule("b"))
    world.server.hset(layout.RUN + "e1:roll-back", "format", layout.FORMAT + 1)
    world.server.setrange(layout.EVENT + "e1", 0, bytes((layout.FORMAT + 1,)))

    assert [run.id for run in world.hands.runs(most=10)] == ["e2:b"]
    assert {event.id: event.kept is None for event in world.hands.events(most=10)} == {"e1": True, "e2": False}
    with pytest.raises(UnknownFormat, match=f"run format {layout.FORMAT + 1}"):
        world.hands.run("e1:roll-back")


@pytest.mark.parametrize("verdict", ["approve", "deny"])
def test_a_question_is_answered_once_and_the_run_goes_on_at_once(world: World, verdict: Any) -> None:
    world.decided("e1", rule())
    ask(world, "e1:roll-back")
    assert world.due_in("act", "e1:roll-back") == pytest.approx(86_400, abs=5)

    assert world.hands.answer("e1", verdict, by="sam", why="I looked") == "e1:roll-back"

    run = world.hands.run("e1")
    assert run.approval is not None
    assert {name: run.approval[name] for name in ("verdict", "by", "why", "field")} == {
        "verdict": verdict,
        "by": "sam",
        "why": "I looked",
        "field": "step:0",
    }
    assert world.due_in("act", "e1:roll-back") == pytest.approx(0, abs=2)
    with pytest.raises(NotNow, match=r"asks for nothing any more: sam said (yes|no), and it is due"):
        world.hands.answer("e1", verdict, by="ada", why="")


def test_who_asks_nothing_is_not_answered(world: World) -> None:
    world.decided("e1", rule())

    with pytest.raises(NotNow):
        world.hands.answer("e1", "approve", by="sam", why="")
    with pytest.raises(NotThere):
        world.hands.answer("e2", "approve", by="sam", why="")


def test_a_pause_says_who_and_why_until_it_ends(world: World) -> None:
    assert world.hands.paused() is None
    assert world.hands.resume(by="ops", why="it is over") is None

    pause = world.hands.pause(by="sam", why='looking at "it"')

    assert world.hands.paused() == pause
    assert world.hands.status()["paused"] == {"by": "sam", "why": 'looking at "it"', "at": pause.at}
    assert world.hands.resume(by="ops", why="it is over") == pause
    assert world.hands.paused() is None


def test_only_an_open_breaker_is_closed(world: World) -> None:
    for mode in ("live", "shadow"):
        world.server.set(f"{layout.BREAKER}{mode}:roll-back", '{"at": 5000, "event": "e1", "max": 3}')
        world.server.zadd(f"{layout.LIMIT}{mode}:roll-back", {"!x": 1})

    with pytest.raises(NotThere, match="did you mean roll-back"):
        world.hands.close_breaker("roll", by="sam", why="mended")
    closed = world.hands.close_breaker("roll-back", by="sam", why="mended")

    assert {(breaker.mode, breaker.opened_at, breaker.max) for breaker in closed} == {
        ("live", 5.0, 3),
        ("shadow", 5.0, 3),
    }
    assert world.hands.breakers() == []
    assert list(world.server.scan_iter(layout.LIMIT + "*")) == []


def test_the_service_at_a_glance(world: World) -> None:
    world.beat.tick()
    world.decided("e1", rule())
    world.deliver("e2")

    found = world.hands.status()

    assert (found["ready"], found["workers"], found["rules"], found["acts"]) == (True, 1, ["rules"], ["live"])
    assert (found["events_waiting"], found["runs_under_way"], found["events_kept"], found["dead_letters"]) == (
        1,
        1,
        2,
        0,
    )
    assert (found["counters"]["accepted"], found["counters"]["decided"], found["counters"]["runs_planned"]) == (2, 1, 1)
    assert found["redis"]["used_bytes"] > 0


def test_events_of_a_state_are_found_without_looking_at_the_others(world: World) -> None:
    world.decided("e1")
    world.deliver("e2", "e3")
    world.server.zadd(layout.EVENTS, {"e1": 1_000, "e2": 2_000, "e3": 3_000, "unreadable-1": 4_000})
    world.server.zadd(layout.DUE + "decide", {"e2": 2_000, "e3": 3_000})
    world.server.hset(layout.DEAD, mapping={"decide e1": '{"at": 1, "attempts": 5}', "act r1": '{"at": 2}'})

    states = ("", "waiting", "dead", "unreadable")
    assert [world.hands.event_ids(state, most=2) for state in states] == [
        ["unreadable-1", "e3"],
        ["e3", "e2"],
        ["e1"],
        ["unreadable-1"],
    ]
    assert [world.hands.event_ids(state, most=9, skip=1) for state in states] == [["e3", "e2", "e1"], ["e2"], [], []]


def test_of_a_wait_is_known_which_rule_was_put_off_for_which_event(world: World) -> None:
    world.server.hset(layout.WAIT + "e1:a", mapping={"rule": "a", "event": "e1"})

    assert world.hands.put_off(["e1:a", "gone"]) == [("a", "e1"), ("", "")]
