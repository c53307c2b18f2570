"""A rollback the whole way: what is looked at, what is sent, and what is said in the end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heroku.samples import sample
from tests.workers.world import APP, ROLL_BACK, World
from workers.actions import notify
from workers.actions.base import Action, Outcome, Step

BOX = "acme-box"  # a container app


def id_of(world: World, version: int, app: str = APP) -> str:
    return next(release.id for release in world.simulator.app(app).releases if release.version == version)


def test_a_crash_is_taken_back_and_checked_to_be_live(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()

    worker.drain()
    assert world.step() == ("waiting", "Asked Heroku to go back from v42 to v41: v43 is pending.")
    world.pass_time(5)
    worker.drain()
    assert world.step() == ("waiting", "v43 (Rollback to v41) is pending, not live yet.")
    world.pass_time(10)
    worker.drain()

    assert world.step() == ("done", "Rolled back from v42 to v41: v43 (Rollback to v41) is live.")
    assert world.run().state == "done"
    assert [call.body for call in world.posts()] == [{"release": id_of(world, 41)}]
    assert world.told() == []


def test_what_is_not_needed_is_said_and_the_later_steps_still_run(world: World) -> None:
    world.subscribe()
    world.simulator.deploy(APP, "fail-release-phase")
    world.pass_time(60)
    world.deliver(world.releases(42)[-1])

    world.worker(ROLL_BACK.replace("on: dyno", "on: api:release").replace("data.state: crashed", "data.status: failed")
                 .replace("each: data.release.id", "each: data.id")).drain()  # fmt: skip

    assert world.step() == ("not needed", "v42 failed and never went live; v41 is running, untouched.")
    assert world.step("step:1") == ("done", "Told log.")
    assert world.run().state == "not needed"
    assert world.posts() == []


def test_config_in_between_is_kept_by_a_release_of_the_old_slug(world: World) -> None:
    """v42 never ran long enough to be known; so v41 is gone back to, and FOO was set since."""
    world.simulator.deploy(APP)
    world.pass_time(60)
    world.simulator.set_config(APP, ["FOO"])
    world.pass_time(60)
    world.deliver(world.crashing())
    worker = world.worker()

    worker.drain()
    world.pass_time(15)
    worker.drain()

    assert world.step() == (
        "done",
        "Rolled back from v44 to v41: v45 (Dynohook: code of v41, config kept) is live. Config was kept as it is.",
    )
    v41 = next(release for release in world.app.releases if release.version == 41)
    assert v41.slug is not None
    assert [call.body for call in world.posts()] == [
        {"slug": v41.slug.id, "description": "Dynohook: code of v41, config kept"}
    ]


def test_a_build_is_waited_for_if_the_rule_may_know_of_builds(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker(ROLL_BACK.replace("{releases: write}", "{releases: write, builds: read}"))
    world.simulator.deploy(APP, "succeed")

    worker.drain()
    assert world.step() == ("waiting", "A build is running. Looking again in 15 s.")
    assert world.hands.run(world.run().id).state == "running"
    world.pass_time(70)
    worker.drain()

    assert world.step() == ("not needed", "v42 is no longer live: v43 is running.")
    assert world.posts() == []


def test_something_newer_is_waited_for_five_minutes_and_no_longer(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    timings = world.simulator.world.timings
    world.simulator.world.timings = replace(timings, release_phase=10_000.0)
    world.simulator.deploy(APP, "succeed")
    world.pass_time(45)

    worker.drain()
    assert world.step() == ("waiting", "v43 is newer and still pending. Looking again in 15 s.")
    world.pass_time(295)
    worker.drain()
    assert world.step()[1].startswith("v43 is newer and still pending.")
    world.pass_time(15)
    worker.drain()

    assert world.step() == ("waiting", "Asked Heroku to go back from v42 to v41: v44 is pending.")


def test_our_release_that_fails_is_told_and_the_failure_steps_run(world: World, caplog: Any) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.drain()

    world.app.releases[-1].config["PHASE"] = "fail-release-phase:1"
    world.pass_time(15)
    worker.drain()

    said = "v43 (Rollback to v41) failed in its release phase; it is not live."
    assert world.step() == ("failed", said)
    assert "step:1" not in world.run().journal, "what comes after a failure is on_failure"
    assert world.step("failure:0") == ("done", "Told log.")
    assert world.run().state == "failed"
    assert world.told() == [f"{APP}, rule roll-back: {said}"]
    assert len(world.posts()) == 1


def test_our_release_that_is_overtaken_is_told(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.drain()
    world.simulator.deploy(APP, "succeed")

    world.pass_time(120)
    worker.drain()

    assert world.step() == ("failed", "v43 (Rollback to v41) was overtaken: v44 is live.")
    assert len(world.told()) == 1


def test_our_release_that_does_not_go_live_within_ten_minutes_is_told(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    world.simulator.world.timings = replace(world.simulator.world.timings, release_phase=10_000.0)
    worker.drain()

    world.pass_time(595)
    worker.drain()
    assert world.step()[0] == "waiting"
    world.pass_time(10)
    worker.drain()

    assert world.step() == ("failed", "v43 (Rollback to v41) is not live after 10 minutes: it is pending.")
    assert len(world.told()) == 1


def test_the_event_of_our_release_has_it_looked_at_at_once(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.drain()
    world.simulator.advance_to(world.simulator.now + timedelta(seconds=15))  # on Heroku only: our row is not due yet

    world.deliver(*world.releases(43))
    worker.drain()

    assert world.step()[0] == "done"


def test_our_releases_own_events_start_nothing(world: World) -> None:
    rule = """
  - name: anything-about-releases
    mode: live
    on: [api:release.create, api:release.update]
    do: [{notify: {to: log, text: "a release"}}]
