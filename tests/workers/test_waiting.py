"""Rules that wait for other events, in a whole worker: judged by the rules as they are then, looked up at Heroku."""

import json
from datetime import timedelta
from typing import Any

import pytest

from core import layout
from heroku import events
from heroku.samples import sample
from rules.files.loading import Source, load
from rules.model import Mode
from tests.workers.world import APP, Worker, World
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import SPECS

SAME = "same: {data.id: data.id}"
NO_END = f"""
version: 1
rules:
  - name: build-without-end
    mode: live
    on: api:build.create
    missing: {{on: api:build.update, within: 5m, {SAME}}}
    do: [{{notify: {{to: log, text: "it never ended"}}}}]
"""
AFTER_RELEASE = """
version: 1
rules:
  - name: crash-after-release
    mode: live
    on: dyno.destroy
    match: {data.state: crashed}
    after: {on: api:release, match: {data.status: succeeded}, within: 30m, same: {data.release.id: data.id}}
    do: [{notify: {to: log, text: "soon after its release"}}]
"""
QUIET = """
version: 1
rules:
  - name: once-it-is-quiet
    mode: live
    on: api:formation.update
    quiet_for: 2m
    do: [{notify: {to: log, text: "it is quiet"}}]
"""
LATE = 5 * 60 + layout.MISSING_MILLISECONDS / 1000 + 1
LIST = {"method": "GET", "path": "*/webhook-events"}


def built(world: World) -> dict[str, Any]:
    """The event of a build that has begun; what comes of it is in Heroku's list, and was not delivered."""
    world.subscribe()
    world.simulator.deploy(APP, "succeed")
    world.simulator.advance_to(world.simulator.now + timedelta(seconds=60))
    return next(event for event in world.simulator.events() if event["resource"] == "build")


def lonely(world: World, **more: Any) -> dict[str, Any]:
    """The event of a build that Heroku knows nothing more of."""
    return sample(
        "build_create_pending", id="b1", app=APP, at=world.simulator.now, **{"data.app.id": world.app.id, **more}
    )


