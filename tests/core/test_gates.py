"""The gates that only state can judge: each with its reason, and counted in the step that plans."""

import json
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import layout
from core.runs import Entry
from tests.core.world import World, gates, rule

BASE = 1_763_840_000_000  # ms
HOUR = 3_600_000  # ms


def counting(at_least: int, within_seconds: float, **more: Any) -> dict[str, Any]:
    """A rule that counts, and acts on what is at most an hour old."""
    return rule(count=[at_least, int(within_seconds * 1000), HOUR], **more)


def test_a_rule_that_matched_becomes_a_run_that_is_due(world: World) -> None:
    written = world.decided("e1", rule())

    assert gates(written) == [["planned", "e1:roll-back"]]
    assert world.due_in("act", "e1:roll-back") == pytest.approx(0, abs=2)
    assert world.wake_ups("act") == 1
    run = world.runs.load("e1:roll-back")
    assert run is not None
    assert (run.rule, run.mode, run.state, run.app, run.event_id) == ("roll-back", "live", "due", "app-1", "e1")


def test_a_decision_is_kept_with_the_event(world: World) -> None:
    world.decided("e1", rule(gate=["stale", 4000, 3600]))

    [decision] = world.hands.event("e1").kept.decisions  # type: ignore[union-attr]

    assert decision["g"] == [[0, "stale", 4000, 3600]]
    assert decision["b"] == "book"


