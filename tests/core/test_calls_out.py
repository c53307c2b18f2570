"""A call that changes something: the last look before it, what is known while it is out, and who may come after it."""

from typing import Any

import pytest

from core import layout
from core.due import ClaimLost
from core.runs import Entry, Locked, Paused, Run, StepRecord
from tests.core.world import World, gates, rule

STARTED = StepRecord("started", 1.0, "Called rollback; no answer yet.", memory={"target": "r41"})
INTENTS = ["app-1:release:Rollback to v41", "app-1:release:*"]
RUN = "e1:roll-back"


@pytest.fixture
def token(world: World) -> str:
    """That of the worker in whose hands the run is."""
    world.decided("e1", rule())
    claimed = world.claim("act", most=1)
    assert claimed.rows == (RUN,)
    return claimed.token


def run_of(world: World, id: str = RUN) -> Run:
    run = world.runs.load(id)
    assert run is not None
    return run


def begin(world: World, token: str, id: str = RUN) -> None:
    world.runs.begin(run_of(world, id), token=token, step="step:0", started=STARTED, intents=INTENTS)


def other_run(world: World) -> str:
    """The token of another run of the same app, in another worker's hands."""
    world.decided("e2", rule("other"))
    claimed = world.other("worker.2").claim("act", most=1)
    assert claimed.rows == ("e2:other",)
    return claimed.token


def test_before_a_call_the_step_stands_as_started_and_its_intents_are_open(world: World, token: str) -> None:
    world.pass_time(50)

    begin(world, token)

    assert run_of(world).journal == {"step:0": STARTED}
    assert [world.server.get(layout.INTENT + intent) for intent in INTENTS] == [RUN.encode()] * 2
    assert world.due_in("act", RUN) == pytest.approx(60, abs=2)


def test_who_lost_the_claim_may_not_call(world: World, token: str) -> None:
    world.pass_time(61)
    world.other("worker.2").claim("act", most=1)

    with pytest.raises(ClaimLost):
        begin(world, token)
    with pytest.raises(ClaimLost):
        world.runs.hold(run_of(world), token=token)
    assert run_of(world).journal == {}
    assert not world.server.exists(f"{layout.LOCK}app-1")


def test_nothing_is_called_while_the_service_is_paused(world: World, token: str) -> None:
    world.hands.pause(by="sam", why="")

    with pytest.raises(Paused):
        begin(world, token)
    assert run_of(world).journal == {}


def test_one_run_at_a_time_looks_at_an_app_and_changes_it(world: World, token: str) -> None:
    world.runs.hold(run_of(world), token=token)
    theirs = other_run(world)

    with pytest.raises(Locked):
        world.runs.hold(run_of(world, "e2:other"), token=theirs)
    with pytest.raises(Locked):
        begin(world, theirs, "e2:other")
    begin(world, token)

    world.runs.record(run_of(world), Entry(unlock="app-1"), token=token)
    begin(world, theirs, "e2:other")


def test_a_lock_ends_with_the_lease_of_whoever_died_with_it(world: World, token: str) -> None:
    begin(world, token)
    theirs = other_run(world)
    world.pass_time(59)
    with pytest.raises(Locked):
        begin(world, theirs, "e2:other")

    world.pass_time(2)

    begin(world, theirs, "e2:other")
    world.runs.record(run_of(world, "e2:other"), Entry(), token=theirs)
    assert world.claim("act", most=1).rows == (RUN,)
    with pytest.raises(ClaimLost):  # the first comes back late: what is locked now is not its own
        world.runs.record(run_of(world), Entry(unlock="app-1"), token=token)
    assert world.server.get(f"{layout.LOCK}app-1") == b"e2:other"


def test_a_lock_that_ran_out_and_is_another_s_stays_with_the_other(world: World, token: str) -> None:
    """A run that went on telling people for longer than its lock opened that of the next, in the midst of its call."""
    begin(world, token)
    world.pass_time(50)
    world.due.renew("act", RUN, token=token)
    world.pass_time(20)
    theirs = other_run(world)
    begin(world, theirs, "e2:other")

    world.runs.record(run_of(world), Entry(unlock="app-1"), token=token)

    assert world.server.get(f"{layout.LOCK}app-1") == b"e2:other"


def test_what_a_call_made_is_known_as_ours_even_if_the_claim_was_lost_meanwhile(world: World, token: str) -> None:
    begin(world, token)
    world.pass_time(61)
    world.other("worker.2").claim("act", most=1)

    with pytest.raises(ClaimLost):
        world.runs.record(run_of(world), Entry(set={"note": "late"}, own=["r44"], close=INTENTS), token=token)

    assert world.runs.made(["r44", "r45"]) == {"r44"}
    assert world.server.ttl(f"{layout.OWN}r44") > 60 * 86_400, "its crash must be known as ours long after"
    assert run_of(world).note == ""
    assert world.server.exists(layout.INTENT + INTENTS[0])


def test_who_comes_back_late_does_not_open_the_lock_of_whoever_goes_on(world: World, token: str) -> None:
    """It is the same run, and another worker, which had looked and was about to call."""
    begin(world, token)
    world.pass_time(61)
    theirs = world.other("worker.2").claim("act", most=1).token
    world.runs.hold(run_of(world), token=theirs)

    with pytest.raises(ClaimLost):
        world.runs.record(run_of(world), Entry(unlock="app-1"), token=token)

    assert world.server.get(f"{layout.LOCK}app-1") == RUN.encode()


