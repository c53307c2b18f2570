"""Heroku does not answer as one would like: every call is made once, and what came of it is found out."""

import json
from dataclasses import replace
from typing import Any

import pytest

from heroku.samples import sample
from tests.workers.world import APP, ROLL_BACK, TOKEN, Heard, World
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import ACTIONS, rollback
from workers.actions.base import Outcome, Step

POST = {"method": "POST", "path": "*/releases"}
LIST = {"method": "GET", "path": "*/releases"}
LONG = 60.0  # seconds of a test's own time, more than any retry waits


def taken_back(world: World) -> None:
    """It is done in the end, by one call that had an effect."""
    for _ in range(8):
        world.pass_time(LONG)
        for worker in world.workers:
            worker.drain()
        if world.run().state == "done":
            break
    assert world.step() == ("done", "Rolled back from v42 to v41: v43 (Rollback to v41) is live.")
    assert world.effects() == 1
    assert [release.version for release in world.app.releases][-1] == 43


REFUSED_FOR_NOW = [
    pytest.param(Fault(kind=Kind.STATUS, status=429, times=2, **LIST), id="429 on the look"),
    pytest.param(Fault(kind=Kind.STATUS, status=429, times=2, **POST), id="429 on the call"),
    pytest.param(Fault(kind=Kind.STATUS, status=429, retry_after=40, **POST), id="429 that says when"),
    pytest.param(Fault(kind=Kind.STATUS, status=503, times=2, **LIST), id="503 on the look"),
    pytest.param(Fault(kind=Kind.HTML, status=502, times=2, **LIST), id="a router's page on the look"),
    pytest.param(Fault(kind=Kind.CUT, times=2, **LIST), id="the look's answer is cut"),
    pytest.param(Fault(kind=Kind.STATUS, status=503, method="GET", path="*/releases/*"), id="503 on the check"),
]


@pytest.mark.parametrize("fault", REFUSED_FOR_NOW)
def test_what_is_refused_for_now_is_tried_again(world: World, fault: Fault) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(fault)

    world.worker().drain()
    if fault.path != "*/releases/*":
        state, sentence = world.step()
        assert state == "waiting"
        assert "trying again in" in sentence
    taken_back(world)
    assert world.told() == []


def test_each_try_waits_longer_than_the_one_before(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, times=None, **LIST))
    worker = world.worker()
    waits = []
    for _ in range(8):
        worker.drain()
        score = world.server.zscore("dh:due:act", world.run().id)
        assert isinstance(score, float)
        waits.append(round(score / 1000 - world.hands.now()))
        world.pass_time(waits[-1] + 1)

    assert waits == [5, 5, 5, 8, 16, 32, 60, 60], "Heroku asks for 5 s"


def test_the_waits_are_short_again_once_heroku_has_answered(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(
        Fault(kind=Kind.STATUS, status=503, times=6, **LIST),
        Fault(kind=Kind.STATUS, status=503, method="GET", path="*/releases/*"),
    )
    worker = world.worker()
    for _ in range(7):
        worker.drain()
        world.pass_time(LONG)
    worker.drain()

    assert world.step()[1].endswith("; trying again in 5 s.")


def test_trying_again_ends_with_the_rules_patience(world: World) -> None:
    """`give_up_after` counts how long Heroku was busy, not how often it was asked."""
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, times=None, **LIST))
    worker = world.worker(ROLL_BACK.replace("mode: live", "mode: live\n    give_up_after: 10m"))
    for _ in range(60):
        worker.drain()
        if world.run().state == "failed":
            break
        world.pass_time(20)

    state, sentence = world.step()
    assert state == "failed"
    assert sentence.startswith("rollback was given up: GET /apps/")
    assert world.step("failure:0") == ("done", "Told log.")
    assert len(world.told()) == 1
    assert 10 <= len(world.heroku.calls("GET", "*/releases")) < 20


def test_patience_starts_anew_when_heroku_answers(world: World) -> None:
    """The rule's patience was counted from the planning: after a long release phase the first 503 ended the run,
    though our own release was about to go live."""
    world.deliver(world.crashing())
    worker = world.worker(ROLL_BACK.replace("mode: live", "mode: live\n    give_up_after: 1m"))
    worker.drain()
    world.pass_time(200)
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, method="GET", path="*/releases/*"))
    worker.drain()

    assert world.step()[0] == "waiting"
    taken_back(world)