class TestWindow:
    def test_it_fires_on_reaching_and_is_empty_then(self, world: World) -> None:
        found = [gates(world.decided(f"e{n}", counting(3, 600), t=BASE + n))[0][0] for n in range(7)]

        assert found == ["window", "window", "planned", "window", "window", "queued", "window"]

    def test_a_replay_passes_it(self, world: World) -> None:
        """The crash that fired the rule was replayed, as Heroku had been away, and was "1 of the 2 times"."""
        assert gates(world.decided("e1", counting(2, 600), t=BASE, replay=1))[0][0] == "planned"

    def test_each_key_has_a_window_of_its_own(self, world: World) -> None:
        assert gates(world.decided("e1", counting(2, 600, key="a"), t=BASE)) == [["window", 1, 2]]
        assert gates(world.decided("e2", counting(2, 600, key="b"), t=BASE)) == [["window", 1, 2]]

    def test_shadow_and_live_count_apart(self, world: World) -> None:
        world.decided("e1", counting(2, 600), t=BASE)

        assert gates(world.decided("e2", counting(2, 600, mode="shadow"), t=BASE)) == [["window", 1, 2]]

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        arrivals=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=14),
        at_least=st.integers(1, 4),
        within=st.integers(1, 12),
    )
    def test_it_agrees_with_a_brute_force_model_in_any_order(
        self, world: World, arrivals: list[tuple[int, int]], at_least: int, within: int
    ) -> None:
        world.server.flushall()
        base = int(world.hands.now()) * 1000 - HOUR // 2
        seen: dict[int, int] = {}
        for told, id in arrivals:  # the same id again is the same event: it counts once
            time = seen.setdefault(id, told)
            inside = [
                sum(start <= other <= start + within for other in seen.values())
                for start in seen.values()
                if start <= time <= start + within
            ]
            fires = max(inside) >= at_least
            if fires:
                seen.clear()
            world.server.delete(layout.RUN + f"e{id}:roll-back", *world.server.scan_iter(layout.SEEN + "*"))
            world.server.delete(layout.EVENT + f"e{id}")

            [[gate, *numbers]] = gates(
                world.decided(f"e{id}", counting(at_least, within, mode="shadow"), t=base + time * 1000)
            )

            assert (gate, numbers) == (("shadow", []) if fires else ("window", [max(inside), at_least]))

    def test_what_comes_late_counts_where_it_belongs(self, world: World) -> None:
        """Two crashes came half an hour late, after one that was newer: the window knew only what is near the newest,
        and forgot the first before it saw the second."""
        now = int(world.hands.now() * 1000)
        late = now - HOUR // 2

        found = [
            gates(world.decided(f"e{n}", counting(2, 60), t=t))[0][0] for n, t in enumerate((now, late, late + 1_000))
        ]

        assert found == ["window", "window", "planned"]

    def test_what_comes_late_is_waited_for_as_long_as_the_rule_would_act_on_it(self, world: World) -> None:
        now = int(world.hands.now() * 1000)
        world.decided("e1", counting(2, 60), t=now)
        world.pass_time(1_800)

        assert gates(world.decided("e2", counting(2, 60), t=now))[0][0] == "planned"

    def test_an_event_of_the_future_counts_as_now(self, world: World) -> None:
        world.decided("e1", counting(2, 60))
        ahead = int(world.hands.now() * 1000) + 10 * HOUR

        assert gates(world.decided("e2", counting(2, 60, key="b"), t=ahead)) == [["window", 1, 2]]
        assert (
            gates(world.decided("e3", counting(2, 60, key="b"), t=ahead // 1000 * 1000 - 9 * HOUR))[0][0] == "planned"
        )

    def test_it_leaves_nothing_without_an_end(self, world: World) -> None:
        world.decided("e1", counting(2, 600), t=BASE)

        [key] = world.server.scan_iter(layout.WINDOW + "*")
        assert 0 < world.server.ttl(key) <= 3600 + 600


class TestCooldown:
    def test_a_rule_rests_after_it_had_an_effect(self, world: World) -> None:
        world.decided("e1", rule(cooldown=600_000))
        world.finish("e1:roll-back", effect=True)

        [[gate, left]] = gates(world.decided("e2", rule(cooldown=600_000)))

        assert gate == "cooldown"
        assert 590_000 < left <= 600_000

    def test_it_is_given_back_if_nothing_was_changed(self, world: World) -> None:
        world.decided("e1", rule(cooldown=600_000))
        world.finish("e1:roll-back", effect=False)

        assert gates(world.decided("e2", rule(cooldown=600_000))) == [["planned", "e2:roll-back"]]

    def test_it_holds_while_the_run_is_under_way(self, world: World) -> None:
        world.decided("e1", rule(cooldown=600_000))

        assert gates(world.decided("e2", rule(cooldown=600_000)))[0][0] == "cooldown"

    def test_each_key_rests_for_itself(self, world: World) -> None:
        world.decided("e1", rule(cooldown=600_000))

        assert gates(world.decided("e2", rule(cooldown=600_000, key="other")))[0][0] == "planned"


class TestLimit:
    def planned(self, world: World, id: str, **more: Any) -> list[Any]:
        return list(gates(world.decided(id, rule(key=id, limit=[2, 86_400_000], **more)))[0])

    def test_beyond_it_the_breaker_opens_and_stays_open(self, world: World) -> None:
        for id in ("e1", "e2"):
            assert self.planned(world, id)[0] == "planned"
            world.finish(f"{id}:roll-back", effect=True)

        assert self.planned(world, "e3") == ["breaker opened", 2]
        world.pass_time(2 * 86_400)
        assert self.planned(world, "e4") == ["breaker"]
        assert [breaker.rule for breaker in world.hands.breakers()] == ["roll-back"]

    def test_a_person_closes_it(self, world: World) -> None:
        self.test_beyond_it_the_breaker_opens_and_stays_open(world)

        world.hands.close_breaker("roll-back", by="sam", why="mended")

        assert self.planned(world, "e5")[0] == "planned"

    def test_the_system_target_hears_of_it(self, world: World) -> None:
        self.test_beyond_it_the_breaker_opens_and_stays_open(world)

        [told] = [run for run in world.hands.runs(most=20) if run.rule == layout.SYSTEM]
        assert "reached its limit of 2" in json.dumps(told.plan)

    def test_a_run_that_changed_nothing_does_not_count(self, world: World) -> None:
        for n in range(6):
            assert self.planned(world, f"e{n}")[0] == "planned"
            world.finish(f"e{n}:roll-back", effect=False)

    def test_runs_under_way_hold_a_place_but_open_no_breaker(self, world: World) -> None:
        for id in ("e1", "e2"):
            self.planned(world, id)

        assert self.planned(world, "e3") == ["limit", 0, 2]
        assert world.hands.breakers() == []

    def test_shadow_has_counters_of_its_own(self, world: World) -> None:
        for n in range(2):
            assert self.planned(world, f"s{n}", mode="shadow") == ["shadow"]
        assert self.planned(world, "s2", mode="shadow") == ["breaker opened", 2]

        assert self.planned(world, "e1")[0] == "planned"


class TestOverlap:
    def test_a_second_run_of_the_same_key_waits_for_the_first(self, world: World) -> None:
        world.decided("e1", rule())
        assert gates(world.decided("e2", rule())) == [["queued", "e2:roll-back", 1]]
        assert world.due_in("act", "e2:roll-back") is None

        world.finish("e1:roll-back", effect=True)

        assert world.due_in("act", "e2:roll-back") is not None
        world.finish("e2:roll-back", effect=True)

    def test_a_rule_may_rather_skip(self, world: World) -> None:
        world.decided("e1", rule())

        assert gates(world.decided("e2", rule(overlap="skip"))) == [["overlap", 1]]

    def test_no_more_than_ten_wait(self, world: World) -> None:
        for n in range(layout.LINE_LENGTH + 1):
            world.decided(f"e{n}", rule())

        assert gates(world.decided("one more", rule())) == [["line full", layout.LINE_LENGTH + 1]]

    def test_a_queued_run_passes_its_gates_again_when_it_starts(self, world: World) -> None:
        world.decided("e1", rule(limit=[5, 86_400_000]))
        world.decided("e2", rule(limit=[5, 86_400_000]))
        world.server.set(f"{layout.BREAKER}live:roll-back", "{}")
        world.finish("e1:roll-back", effect=True)

        claimed = world.claim("act", most=1)
        run = world.runs.load("e2:roll-back")
        assert run is not None
        assert world.runs.start(run, token=claimed.token) == "breaker"


class TestRepeats:
    def test_the_same_content_under_another_id_is_recorded_and_not_acted_on(self, world: World) -> None:
        world.decided("e1", rule(), content="same")

        assert gates(world.decided("e2", rule(), content="same")) == [["repeat", "e1"]]

    def test_after_ten_minutes_it_is_news_again(self, world: World) -> None:
        world.decided("e1", rule(key="a"), content="same")
        world.pass_time(601)

        assert gates(world.decided("e2", rule(key="b"), content="same"))[0][0] == "planned"

    def test_a_replay_is_no_repeat(self, world: World) -> None:
        world.decided("e1", rule(key="a"), content="same")

        assert gates(world.decided("e2", rule(key="b"), content="same", replay=1))[0][0] == "planned"


class TestOwnEffects:
    def made(self, world: World, *made: str, **entry: Any) -> None:
        """A run that is under way has made something."""
        world.decided("cause", rule("maker"))
        claimed = world.claim("act", most=1)
        run = world.runs.load("cause:maker")
        assert run is not None
        world.runs.record(run, Entry(own=made, then="park", seconds=300, **entry), token=claimed.token)

    def test_what_our_call_made_starts_nothing_and_wakes_the_run_that_waits_for_it(self, world: World) -> None:
        self.made(world, "release-9")
        assert world.due_in("act", "cause:maker") == pytest.approx(300, abs=5)

        assert gates(world.decided("e2", rule(), about="release-9")) == [["own effect", "cause:maker"]]
        assert world.due_in("act", "cause:maker") == pytest.approx(0, abs=2)

    def test_it_wakes_the_run_even_if_no_rule_matched(self, world: World) -> None:
        self.made(world, "release-9")
        world.deliver("e2")

        world.decide(world.claim(), about="release-9")

        assert world.due_in("act", "cause:maker") == pytest.approx(0, abs=2)

    def test_an_event_that_overtakes_the_answer_is_parked_until_it_is_known(self, world: World) -> None:
        world.server.set(f"{layout.INTENT}app-1:release:Rollback to v41", "cause:maker", px=60_000)

        overtaking = world.decided("e2", rule(), intents=["app-1:release:Rollback to v41"])

        assert overtaking.how == "parked"
        assert world.due_in("decide", "e2") == pytest.approx(2, abs=1)
        world.server.delete(f"{layout.INTENT}app-1:release:Rollback to v41")
        world.pass_time(3)
        assert world.judged(world.claim(), "e2", rule(), intents=["app-1:release:Rollback to v41"]).how == "decided"

    def test_the_crash_of_a_release_that_we_made_alerts_once(self, world: World) -> None:
        self.made(world, "release-9")

        for id in ("e1", "e2"):
            world.decided(id, crashed="release-9", crashed_text="acme-web v44, dyno web.1")

        told = [run for run in world.hands.runs(most=20) if run.rule == layout.SYSTEM]
        assert ["acme-web v44" in json.dumps(run.plan) for run in told] == [True]
        assert world.runs.crashes(["release-9", "release-8"]) == {"release-9": 2, "release-8": 0}


def test_one_event_plans_one_run_however_many_workers_decide_it(world: World) -> None:
    world.deliver("e1")
    claims = [world.claim()]
    for n in range(3):
        world.pass_time(61)
        claims.append(world.other(f"worker.{n}").claim())
    outcomes: list[str] = []

    def decide(claimed: Any) -> None:
        outcomes.append(world.judged(claimed, "e1", rule()).how)

    threads = [threading.Thread(target=decide, args=(claimed,)) for claimed in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(outcomes) == ["decided", "lost", "lost", "lost"]
    assert [run.id for run in world.hands.runs(most=10)] == ["e1:roll-back"]


def test_every_key_that_decisions_leave_has_an_end_or_is_one_of_a_kind(world: World) -> None:
    world.decided("e1", counting(1, 60, cooldown=1000, limit=[5, 1000]), content="x", crashed="r", crashed_text="t")
    world.finish("e1:roll-back", effect=True)  # the limit's key once lost its end with its only member
    world.decided("e2", counting(2, 60))

    endless = {key.decode() for key in world.server.scan_iter("dh:*") if world.server.ttl(key) == -1}

    single = {layout.EVENTS, layout.COUNT, layout.ROOM, layout.RUNS, layout.WORKERS}
    assert endless <= single | {layout.QUEUE + "decide", layout.QUEUE + "act"}