def test_one_change_of_ours_is_known_for_as_long_as_heroku_tells_of_it(world: World, token: str) -> None:
    """Every dyno that was restarted left two keys for 90 days."""
    world.runs.record(run_of(world), Entry(own=["dyno-1:destroy", "dyno-2"]), token=token)

    assert 72 * 3600 < world.server.ttl(f"{layout.OWN}dyno-1:destroy") <= layout.SEEN_SECONDS
    assert world.server.ttl(f"{layout.OWN}dyno-2") > layout.SEEN_SECONDS


def test_after_the_answer_the_intents_are_closed_and_what_was_taken_back_is_remembered(
    world: World, token: str
) -> None:
    begin(world, token)

    world.runs.record(run_of(world), Entry(close=INTENTS, bad=("app-1", ["r42", "slug-7"])), token=token)

    assert list(world.server.scan_iter(layout.INTENT + "*")) == []
    assert world.runs.bad("app-1") == {"r42", "slug-7"}
    assert world.runs.bad("app-2") == frozenset()
    assert world.server.ttl(layout.BAD + "app-1") > 0


@pytest.mark.parametrize("end", ["it dies", "it leaves"])
def test_nobody_takes_over_before_the_outcome_of_an_open_call_can_be_known(world: World, token: str, end: str) -> None:
    """A worker's rows were freed at once while its call was still under way: another looked, saw nothing yet, and
    called again."""
    world.beat.tick()
    begin(world, token)
    if end == "it dies":
        freed = 0
        for _ in range(5):
            freed += world.other("worker.2").beat.tick().freed
            world.pass_time(2)
        assert freed == 1
        left = 20.0
    else:
        world.beat.leave()
        left = 30.0

    assert world.due_in("act", RUN) == pytest.approx(left, abs=2)
    assert world.other("worker.2").claim("act", most=1).rows == ()


@pytest.mark.parametrize("end", ["it dies", "it leaves"])
def test_with_no_call_under_way_another_takes_over_at_once(world: World, token: str, end: str) -> None:
    world.beat.tick()
    begin(world, token)
    world.runs.record(run_of(world), Entry(set={"step:0": STARTED.to_json()}), token=token)
    if end == "it dies":
        for _ in range(5):
            world.other("worker.2").beat.tick()
            world.pass_time(2)
    else:
        world.beat.leave()

    assert world.other("worker.2").claim("act", most=1).rows == (RUN,)


def test_a_run_that_somebody_works_on_is_not_woken_by_its_own_effect(world: World, token: str) -> None:
    """It was made due in the midst of its call, and a second worker took it."""
    begin(world, token)
    world.server.set(f"{layout.OWN}r44", RUN)

    assert gates(world.decided("e2", rule(), about="r44")) == [["own effect", RUN]]

    assert world.due_in("act", RUN) == pytest.approx(60, abs=2)
    assert world.other("worker.2").claim("act", most=1).rows == ()


def test_a_run_that_is_over_is_not_woken(world: World, token: str) -> None:
    world.runs.record(run_of(world), Entry(own=["r44"], then="finish", state="done", effect=True), token=token)

    world.decided("e2", rule(), about="r44")

    assert world.due_in("act", RUN) is None


def test_a_finished_run_has_an_end_and_one_under_way_has_none(world: World, token: str) -> None:
    assert world.server.ttl(layout.RUN + RUN) == -1

    world.runs.record(run_of(world), Entry(then="finish", state="done"), token=token)

    assert world.server.ttl(layout.RUN + RUN) == pytest.approx(layout.RUN_DAYS * 86_400, abs=60)
    assert not world.server.exists(layout.CLAIMS + "act")


def test_a_run_that_waits_in_line_is_not_moved_up_by_one_that_was_not_its_head(world: World, token: str) -> None:
    """A replayed run ended while another headed the line: the head, in the midst of its work, was made due again."""
    world.decided("e2", rule())
    claimed = hold_second_in_line(world)

    world.runs.record(run_of(world, "e2:roll-back"), Entry(then="finish", state="stopped"), token=claimed)

    assert world.due_in("act", RUN) == pytest.approx(60, abs=2)
    assert world.server.lrange(f"{layout.LINE}roll-back:acme-web", 0, -1) == [RUN.encode()]


def hold_second_in_line(world: World) -> str:
    """Somebody holds a run that queues, as after two versions disagreed."""
    world.server.zadd(layout.DUE + "act", {"e2:roll-back": 1})
    claimed = world.other("worker.2").claim("act", most=1)
    assert claimed.rows == ("e2:roll-back",)
    return claimed.token


def test_the_service_s_own_trouble_is_told_once_for_each_id(world: World) -> None:
    for text in ("Heroku refused our token", "Heroku refused our token again"):
        world.beat.tell("token:1", text)
    world.beat.tell("token:2", "and an hour later")

    told: Any = {run.id: run.plan["steps"][0]["params"]["text"] for run in world.hands.runs(most=10)}

    assert told == {"system:token:1": "Heroku refused our token", "system:token:2": "and an hour later"}
    assert world.wake_ups("act") == 1


@pytest.mark.parametrize("text", ['"quoted"', "line\nbreak", "ünïcode ✓", "back\\slash", "{{ template }}", "\x00"])
def test_what_is_told_arrives_as_it_was_said(world: World, text: str) -> None:
    world.beat.tell("x", text)

    assert world.hands.run("system:x").plan["steps"][0]["params"]["text"] == text