UNKNOWN_WITHOUT_EFFECT = [
    pytest.param(Fault(kind=Kind.TIME_OUT_BEFORE, **POST), id="time-out before the effect"),
    pytest.param(Fault(kind=Kind.STATUS, status=503, **POST), id="503"),
    pytest.param(Fault(kind=Kind.STATUS, status=500, **POST), id="500"),
    pytest.param(Fault(kind=Kind.HTML, status=502, **POST), id="a router's page"),
]
UNKNOWN_WITH_EFFECT = [
    pytest.param(Fault(kind=Kind.TIME_OUT_AFTER, **POST), id="time-out after the effect"),
    pytest.param(Fault(kind=Kind.CUT, **POST), id="the answer is cut"),
    pytest.param(Fault(kind=Kind.DRIP, seconds=0.2, **POST), id="the answer drips"),
]


@pytest.mark.parametrize("fault", UNKNOWN_WITHOUT_EFFECT + UNKNOWN_WITH_EFFECT)
def test_a_call_without_an_answer_is_looked_for_before_it_is_repeated(world: World, fault: Fault) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(fault)
    worker = world.worker(timeout=0.4)

    worker.drain()
    assert world.step() == ("started", "Called rollback; no answer yet.")
    looks = len(world.heroku.calls())
    world.pass_time(25)
    worker.drain()
    assert len(world.heroku.calls()) == looks, "nobody looks before it can be known"

    taken_back(world)
    assert world.told() == []


@pytest.mark.parametrize("fault", UNKNOWN_WITH_EFFECT)
def test_a_call_that_had_its_effect_is_made_once(world: World, fault: Fault) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(fault)
    world.worker(timeout=0.4).drain()

    taken_back(world)

    assert len(world.posts()) == 1
    assert world.workers[0].runs.made([world.app.releases[-1].id]) == {world.app.releases[-1].id}
    assert len(world.workers[0].runs.bad(world.app.id)) == 2, "the release and its code"


def test_while_its_outcome_is_open_a_call_is_not_even_repeated_when_the_looks_fail(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(
        Fault(kind=Kind.TIME_OUT_AFTER, **POST), Fault(kind=Kind.STATUS, status=503, times=3, **LIST)
    )
    worker = world.worker(timeout=0.4)
    worker.drain()  # its first look met the first 503
    for _ in range(6):
        world.pass_time(35)
        worker.drain()

    taken_back(world)
    assert len(world.posts()) == 1


def test_a_call_that_can_not_be_looked_up_is_reported_and_not_repeated(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.TIME_OUT_AFTER, **POST))
    limited = ROLL_BACK.replace("mode: live", "mode: live\n    limit: {max: 3, within: 1d}")
    worker = world.worker(limited, timeout=0.4)
    worker.drain()
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=403, times=None, **LIST))
    world.pass_time(35)
    worker.drain()

    state, sentence = world.step()
    assert state == "unknown"
    assert sentence.startswith("It is not known what became of a call. rollback failed: GET /apps/")
    assert world.run().state == "failed"
    assert world.told() == [f"{APP}, rule roll-back: {sentence}"]
    assert len(world.posts()) == 1
    counted: Any = world.server.zrange("dh:limit:live:roll-back", 0, -1)
    assert counted == [f"!{world.run().id}".encode()], "it may have had an effect, so it counts as one"


def test_a_call_that_never_gets_an_answer_is_not_made_for_ever(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, times=None, **POST))
    worker = world.worker(ROLL_BACK.replace("mode: live", "mode: live\n    give_up_after: 5m"))
    for _ in range(30):
        worker.drain()
        if world.run().state == "failed":
            break
        world.pass_time(35)

    assert world.step() == (
        "failed",
        "rollback was given up: a call got no answer, and Heroku shows nothing that came of it.",
    )
    assert 5 <= len(world.posts()) <= 10
    assert world.effects() == 0
    assert len(world.told()) == 1


def test_a_bug_of_ours_after_a_call_does_not_have_it_repeated(world: World) -> None:
    """It ended in `unknown` at once, though Heroku could be asked what came of the call."""
    world.deliver(world.crashing())

    def broken(step: Step[Any]) -> Outcome:
        rollback.perform(step)
        raise KeyError("a bug")

    action = replace(rollback.ACTION, perform=broken)
    world.worker(actions={**ACTIONS, "rollback": action}).drain()
    assert world.step() == ("started", "Called rollback; no answer yet.")

    world.pass_time(31)
    world.worker().drain()
    taken_back(world)
    assert len(world.posts()) == 1