"""
    world.deliver(world.crashing())
    worker = world.worker(ROLL_BACK + rule)
    worker.drain()
    world.pass_time(15)

    world.deliver(*world.releases(43))
    worker.drain()

    ours = world.run().id
    assert {tuple(gate) for event in world.releases(43) for gate in world.gates(event["id"])} == {("own effect", ours)}


def test_a_crash_of_a_release_that_we_made_alerts_and_is_never_rolled_back(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()
    worker.drain()
    world.pass_time(40)
    worker.drain()

    world.simulator.crash(APP)
    crash = world.crashes()[-1]
    assert crash["data"]["release"]["version"] == 43
    world.deliver(crash)
    worker.drain()

    denied = "v43 is itself a rollback, which is never rolled back; a person must look."
    assert world.runs()[-1].journal["step:0"].sentence == denied
    assert len(world.posts()) == 1
    alert, told = world.told()
    assert alert.startswith(f"A release that Dynohook made is crashing: {APP} v43, dyno web.1")
    assert told == f"{APP}, rule roll-back: {denied}"


def test_config_that_crashes_is_taken_back_and_code_that_is_good_is_not_blamed(world: World) -> None:
    world.subscribe()
    world.simulator.set_config(APP, ["FOO", "BAR"], "crash")
    world.pass_time(60)
    world.deliver(world.crashes()[-1])
    worker = world.worker()
    worker.drain()
    world.pass_time(15)
    worker.drain()

    assert world.step() == (
        "done",
        "Rolled back from v42 to v41: v43 (Rollback to v41) is live. This took back: FOO, BAR.",
    )
    assert world.worker().runs.bad(world.app.id) == {id_of(world, 42)}
    value = world.app.releases[-2].config["FOO"]
    assert value not in world.kept(), "no value of a config var is kept"


def test_an_event_that_names_no_release_says_so(world: World) -> None:
    world.deliver(sample("build_update_failed", app=APP, at=world.simulator.now))
    rule = ROLL_BACK.replace("on: dyno", "on: api:build").replace("data.state: crashed", "data.status: failed")
    world.worker(rule.replace("each: data.release.id", "each: data.id")).drain()

    assert world.step() == ("failed", "The event names no release, so there is nothing to roll back.")


# --- asking a person: a container app, whose config cannot be kept without a slug ---


@pytest.fixture
def asking(world: World) -> World:
    """A run that asks: v6 crashes, v3 ran well, and FOO was set since."""
    world.simulator.add_app(BOX, releases=3, container=True)
    world.simulator.deploy(BOX)
    world.pass_time(60)
    world.simulator.set_config(BOX, ["FOO"])
    world.pass_time(60)
    world.deliver(world.crashing(app=BOX))
    world.worker().drain()
    return world


ASKED = (
    "Going back to v3 would also undo: FOO. There is no slug to keep the config with. So a person has to approve it."
)


def test_a_person_is_asked_and_nothing_is_sent(asking: World) -> None:
    assert asking.step() == ("waiting", ASKED)
    assert asking.run().state == "needs approval"
    [told] = asking.told()
    assert told == f"{BOX}, rule roll-back: {ASKED} Approve or deny: bin/dynohook runs approve|deny {asking.run().id}"
    assert asking.posts() == []


def test_a_yes_is_acted_on_at_once(asking: World) -> None:
    asking.hands.answer(asking.run().id, "approve", by="ops", why="go ahead")
    asking.workers[0].drain()
    asking.pass_time(30)
    asking.workers[0].drain()

    assert asking.step() == (
        "done",
        "Rolled back from v6 to v3: v7 (Rollback to v3) is live. This took back: FOO.",
    )
    assert len(asking.posts()) == 1


def test_a_no_is_final(asking: World) -> None:
    asking.hands.answer(asking.run().id, "deny", by="ops", why="FOO is needed")
    asking.workers[0].drain()

    assert asking.step() == ("denied", "ops denied it: FOO is needed.")
    assert asking.run().state == "failed"
    assert asking.posts() == []


def test_nobody_answers(asking: World) -> None:
    asking.pass_time(24 * 3600 - 60)
    asking.workers[0].drain()
    assert asking.step() == ("waiting", ASKED)
    asking.pass_time(120)
    asking.workers[0].drain()

    assert asking.step() == ("denied", "Nobody approved it within 1 d.")
    assert asking.posts() == []


def test_a_yes_holds_only_for_what_was_asked(asking: World) -> None:
    """What would be undone is another by the time of the answer: a yes to undoing FOO is none to BAR."""
    asking.simulator.app(BOX).releases[4].description = "Set FOO, BAR config vars"

    asking.hands.answer(asking.run().id, "approve", by="ops", why="go ahead")
    asking.workers[0].drain()

    state, sentence = asking.step()
    assert (state, asking.run().state) == ("waiting", "needs approval")
    assert sentence.startswith("Going back to v3 would also undo: FOO, BAR.")
    assert asking.posts() == []
    assert len(asking.told()) == 2, "they are asked again"
    asking.server.zadd("dh:due:act", {asking.run().id: 0})
    asking.workers[0].drain()
    assert asking.posts() == [], "nor does the old yes count for the new question"
    asking.pass_time(10)
    asking.hands.answer(asking.run().id, "approve", by="ops", why="that too")
    asking.workers[0].drain()
    assert len(asking.posts()) == 1


def test_a_look_in_between_does_not_lose_the_question(asking: World) -> None:
    asking.server.zadd("dh:due:act", {asking.run().id: 0})
    asking.workers[0].drain()

    assert asking.run().state == "needs approval"
    assert len(asking.told()) == 1
    asking.hands.answer(asking.run().id, "approve", by="ops", why="go ahead")
    asking.workers[0].drain()
    assert len(asking.posts()) == 1


def test_a_yes_to_one_step_is_none_to_the_next(world: World) -> None:
    def ask(step: Step[Any]) -> Outcome:
        return Outcome("done", "Done.") if step.approval else Outcome("waiting", "May I?", needs_approval=True)

    action = Action(spec=notify.ACTION.spec, perform=ask, settle=lambda _: None, reads_live_state=True)
    world.deliver(sample("dyno_crashed", app=APP, at=world.simulator.now))
    steps = "[{notify: {to: log, text: one}}, {notify: {to: log, text: two}}]"
    worker = world.worker(ROLL_BACK[: ROLL_BACK.index("    do:")] + f"    do: {steps}\n", actions={"notify": action})
    worker.drain()
    world.hands.answer(world.run().id, "approve", by="ops", why="")
    worker.drain()

    assert (world.step("step:0")[0], world.step("step:1")[0], world.run().state) == (
        "done",
        "waiting",
        "needs approval",
    )
    world.hands.answer(world.run().id, "deny", by="ops", why="")
    worker.drain()
    assert world.step("step:1") == ("denied", "ops denied it: no reason given.")
