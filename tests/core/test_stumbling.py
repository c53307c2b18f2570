"""An event over which a script stumbles spoils no other; an event that is decided again makes no second run."""

from typing import Any

from core import layout
from core.ledger import Judged, Written
from tests.core.world import World, gates, judgement, rule

HOUR = 3_600_000  # ms
COUNTING = rule("counting", count=[2, 60_000, HOUR])


def batch(world: World, **judged: dict[str, Any]) -> dict[str, Written]:
    """Deliver these events and decide all of them in one call."""
    world.deliver(*judged)
    claimed = world.claim()
    for id, gates_ in judged.items():
        for one in gates_["rules"]:
            one["run"] = f"{id}:{one['rule']}"
    written = world.ledger.decide(
        [Judged(id, {"b": "book", "n": [-1]}, "", gates_) for id, gates_ in judged.items()], token=claimed.token
    )
    return {one.id: one for one in written}


def stumbling(world: World) -> dict[str, Any]:
    """What the script cannot judge: somebody else's key stands where its window should."""
    world.server.set(f"{layout.WINDOW}live:counting:acme-web", "somebody else's")
    return judgement(COUNTING)


def test_an_event_that_breaks_the_script_spoils_none_of_its_batch(world: World) -> None:
    """The script raised amid a batch. What came before was written and what came after was not; all of it was given
    back, claimed again in the same order, and raised again, for ever."""
    written = batch(world, e1=judgement(rule("a")), e2=stumbling(world), e3=judgement(rule("b")))

    assert [(one.id, one.how) for one in written.values()] == [("e1", "decided"), ("e2", "failed"), ("e3", "decided")]
    assert "WRONGTYPE" in written["e2"].why
    assert {run.id for run in world.hands.runs(most=10)} == {"e1:a", "e3:b"}
    assert world.due_in("decide", "e2") is not None


def test_an_event_that_breaks_the_script_becomes_a_dead_letter(world: World) -> None:
    batch(world, e1=stumbling(world))
    for _ in range(layout.ATTEMPTS - 1):
        world.pass_time(61)
        assert world.judged(world.claim(), "e1", COUNTING).how == "failed"
    world.pass_time(61)

    assert world.claim().buried == ("e1",)


def test_a_dead_letter_over_which_the_script_stumbles_does_not_stop_its_lane(world: World) -> None:
    """Every claim met it first, raised, and took nothing else."""
    world.decided("e1", rule("a", key="1"))
    world.decided("e2", rule("b", key="2"))
    world.server.set(f"{layout.LINE}a:1", "somebody else's")
    for _ in range(layout.ATTEMPTS):
        assert "e1:a" in world.claim("act", most=1).rows
        world.server.zadd(layout.DUE + "act", {"e1:a": 1})

    claimed = world.claim("act", most=2)

    assert (claimed.buried, claimed.rows) == (("e1:a",), ("e2:b",))
    assert "act e1:a" in world.hands.dead()


def test_only_what_was_decided_is_counted_as_decided(world: World) -> None:
    """Lost and parked events were counted too, and the demo's books did not balance."""
    world.server.set(f"{layout.INTENT}app-1:release:*", "run", px=60_000)
    written = batch(
        world, e1=judgement(rule("a")), e2=judgement(rule("a"), intents=["app-1:release:*"]), e3=stumbling(world)
    )
    world.ledger.decide([Judged("e9", {}, "", None)], token="nobody's")

    assert [one.how for one in written.values()] == ["decided", "parked", "failed"]
    assert world.hands.status()["counters"]["decided"] == 1


def test_an_event_that_is_decided_again_makes_no_second_run(world: World) -> None:
    """Everything else had forgotten the event when it was fetched back, but its run still stood: it got a second plan
    over the journal of the first."""
    world.decided("e1", rule())
    world.finish("e1:roll-back", effect=True)
    world.server.delete(layout.EVENT + "e1", *world.server.scan_iter(layout.SEEN + "*"))

    assert gates(world.decided("e1", rule())) == [["planned before", "e1:roll-back"]]
    assert world.due_in("act", "e1:roll-back") is None
    assert world.hands.run("e1:roll-back").state == "done"


def test_what_repeats_and_what_we_did_ourselves_is_counted(world: World) -> None:
    batch(world, e1=judgement(rule("a"), content="x"), e2=judgement(rule("a"), content="x"))
    world.server.set(f"{layout.OWN}release-9", "e1:a")
    world.decided("e3", rule(), about="release-9")

    counted = world.hands.status()["counters"]

    assert (counted["repeats"], counted["own_effects"]) == (1, 1)


def test_an_event_known_as_our_own_does_not_wait_for_another_open_call(world: World) -> None:
    world.server.set(f"{layout.OWN}release-9", "e0:a")
    world.server.set(f"{layout.INTENT}app-1:release:*", "other run", px=60_000)

    written = world.decided("e1", rule(), about="release-9", intents=["app-1:release:*"])

    assert gates(written) == [["own effect", "e0:a"]]