def test_a_bug_of_ours_without_a_call_fails_and_is_told(world: World) -> None:
    world.deliver(world.crashing())

    def broken(step: Step[Any]) -> Outcome:
        raise KeyError("a bug")

    world.worker(actions={**ACTIONS, "rollback": replace(rollback.ACTION, perform=broken)}).drain()

    assert world.step() == ("failed", "rollback broke: KeyError.")
    assert world.told() == [f"{APP}, rule roll-back: rollback broke: KeyError."]


def test_a_refused_token_is_waited_for_and_told_once(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=401, times=3, **LIST))
    worker = world.worker()
    for _ in range(3):
        worker.drain()
        assert world.step()[0] == "waiting"
        world.pass_time(40)

    taken_back(world)
    [told] = world.told()
    assert told.startswith("Heroku refused our token: GET /apps/")
    assert TOKEN not in told


def test_a_token_refused_on_the_call_itself_changes_nothing_and_is_waited_for(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=401, **POST))
    world.worker().drain()

    assert world.step()[0] == "waiting"
    taken_back(world)


def test_what_heroku_refuses_fails_and_the_failure_steps_know_why(world: World) -> None:
    world.deliver(world.crashing())
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=422, **POST))
    tell = '"{{ app.name }}: {{ error }} ({{ steps.rollback.outcome }}, {{ steps.notify.outcome }}, {{ rule }})"'
    heard = Heard()
    world.worker(ROLL_BACK.replace('"failed: {{ error }}"', tell), teller=heard).drain()

    state, sentence = world.step()
    assert state == "failed"
    assert "422 invalid_params" in sentence
    assert heard.messages == [("log", f"{APP}: {sentence} (failed, planned, roll-back)")]
    assert world.run().state == "failed"
    assert len(world.posts()) == 1
    assert world.server.keys("dh:intent:*") == [], "nothing is expected to come of it any more"
    assert world.server.keys("dh:lock:*") == []


@pytest.mark.parametrize(
    ("access", "needed"),
    [
        pytest.param("{}", "rule roll-back needs releases: read and has off", id="none at all"),
        pytest.param("{releases: read}", "rule roll-back needs releases: write and has read", id="to read only"),
    ],
)
def test_what_was_not_granted_is_denied_and_not_sent(world: World, access: str, needed: str) -> None:
    """A rule that lacks access does not load; a run planned by an older or other version is held to its own grant."""
    world.deliver(world.crashing())
    worker = world.worker()
    worker.deciding.drain()
    id = world.run().id
    plan = {**world.run().plan, "access": {"releases": 1} if "read" in access else {}}
    world.server.hset(f"dh:run:{id}", "plan", json.dumps(plan))

    worker.drain()

    assert world.step() == ("denied", f"Denied: {needed}.")
    assert world.run().state == "failed"
    assert world.posts() == []
    assert world.server.keys("dh:lock:*") == []


def test_an_app_outside_on_apps_is_denied(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker(ROLL_BACK.replace("mode: live", 'mode: live\n    on_apps: ["other-*"]'))
    worker.drain()

    state, sentence = world.step()
    assert state == "denied"
    assert "rule roll-back may not touch" in sentence
    assert world.heroku.calls() == []


def test_the_app_of_an_event_is_reached_by_a_glob_of_its_name(world: World) -> None:
    world.deliver(world.crashing())
    world.worker(ROLL_BACK.replace("mode: live", 'mode: live\n    on_apps: ["acme-*"]')).drain()
    taken_back(world)


def test_without_a_token_a_step_that_needs_one_fails_by_name(world: World) -> None:
    world.deliver(world.crashing())
    world.worker(token=None).drain()

    assert world.step() == ("failed", "rollback needs Heroku's API, and HEROKU_API_KEY is not set.")


def test_an_app_that_is_gone_fails(world: World) -> None:
    event = sample("dyno_crashed", app="acme-gone", at=world.simulator.now)
    world.deliver(event)
    world.worker().drain()

    state, sentence = world.step()
    assert state == "failed"
    assert "404 not_found" in sentence


def test_the_token_is_in_nothing_that_is_kept_or_logged(world: World, caplog: Any, capsys: Any) -> None:
    caplog.set_level("DEBUG")
    world.deliver(world.crashing())
    world.heroku.order_faults(
        Fault(kind=Kind.STATUS, status=401, **LIST),
        Fault(kind=Kind.STATUS, status=422, **POST),
    )
    worker = world.worker()
    worker.drain()
    world.pass_time(40)
    worker.drain()

    assert world.run().state == "failed"
    assert TOKEN not in world.kept()
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(capsys.readouterr())
