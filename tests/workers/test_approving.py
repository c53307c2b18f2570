"""Rules that wait for a person: what is asked, who answers, and what comes of no answer."""

from datetime import UTC, datetime, timedelta

import pytest

from core.sightings import NotNow
from heroku.samples import sample
from rules.model import Mode
from tests.workers.world import ROLL_BACK, Heard, World

ASK = """
version: 1
rules:
  - name: tell
    mode: live
    on: dyno
    match: {data.state: crashed}
    cooldown: 1h
    approve_within: 4h
    do:
      - notify: {to: log, text: "{{ app.name }} crashed"}
      - name: told
        notify: {to: log, text: "and {{ steps.notify.outcome }}"}
        if: steps.notify.outcome == "done"
        continue_on_failure: true
    on_failure: [{notify: {to: log, text: "failed"}}]
"""
RUN = "e1:tell"


def asked(world: World, told: Heard | None = None) -> None:
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    world.worker(ASK, teller=told or Heard()).drain()
    assert world.run().state == "needs approval"


def test_before_its_first_step_a_run_asks_and_says_what_it_would_do(world: World) -> None:
    told = Heard()
    asked(world, told)

    [question] = world.told()
    assert question == (
        "acme-web, rule tell: May it act on event e1 (dyno destroy, web.1, crashed)? It would: "
        "1. notify (to: log; text: acme-web crashed); "
        '2. told: notify (to: log; text: "and <notify.outcome>"), if steps.notify.outcome == "done", '
        "and go on if it fails. "
        f"Without an answer within 4 h it does not. Approve or deny: bin/dynohook runs approve|deny {RUN}"
    )
    assert [text for name, text in told.messages if name == "log"] == []
    assert "step:0" not in world.run().journal


def test_with_a_yes_it_goes_on_and_the_record_says_who_and_why(world: World) -> None:
    told = Heard()
    asked(world, told)
    world.hands.answer(RUN, "approve", by="ada", why="I looked")
    world.workers[-1].drain()

    run = world.run()
    assert run.state == "done"
    assert run.journal["approval:0"].sentence == "ada approved it: I looked."
    assert [text for name, text in told.messages if name == "log"] == ["acme-web crashed", "and done"]
    assert [deed.sentence for deed in world.hands.history(most=1)] == [f"ada approved run {RUN}: I looked"]


def test_with_a_no_nothing_is_done_and_its_places_are_given_back(world: World) -> None:
    told = Heard()
    asked(world, told)
    world.hands.answer(RUN, "deny", by="ada", why="by hand")
    world.workers[-1].drain()

    run = world.run()
    assert (run.state, run.journal["approval:0"].sentence) == ("denied", "ada denied it: by hand.")
    assert [text for name, text in told.messages if name == "log"] == []
    assert list(world.server.scan_iter("dh:cooldown:*")) == []


def test_no_answer_in_time_is_a_no_that_people_hear_of(world: World) -> None:
    asked(world)
    world.pass_time(4 * 3600 - 60)
    world.workers[-1].drain()
    assert world.run().state == "needs approval"
    world.pass_time(61)
    world.workers[-1].drain()

    run = world.run()
    assert (run.state, run.journal["approval:0"].sentence) == ("denied", "Nobody approved it within 4 h.")
    assert world.told()[-1] == "acme-web, rule tell: Nobody approved it within 4 h."


def test_an_answer_that_comes_too_late_counts_for_nothing_though_no_worker_has_looked_yet(world: World) -> None:
    asked(world)
    world.pass_time(4 * 3600 + 1)

    with pytest.raises(NotNow, match="nobody answered run e1:tell in time"):
        world.hands.answer(RUN, "approve", by="ada", why="sorry, lunch")
    world.workers[-1].drain()
    assert world.run().state == "denied"
    with pytest.raises(NotNow, match="it is denied"):
        world.hands.answer(RUN, "approve", by="ada", why="again")


def test_looking_again_before_the_time_is_over_asks_no_second_time_and_gives_no_more_of_it(world: World) -> None:
    asked(world)
    world.server.zadd("dh:due:act", {RUN: 0})
    world.workers[-1].drain()
    assert len(world.told()) == 1

    world.pass_time(3600)
    world.server.zadd("dh:due:act", {RUN: 0})
    world.workers[-1].drain()
    due = world.server.zscore("dh:due:act", RUN)
    assert due is not None
    assert due / 1000 - world.hands.now() == pytest.approx(3 * 3600, abs=60)


def test_the_brake_ends_a_run_that_waits_for_an_answer(world: World) -> None:
    asked(world)
    world.pass_time(61)
    world.hands.answer(RUN, "approve", by="ada", why="yes")
    world.worker(ASK, brake=Mode.SHADOW).drain()

    assert (world.run().state, world.run().note) == ("stopped", "ACT is shadow")


def test_a_step_that_asks_for_itself_is_answered_apart_from_the_run(world: World) -> None:
    """A yes to the run is none to what a step finds only when it looks."""
    rule = ROLL_BACK.replace("each: data.release.id", "each: data.release.id\n    approve_within: 1h")
    world.deliver(world.crashing(after=timedelta(seconds=80)))
    worker = world.worker(rule)
    worker.drain()
    assert world.posts() == []
    world.hands.answer(world.run().id, "approve", by="ada", why="yes")
    worker.drain()

    assert len(world.posts()) == 1


# --- silences, at the same place ---


def test_a_silence_stops_what_was_planned_and_has_not_begun(world: World) -> None:
    asked(world)
    world.hands.silence(app="acme-*", rule="tell", seconds=600, by="ada", why="migration")
    world.server.zadd("dh:due:act", {RUN: 0})
    world.workers[-1].drain()

    assert world.run().state == "stopped"
    assert world.run().note.startswith("silenced until ")
    assert world.run().note.endswith("UTC by ada: migration")


def test_a_run_that_a_person_approved_goes_on_though_it_is_silenced(world: World) -> None:
    asked(world)
    world.hands.silence(app="*", rule="*", seconds=600, by="ada", why="migration")
    world.hands.answer(RUN, "approve", by="ada", why="but this one")
    world.workers[-1].drain()

    assert world.run().state == "done"


def test_a_silence_sees_through_what_has_begun(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.drain()
    world.hands.silence(app="*", rule="*", seconds=600, by="ada", why="migration")
    for _ in range(3):
        world.pass_time(20)
        worker.drain()

    assert world.run().state == "done"


def test_a_silenced_rule_plans_nothing_and_the_decision_says_by_whom(world: World) -> None:
    kept = world.hands.silence(app="acme-web", rule="*", seconds=600, by="ada", why="migration")
    world.deliver(sample("dyno_crashed", id="e1", at=datetime.now(UTC)))
    world.worker(ASK).drain()

    assert world.runs() == []
    assert world.gates("e1") == [["silenced", kept.until, "ada", "migration"]]