class TestMissing:
    def test_what_heroku_does_not_list_either_is_missing(self, world: World) -> None:
        worker = world.worker(NO_END)
        world.deliver(lonely(world))
        worker.drain()
        assert (world.runs(), world.gates("b1")[0][:2]) == ([], ["waits", "missing"])

        world.pass_time(LATE)
        worker.drain()

        assert (world.run().state, world.step()[0]) == ("done", "done")

    def test_what_was_only_not_delivered_is_not(self, world: World) -> None:
        worker = world.worker(NO_END)
        world.deliver(built(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()

        assert world.run().state == "not needed"
        assert "in Heroku's own list" in world.run().note
        assert world.run().journal == {}

    def test_what_was_not_delivered_is_taken_in_from_the_list_once(self, world: World) -> None:
        worker = world.worker(NO_END)
        begun = built(world)
        world.deliver(begun)
        worker.drain()
        world.pass_time(LATE)
        worker.drain()
        [fetched] = [one for one in world.hands.events(most=10) if one.id != begun["id"]]
        assert fetched.state == "decided"
        assert fetched.kept is not None
        assert events.read(fetched.kept.body).include == "api:build"

        world.deliver(next(one for one in world.simulator.events() if one["id"] == fetched.id))
        worker.drain()

        assert len(world.hands.events(most=10)) == 2

    def test_what_came_too_late_by_heroku_s_own_list_was_missing_all_the_same(self, world: World) -> None:
        worker = world.worker(NO_END.replace("within: 5m", "within: 1s"))
        world.deliver(built(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()

        assert world.run().state == "done"

    def test_what_was_delivered_needs_no_look(self, world: World) -> None:
        worker = world.worker(NO_END)
        begun = built(world)
        ended = next(
            event for event in world.simulator.events() if event["action"] == "update" and event["resource"] == "build"
        )
        world.deliver(begun, ended)
        worker.drain()
        world.pass_time(LATE)
        worker.drain()

        assert world.runs() == []
        assert world.gates(begun["id"]) == [["came", ended["id"]]]
        assert world.heroku.calls("GET") == []

    @pytest.mark.parametrize(
        ("fault", "token"),
        [
            pytest.param(Fault(kind=Kind.STATUS, status=403, times=None, **LIST), True, id="refused"),
            pytest.param(None, False, id="no token"),
        ],
    )
    def test_what_cannot_be_looked_up_is_not_acted_on_and_told(
        self, world: World, fault: Fault | None, *, token: bool
    ) -> None:
        worker = world.worker(NO_END) if token else world.worker(NO_END, token=None)
        if fault:
            world.heroku.order_faults(fault)
        world.deliver(lonely(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()

        assert (world.run().state, world.run().journal) == ("unknown", {})
        assert ["It is not known whether an event is missing" in text for text in world.told()] == [True]

    def test_a_busy_heroku_is_asked_again_and_not_for_ever(self, world: World) -> None:
        worker = world.worker(NO_END)
        world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, times=None, **LIST))
        world.deliver(lonely(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()
        assert world.run().state == "running"
        due: Any = world.server.zscore(layout.DUE + "act", world.run().id)
        assert 0 < due / 1000 - world.hands.now() < 30

        world.pass_time(3_601)
        worker.drain()

        assert world.run().state == "unknown"

    def test_what_came_while_heroku_was_busy_is_not_missing(self, world: World) -> None:
        """Its delivery was late; the run asked a Heroku that did not answer for an hour, and ended as unknown."""
        worker, ended = self.asking_a_busy_heroku(world)
        asked = len(world.heroku.calls("GET"))
        world.deliver(ended)
        worker.drain()
        world.pass_time(31)
        worker.drain()

        assert world.run().state == "not needed"
        assert world.run().note == f"The event that was missing has come meanwhile: {ended['id']}."
        assert len(world.heroku.calls("GET")) == asked, "nobody has to ask Heroku for what is here"

    def test_what_came_during_the_last_look_at_heroku_is_not_missing(self, world: World) -> None:
        worker, ended = self.asking_a_busy_heroku(world)
        world.deliver(ended)
        worker.runs.after["came"] = worker.deciding.drain
        world.pass_time(3_601)
        worker.acting.drain()

        assert (world.run().state, world.told()) == ("not needed", [])

    def test_an_event_is_not_its_own_partner(self, world: World) -> None:
        worker = world.worker(
            NO_END.replace("{on: api:build.update", "{on: api:build, match: {data.app.id: {exists: true}}")
        )
        world.deliver(lonely(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()

        assert world.run().state == "done"

    def asking_a_busy_heroku(self, world: World) -> tuple[Worker, dict[str, Any]]:
        """A worker whose run looks for the end of a build, and that end, which is not delivered yet."""
        worker = world.worker(NO_END)
        begun = built(world)
        ended = next(each for each in world.simulator.events() if each["resource"] == "build" and each != begun)
        world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, times=None, **LIST))
        world.deliver(begun)
        worker.drain()
        world.pass_time(LATE)
        worker.drain()
        assert world.run().state == "running"
        return worker, ended

    def test_a_look_is_written_down(self, world: World) -> None:
        worker = world.worker(NO_END)
        world.deliver(lonely(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()

        [line] = worker.crew.audit.read()
        assert line.sentence.startswith(f"dynohook called list webhook events on {APP}")

    def test_in_shadow_nobody_looks(self, world: World) -> None:
        worker = world.worker(NO_END.replace("live", "shadow"))
        world.deliver(lonely(world))
        worker.drain()
        world.pass_time(LATE)
        worker.drain()

        assert world.gates("b1") == [["shadow"]]
        assert world.heroku.calls("GET") == []


class TestAfter:
    def events(self, world: World) -> tuple[dict[str, Any], dict[str, Any]]:
        """A release, and the crash of one of its dynos."""
        now = world.simulator.now
        release = sample("release_update_succeeded", id="release", app=APP, at=now - timedelta(minutes=2))
        crash = sample("dyno_crashed", id="crash", app=APP, at=now - timedelta(minutes=1))
        crash["data"]["release"]["id"] = release["data"]["id"]
        crash["data"]["app"] = release["data"]["app"]
        return release, crash

    def test_a_partner_in_the_same_batch_is_found_whichever_comes_first(self, world: World) -> None:
        release, crash = self.events(world)
        worker = world.worker(AFTER_RELEASE)
        world.deliver(crash, release)
        worker.drain()
        world.pass_time(10)
        worker.drain()

        assert world.run().event_id == "crash"

    def test_a_replay_passes_it_though_the_partner_is_long_forgotten(self, world: World) -> None:
        release, crash = self.events(world)
        worker = world.worker(AFTER_RELEASE)
        for document in (release, crash):
            world.deliver(document)
            worker.drain()
        world.server.delete(*world.server.scan_iter(layout.CAME + "*"))
        world.hands.replay("crash", by="sam", why="the message was lost")
        worker.drain()

        assert [run.id for run in world.runs()] == ["crash:crash-after-release", "crash#1:crash-after-release"]

    def test_it_waits_over_a_restart(self, world: World) -> None:
        release, crash = self.events(world)
        first = world.worker(AFTER_RELEASE)
        world.deliver(crash)
        first.drain()
        first.ticker.stop()
        world.deliver(release)
        world.pass_time(10)

        world.worker(AFTER_RELEASE).drain()

        assert world.run().event_id == "crash"

    def test_a_rule_that_waits_is_looked_at_as_it_is_when_its_time_has_come(self, world: World) -> None:
        release, crash = self.events(world)
        worker = world.worker(AFTER_RELEASE)
        world.deliver(crash, release)
        worker.deciding.drain()
        worker.crew.book = load([Source("r.yaml", AFTER_RELEASE.replace("soon after", "just after"))], actions=SPECS)
        world.pass_time(10)
        worker.drain()

        assert "just after" in json.dumps(world.run().plan)

    @pytest.mark.parametrize("late", [pytest.param(False, id="what came"), pytest.param(True, id="what waits")])
    def test_a_reload_that_leaves_the_rule_as_it_was_forgets_nothing(self, world: World, *, late: bool) -> None:
        release, crash = self.events(world)
        worker = world.worker(AFTER_RELEASE)
        world.deliver(crash if late else release)
        worker.drain()
        other = "\n  - {name: other, on: api:domain.create, do: [{notify: {to: log, text: other}}]}\n"
        worker.crew.book = load([Source("r.yaml", AFTER_RELEASE.rstrip() + other)], actions=SPECS)
        world.deliver(release if late else crash)
        worker.drain()
        world.pass_time(10 if late else 0)
        worker.drain()

        assert world.run().event_id == "crash"

    @pytest.mark.parametrize(
        ("before", "after", "gate"),
        [
            pytest.param("mode: live", "mode: 'off'", ["off"], id="off"),
            pytest.param("mode: live", "mode: shadow", ["shadow"], id="in shadow"),
            pytest.param("state: crashed", "state: up", ["rule changed"], id="does not match any more"),
            pytest.param("after:", "missing:", ["rule changed"], id="does not wait for that any more"),
            pytest.param("crash-after-release", "renamed", ["rule changed"], id="gone"),
            pytest.param(
                "mode: live", "mode: live\n    each: data.name", ["rule changed"], id="tells cases apart otherwise"
            ),
        ],
    )
    def test_a_rule_that_would_not_fire_now_does_not(
        self, world: World, before: str, after: str, gate: list[Any]
    ) -> None:
        release, crash = self.events(world)
        worker = world.worker(AFTER_RELEASE)
        world.deliver(crash, release)
        worker.deciding.drain()
        worker.crew.book = load([Source("r.yaml", AFTER_RELEASE.replace(before, after))], actions=SPECS)
        world.pass_time(10)
        worker.drain()

        assert world.gates("crash") == [gate]
        assert world.runs() == []

    def test_a_rule_that_was_in_shadow_when_it_was_put_off_stays_there(self, world: World) -> None:
        release, crash = self.events(world)
        worker = world.worker(AFTER_RELEASE, brake=Mode.SHADOW)
        world.deliver(crash, release)
        worker.deciding.drain()
        worker.crew.brake = Mode.LIVE
        world.pass_time(10)
        worker.drain()

        assert world.gates("crash") == [["shadow"]]

    def test_a_silence_that_began_meanwhile_counts(self, world: World) -> None:
        release, crash = self.events(world)
        worker = world.worker(AFTER_RELEASE)
        world.deliver(crash, release)
        worker.deciding.drain()
        world.hands.silence(app=APP, rule="*", seconds=3_600, by="sam", why="migration")
        world.pass_time(10)
        worker.drain()

        assert world.gates("crash")[0][0] == "silenced"


def test_a_burst_makes_one_run_for_its_last_event(world: World) -> None:
    worker = world.worker(QUIET)
    for number in range(5):
        world.deliver(
            sample("formation_update", id=f"f{number}", app=APP, at=world.simulator.now, **{"data.id": f"t{number}"})
        )
        worker.drain()
        world.pass_time(60)
    world.pass_time(61)
    worker.drain()

    assert world.run().event_id == "f4"


def test_an_event_that_lacks_what_both_must_have_says_so(world: World) -> None:
    worker = world.worker(NO_END)
    world.deliver(lonely(world, **{"data.id": None}))
    worker.drain()

    assert world.gates("b1") == [["no value", "data.id"]]


def test_what_a_wait_was_for_may_be_gone(world: World) -> None:
    worker = world.worker(QUIET)
    world.deliver(sample("formation_update", id="f1", app=APP, at=world.simulator.now))
    worker.drain()
    world.server.delete(layout.EVENT + "f1")
    world.pass_time(121)
    worker.drain()

    assert world.server.zcard(layout.DUE + "wait") == 0
    assert list(world.server.scan_iter(layout.WAIT + "*")) == []


def test_a_wait_of_another_version_is_left_to_a_worker_of_that_version(world: World) -> None:
    worker = world.worker(QUIET)
    world.deliver(sample("formation_update", id="f1", app=APP, at=world.simulator.now))
    worker.drain()
    [key] = world.server.scan_iter(layout.WAIT + "*")
    world.server.hset(key, "format", "99")
    world.pass_time(121)
    worker.drain()

    rows: Any = world.server.zrange(layout.DUE + "wait", 0, -1, withscores=True)
    [(_, score)] = rows
    assert score / 1000 - world.hands.now() == pytest.approx(30, abs=5)
