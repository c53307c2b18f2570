"""Rules that look at more than one event: late, twice, out of order, and at once in several workers."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from core import layout
from core.beat import Beat
from tests.core.clocked import Clocked
from tests.core.scene import HOUR, MINUTE, SECOND, START, Gate, Scene, after, missing, partner, quiet, state
from tests.core.world import rule
from toolbelt.servers import Server


@pytest.fixture(scope="module")
def clocked(running: Server) -> Iterator[Clocked]:
    with Clocked.from_url(running.url, protocol=2) as client:
        yield client


@pytest.fixture
def scene(clocked: Clocked) -> Scene:
    clocked.flushall()
    return Scene(clocked)


SECOND_LOOK = layout.AFTER_MILLISECONDS
KINDS = (layout.WAIT, layout.CAME, layout.LAST, layout.TRACES)
PLANNED = [["planned", "e1:roll-back"]]


class TestChanged:
    watching = rule(changed={"key": "s"})

    def gates(self, scene: Scene, *values: str, wanted: dict[str, Any] | None = None) -> list[Gate]:
        """What the rule makes of states that come one after the other."""
        found = []
        for number, value in enumerate(values):
            scene.pass_time(SECOND)
            told = rule(changed={"key": "s", **(wanted or {})}, mode="shadow")
            found += scene.decide(f"e{number}", told, **state(value, scene.now))
        return found

    def test_the_first_sight_of_a_state_is_no_change(self, scene: Scene) -> None:
        assert self.gates(scene, "1", "2", "2", "1") == [["first seen"], ["shadow"], ["unchanged", "2"], ["shadow"]]

    @pytest.mark.parametrize(
        ("wanted", "gate"),
        [
            pytest.param({}, ["shadow"], id="any"),
            pytest.param({"was": ["2"]}, ["shadow"], id="from this"),
            pytest.param({"was": ["1", "2"], "now": ["0"]}, ["shadow"], id="from one of these to this"),
            pytest.param({"was": ["1"]}, ["other change", "2", "0"], id="from another"),
            pytest.param({"now": ["1"]}, ["other change", "2", "0"], id="to another"),
        ],
    )
    def test_only_the_change_that_is_wanted_fires(self, scene: Scene, wanted: dict[str, Any], gate: Gate) -> None:
        assert self.gates(scene, "2", "0", wanted=wanted)[-1] == gate

    def test_an_older_state_that_comes_late_is_no_change_and_overwrites_nothing(self, scene: Scene) -> None:
        scene.pass_time(MINUTE)
        scene.decide("e0", **state("1", START))
        scene.decide("e2", self.watching, **state("3", START + 2 * SECOND))

        assert scene.decide("e1", self.watching, **state("2", START + SECOND)) == [["overtaken"]]
        assert scene.decide("e3", self.watching, **state("3", START + 3 * SECOND)) == [["unchanged", "3"]]

    def test_whether_or_not_a_rule_matched_a_state_is_remembered(self, scene: Scene) -> None:
        scene.decide("e0", **state("1", START))

        assert scene.decide("e1", self.watching, **state("2", START + SECOND)) == PLANNED

    def test_all_rules_of_an_event_are_held_against_the_same_state(self, scene: Scene) -> None:
        scene.decide("e0", **state("1", START))
        found = scene.decide(
            "e1", self.watching, rule("b", changed={"key": "s", "was": ["1"]}), **state("2", START + SECOND)
        )

        assert found == [["planned", "e1:roll-back"], ["planned", "e1:b"]]

    def test_a_replay_is_held_against_what_stood_there_before_the_first_time(self, scene: Scene) -> None:
        scene.decide("e0", **state("1", START))
        scene.decide("e1", self.watching, **state("2", START + SECOND))

        again = scene.decide("e1", self.watching, replay=1, **state("2", START + SECOND))

        assert again == [["queued", "e1#1:roll-back", 1]]

    def test_of_two_with_the_same_time_the_one_that_came_last_counts(self, scene: Scene) -> None:
        """Some of Heroku's times have no fractions of a second."""
        scene.decide("e0", **state("1", START))

        assert scene.decide("e1", self.watching, **state("2", START)) == PLANNED

    def test_it_ends(self, scene: Scene) -> None:
        scene.decide("e0", **state("1", START))
        scene.pass_time(91 * 24 * HOUR)

        assert scene.decide("e1", self.watching, **state("2", scene.now)) == [["first seen"]]


class TestAfter:
    @pytest.mark.parametrize(
        ("before", "fires"),
        [
            pytest.param(0, True, id="at the same time"),
            pytest.param(MINUTE, True, id="before"),
            pytest.param(30 * MINUTE, True, id="just within"),
            pytest.param(30 * MINUTE + 1, False, id="too long before"),
            pytest.param(-1, False, id="after it"),
        ],
    )
    def test_only_a_partner_that_came_in_time_counts(self, scene: Scene, before: int, *, fires: bool) -> None:
        scene.pass_time(HOUR)
        t = scene.now - 2 * SECOND - scene.now % SECOND + 1
        scene.decide("p1", t=t - before, **partner())

        found = scene.decide("e1", after(), t=t)

        assert found == (PLANNED if fires else [["waits", "after", scene.now + SECOND_LOOK]])

    @pytest.mark.parametrize(
        ("later", "fires"),
        [
            pytest.param(999, True, id="later in that second"),
            pytest.param(SECOND, False, id="in the next one"),
        ],
    )
    def test_an_event_with_whole_seconds_comes_at_the_end_of_its_second(
        self, scene: Scene, later: int, *, fires: bool
    ) -> None:
        """A dyno crashed in the second in which its release went live, and seemed to have crashed before that."""
        scene.pass_time(HOUR)
        t = scene.now - 2 * SECOND - scene.now % SECOND
        scene.decide("p1", t=t + later, **partner())

        assert (scene.decide("e1", after(), t=t) == PLANNED) == fires

    def test_a_partner_that_was_overtaken_is_found_by_the_second_look(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.decide("p1", t=START - SECOND, **partner())
        scene.pass_time(SECOND_LOOK)

        assert scene.judge_waits(after()) == [("e1", ["planned", "e1:roll-back"])]
        assert scene.waiting() == {}

    def test_if_none_came_by_then_either_it_does_not_fire(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.pass_time(SECOND_LOOK)

        assert scene.judge_waits(after()) == [("e1", ["after", 30 * MINUTE])]
        assert scene.runs() == []
        assert list(scene.keys(layout.WAIT)) == []

    def test_it_is_not_looked_sooner(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.pass_time(SECOND_LOOK - 1)

        assert scene.judge_waits(after()) == []

    def test_an_event_is_no_partner_of_its_own(self, scene: Scene) -> None:
        assert scene.decide("e1", after(), **partner())[0][0] == "waits"

    def test_another_case_has_partners_of_its_own(self, scene: Scene) -> None:
        scene.decide("p1", **partner("another"))

        assert scene.decide("e1", after())[0][0] == "waits"

    def test_a_partner_is_remembered_though_it_repeats_another_event(self, scene: Scene) -> None:
        scene.decide("p1", rule("other"), content="same", t=START - HOUR, **partner())
        scene.decide("p2", rule("other"), content="same", **partner())

        assert scene.decide("e1", after()) == PLANNED

    def test_what_is_counted_is_counted_once_though_it_had_to_be_looked_at_twice(self, scene: Scene) -> None:
        counting = after(count=[2, HOUR, HOUR])
        scene.decide("e1", counting)
        scene.decide("p1", t=START - SECOND, **partner())
        scene.pass_time(SECOND_LOOK)

        assert scene.judge_waits(counting) == [("e1", ["window", 1, 2])]
        assert scene.decide("e2", counting) == [["planned", "e2:roll-back"]]

    def test_partners_are_few_and_have_an_end(self, scene: Scene) -> None:
        for number in range(layout.CAME_MOST + 3):
            scene.decide(f"p{number}", **partner())
        [key] = scene.keys(layout.CAME)

        assert scene.server.zcard(key) == layout.CAME_MOST
        scene.pass_time(26 * HOUR)
        scene.decide("e1", after())
        assert list(scene.keys(layout.CAME)) == []


class TestMissing:
    deadline = 30 * MINUTE + layout.MISSING_MILLISECONDS

    def test_it_fires_after_the_deadline_when_nothing_came(self, scene: Scene) -> None:
        assert scene.decide("e1", missing()) == [["waits", "missing", START + self.deadline]]
        scene.pass_time(self.deadline - 1)
        assert scene.judge_waits(missing()) == []
        scene.pass_time(1)

        assert scene.judge_waits(missing()) == [("e1", ["planned", "e1:roll-back"])]

    @pytest.mark.parametrize(
        ("at", "comes"),
        [
            pytest.param(0, True, id="at the same time"),
            pytest.param(30 * MINUTE, True, id="at the deadline"),
            pytest.param(30 * MINUTE + 1, False, id="too late"),
            pytest.param(-1, False, id="before"),
        ],
    )
    def test_only_what_came_in_time_counts(self, scene: Scene, at: int, *, comes: bool) -> None:
        scene.decide("e1", missing())
        scene.pass_time(self.deadline)
        scene.decide("p1", t=START + at, **partner())

        assert scene.judge_waits(missing()) == [("e1", ["came", "p1"] if comes else ["planned", "e1:roll-back"])]

    def test_what_overtook_it_has_come(self, scene: Scene) -> None:
        scene.decide("p1", t=START, **partner())

        assert scene.decide("e1", missing(), t=START - SECOND) == [["came", "p1"]]
        assert scene.waiting() == {}

    def test_of_one_that_comes_late_the_partner_has_time_to_come_late_too(self, scene: Scene) -> None:
        """After a day without Redis Heroku delivers both, one soon after the other."""
        scene.decide("e1", missing(), t=START - 24 * HOUR)

        assert scene.waiting() == {"e1:roll-back": layout.MISSING_MILLISECONDS}

    @pytest.mark.parametrize("how", ["waiting", "claimed", "parked"])
    def test_it_is_put_off_while_an_event_that_came_in_time_is_not_decided(self, scene: Scene, how: str) -> None:
        scene.decide("e1", missing())
        scene.pass_time(self.deadline - SECOND)
        scene.deliver("p1")
        claimed = scene.due.claim("decide", most=1) if how != "waiting" else None
        if how == "parked" and claimed:
            scene.due.park("decide", "p1", token=claimed.token, seconds=30)
        scene.pass_time(SECOND)

        assert scene.judge_waits(missing()) == [("e1", ["parked"])]

        assert scene.waiting() == {"e1:roll-back": layout.PUT_OFF_MILLISECONDS}
        scene.pass_time(30 * SECOND)
        if how == "claimed" and claimed:
            scene.judged(claimed, "p1", t=START, **partner())
        else:
            scene.decide("p1", t=START, **partner())
        assert scene.judge_waits(missing()) == [("e1", ["came", "p1"])]

    def test_what_came_later_and_dead_letters_do_not_put_it_off(self, scene: Scene) -> None:
        scene.decide("e1", missing())
        scene.pass_time(self.deadline - SECOND)
        scene.deliver("poison")
        for _ in range(layout.ATTEMPTS + 1):
            scene.due.claim("decide", most=1)
            scene.pass_time(layout.LEASE_MILLISECONDS)
        assert scene.hands.dead().keys() == {"decide poison"}
        scene.deliver("later")

        assert scene.judge_waits(missing()) == [("e1", ["planned", "e1:roll-back"])]

    def test_too_many_events_in_hand_to_look_at_put_it_off(self, scene: Scene) -> None:
        scene.decide("e1", missing())
        scene.pass_time(self.deadline + SECOND)
        for number in range(layout.UNDECIDED_LOOKS):
            scene.deliver(f"later{number}")

        assert scene.judge_waits(missing()) == [("e1", ["parked"])]

    def test_each_event_waits_for_its_own(self, scene: Scene) -> None:
        scene.decide("e1", missing(key="a"))
        scene.decide("e2", missing(key="b"))
        scene.decide("p1", **partner("a"))
        scene.pass_time(self.deadline)

        found = dict(scene.judge_waits(missing(key="a")))  # both are judged by what the rule says of this one

        assert found["e1"] == ["came", "p1"]

    def test_a_pause_does_no_harm(self, scene: Scene) -> None:
        scene.decide("e1", missing())
        scene.decide("p1", t=START + MINUTE, **partner())
        scene.hands.pause(by="sam", why="")
        scene.pass_time(24 * HOUR)
        assert scene.due.claim("decide", most=1).waits == 0
        assert scene.judge_waits(missing()) == []

        scene.hands.resume(by="sam", why="")

        assert scene.judge_waits(missing()) == [("e1", ["came", "p1"])]

    def test_in_any_order_both_come_to_the_same(self, scene: Scene) -> None:
        """The event and its partner, and a look at the waits anywhere between."""
        for order in permutations(["event", "partner", "look"]):
            scene.server.flushall()
            scene.server.set_time(scene.now)
            found: list[Gate] = []
            for what in order:
                if what == "event":
                    found += scene.decide("e1", missing(), t=scene.now)
                elif what == "partner":
                    scene.decide("p1", t=scene.now, **partner())
                else:
                    found += [gate for _, gate in scene.judge_waits(missing())]
            scene.pass_time(self.deadline)
            found += [gate for _, gate in scene.judge_waits(missing())]
            assert found[-1] == ["came", "p1"]


class TestQuiet:
    def test_it_fires_for_the_last_event_once_it_is_quiet(self, scene: Scene) -> None:
        assert scene.decide("e1", quiet()) == [["waits", "quiet", START + 120 * SECOND]]
        scene.pass_time(119 * SECOND)
        assert scene.decide("e2", quiet()) == [["waits", "quiet", scene.now + 120 * SECOND]]
        scene.pass_time(119 * SECOND)
        assert scene.judge_waits(quiet()) == []
        scene.pass_time(SECOND)

        assert scene.judge_waits(quiet()) == [("e2", ["planned", "e2:roll-back"])]
        assert scene.waiting() == {}

    def test_it_does_not_wait_for_ever(self, scene: Scene) -> None:
        dues: list[int] = []
        for number in range(12):
            scene.decide(f"e{number}", quiet(120, 600))
            dues += scene.waiting().values()
            scene.pass_time(60 * SECOND)

        assert dues[:10] == [120_000] * 9 + [60_000]
        assert scene.judge_waits(quiet(120, 600)) == [("e11", ["planned", "e11:roll-back"])]

    def test_the_newest_by_its_own_time_goes_on(self, scene: Scene) -> None:
        scene.decide("e2", quiet(), t=START)
        scene.decide("e1", quiet(), t=START - MINUTE)
        scene.pass_time(120 * SECOND)

        assert scene.judge_waits(quiet()) == [("e2", ["planned", "e2:roll-back"])]

    def test_each_key_is_quiet_for_itself(self, scene: Scene) -> None:
        scene.decide("e1", quiet(key="a"))
        scene.pass_time(60 * SECOND)
        scene.decide("e2", quiet(key="b"))

        assert sorted(scene.waiting().values()) == [60 * SECOND, 120 * SECOND]

    def test_a_look_that_began_before_the_next_event_came_is_dropped(self, scene: Scene) -> None:
        scene.decide("e1", quiet())
        scene.pass_time(120 * SECOND)
        claimed = scene.due_waits()
        _, before, _ = scene.ledger.waits.fetch(claimed.rows)
        scene.decide("e2", quiet())

        assert scene.judge_claimed(claimed, quiet()) == [("e2", ["lost"])]
        assert before[0] is not None
        assert before[0].generation == "1"
        assert scene.runs() == []
        assert list(scene.waiting().values()) == [120 * SECOND]

    def test_what_was_counted_before_it_was_put_off_is_not_counted_again(self, scene: Scene) -> None:
        counting = quiet(count=[2, HOUR, HOUR])
        assert scene.decide("e1", counting) == [["window", 1, 2]]
        assert scene.decide("e2", counting)[0][0] == "waits"
        scene.pass_time(120 * SECOND)

        assert scene.judge_waits(counting) == [("e2", ["planned", "e2:roll-back"])]

    def test_the_event_that_will_fire_stays_as_long_as_others_put_it_off(self, scene: Scene) -> None:
        day = 24 * HOUR // SECOND
        long = quiet(2 * day, 60 * day)
        scene.decide("newest", long, t=START)
        for number in range(20):
            scene.pass_time(24 * HOUR)
            scene.decide(f"e{number}", long, t=START - MINUTE)
        scene.pass_time(48 * HOUR)

        assert scene.judge_waits(long) == [("newest", ["planned", "newest:roll-back"])]

    def test_a_replay_does_not_wait(self, scene: Scene) -> None:
        assert scene.decide("e1", quiet(), replay=1) == [["planned", "e1#1:roll-back"]]

    def test_a_replay_takes_the_place_of_the_wait(self, scene: Scene) -> None:
        scene.decide("e1", quiet())
        scene.decide("e1", quiet(), replay=1)

        assert scene.waiting() == {}

    def test_what_cools_down_meanwhile_does_not_fire(self, scene: Scene) -> None:
        cooling = quiet(cooldown=HOUR)
        scene.decide("e1", cooling)
        scene.decide("e0", rule(cooldown=HOUR))
        scene.pass_time(120 * SECOND)

        assert scene.judge_waits(cooling) == [("e1", ["cooldown", HOUR - 120 * SECOND])]


class TestWaits:
    def test_what_is_said_later_stands_with_the_event(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.pass_time(SECOND_LOOK)
        scene.judge_waits(after())

        first, later = scene.kept("e1")
        assert first["g"] == [[0, "waits", "after", START + SECOND_LOOK]]
        assert later == {"b": "book", "r": "roll-back", "w": "after", "g": [[0, "after", 30 * MINUTE]], "at": scene.now}

    def test_one_wait_leads_to_the_next(self, scene: Scene) -> None:
        """A partner before it, none after it, and then quiet."""
        told = rule(
            after={"key": "before", "within": HOUR},
            missing={"key": "after", "within": MINUTE},
            quiet=[MINUTE, HOUR],
        )
        scene.decide("e1", told)
        scene.decide("p1", **partner("before"))
        gates = []
        for _ in range(4):
            scene.pass_time(2 * MINUTE)
            gates += [gate[:2] for _, gate in scene.judge_waits(told)]

        assert gates == [["waits", "missing"], ["waits", "quiet"], ["planned", "e1:roll-back"]]
        assert [line["w"] for line in scene.kept("e1")[1:]] == ["after", "missing", "quiet"]
        assert (scene.waiting(), list(scene.keys(layout.WAIT))) == ({}, [])

    def test_a_static_gate_that_closed_meanwhile_counts(self, scene: Scene) -> None:
        scene.decide("e1", missing())
        scene.pass_time(TestMissing.deadline)

        assert scene.judge_waits(missing(gate=["silenced", 1, "sam", "migration"])) == [
            ("e1", ["silenced", 1, "sam", "migration"])
        ]

    def test_the_most_rules_wait_and_a_person_hears_of_those_that_cannot(self, scene: Scene) -> None:
        scene.server.zadd(layout.DUE + "wait", {f"w{n}": START + HOUR for n in range(layout.WAITS)})

        assert scene.decide("e1", quiet()) == [["waits full", layout.WAITS]]
        assert [id.startswith("system:waits:roll-back:") for id in scene.told()] == [True]
        assert list(scene.keys(layout.WAIT)) == []

    def test_a_wait_that_nobody_gets_done_is_a_dead_letter_that_can_be_replayed(self, scene: Scene) -> None:
        self.bury(scene)
        assert scene.hands.dead().keys() == {"wait e1:roll-back"}

        assert scene.hands.replay("e1:roll-back", by="sam", why="mended") == "e1:roll-back"

        assert scene.judge_waits(after()) == [("e1", ["planned", "e1:roll-back"])]

    def test_it_can_be_replayed_for_as_long_as_it_is_shown(self, scene: Scene) -> None:
        """Though by then nobody remembers its partner."""
        self.bury(scene)
        scene.pass_time(20 * 24 * HOUR)

        scene.hands.replay("e1:roll-back", by="sam", why="mended")

        assert scene.judge_waits(after()) == [("e1", ["after", 30 * MINUTE])]
        assert len(scene.kept("e1")) == 2

    def bury(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.decide("p1", t=START, **partner())
        scene.pass_time(SECOND_LOOK)
        for _ in range(layout.ATTEMPTS + 1):
            scene.due_waits()
            scene.pass_time(layout.LEASE_MILLISECONDS)

    def test_an_event_that_is_about_to_be_decided_again_keeps_no_end(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.hands.replay("e1", by="sam", why="")
        scene.pass_time(SECOND_LOOK)
        scene.judge_waits(after())
        scene.pass_time(30 * 24 * HOUR)

        assert scene.decide("e1", rule(), replay=1) == [["planned", "e1#1:roll-back"]]

    def test_a_claim_that_ran_out_counts_for_nothing(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.decide("p1", t=START, **partner())
        scene.pass_time(SECOND_LOOK)
        first = scene.due_waits()
        scene.pass_time(layout.LEASE_MILLISECONDS)
        second = scene.due_waits()

        assert scene.judge_claimed(first, after()) == [("e1", ["lost"])]
        assert scene.judge_claimed(second, after()) == [("e1", ["planned", "e1:roll-back"])]

    def test_whoever_claims_events_hears_of_waits(self, scene: Scene) -> None:
        scene.decide("e1", after())
        assert scene.due.claim("decide", most=1).waits == 0
        scene.pass_time(SECOND_LOOK)

        assert scene.due.claim("decide", most=1).waits == 1

    def test_how_many_wait_is_told_at_a_glance(self, scene: Scene) -> None:
        scene.decide("e1", after(), quiet(rule="other"))

        assert scene.hands.status()["rules_put_off"] == 2

    def test_all_that_is_left_has_an_end(self, scene: Scene) -> None:
        scene.decide("e1", after(), quiet(), missing(rule="m"), **partner(), **state("1", START))
        kept: Any = scene.server.zrange("test:ends", 0, -1)
        ends = {key.decode() for key in kept}
        left = {key.decode() for prefix in KINDS for key in scene.keys(prefix)}

        assert len(left) == 7
        assert left <= ends

    def test_an_event_stays_as_long_as_a_wait_needs_it(self, scene: Scene) -> None:
        far = missing(40 * 24 * HOUR)
        scene.decide("e1", far)
        scene.pass_time(40 * 24 * HOUR + layout.MISSING_MILLISECONDS)

        assert scene.judge_waits(far) == [("e1", ["planned", "e1:roll-back"])]

    @pytest.mark.parametrize(("kind", "prefix"), [("came", layout.CAME), ("last", layout.LAST)])
    def test_of_too_many_traces_those_that_end_first_are_forgotten(self, scene: Scene, kind: str, prefix: str) -> None:
        def leave(number: int) -> None:
            told = partner(f"k{number}") if kind == "came" else state("1", START, key=f"k{number}")
            scene.decide(f"e{number}", **told)
            scene.pass_time(1)

        for number in range(3):
            leave(number)
        others = {f"other{number}": START + 1_000 * HOUR * 24 for number in range(layout.TRACES_MOST - 3)}
        scene.server.zadd(layout.TRACES + kind, others)
        leave(3)

        assert {key.decode().removeprefix(prefix) for key in scene.keys(prefix)} == {"k1", "k2", "k3"}
        assert scene.server.zcard(layout.TRACES + kind) == layout.TRACES_MOST
        assert scene.server.hget(layout.COUNT, "traces_forgotten") == b"1"

    def test_traces_that_have_ended_take_no_room(self, scene: Scene) -> None:
        for number in range(3):
            scene.decide(f"e{number}", **partner(f"k{number}"))
        scene.pass_time(26 * HOUR)
        scene.decide("e4", **partner("k4"))

        assert scene.server.zcard(layout.TRACES + "came") == 1

    def test_a_wait_that_a_dead_worker_held_is_free_at_once(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.pass_time(SECOND_LOOK)
        assert scene.due_waits().rows == ("e1:roll-back",)
        other = Beat(scene.server, worker="worker.2", rules="", version="")
        other.tick()
        for _ in range(10):
            scene.pass_time(SECOND)
            ticked = other.tick()

        assert scene.waiting()["e1:roll-back"] <= 0
        assert ticked.due_wait == 1
        assert scene.judge_waits(after()) == [("e1", ["after", 30 * MINUTE])]

    def test_a_worker_that_leaves_gives_a_wait_back(self, scene: Scene) -> None:
        scene.decide("e1", after())
        scene.pass_time(SECOND_LOOK)
        scene.due_waits()

        Beat(scene.server, worker="worker.1", rules="", version="").leave()

        assert scene.waiting() == {"e1:roll-back": 0}

    def test_whoever_decides_is_woken_for_waits(self, scene: Scene) -> None:
        scene.decide("e1", after())
        beat = Beat(scene.server, worker="worker.1", rules="", version="")
        beat.tick()
        before = scene.server.llen(layout.QUEUE + "decide")
        scene.pass_time(SECOND_LOOK)
        beat.tick()

        assert scene.server.llen(layout.QUEUE + "decide") == before + 1

    def test_no_event_that_a_wait_is_for_is_let_go_for_memory(self, scene: Scene) -> None:
        beat = Beat(scene.server, worker="worker.1", rules="", version="")
        scene.decide("e1", missing())
        scene.decide("e2")

        assert beat.tidy(keep_seconds=HOUR, most_bytes=0) == 1

        scene.pass_time(TestMissing.deadline)
        assert scene.judge_waits(missing()) == [("e1", ["planned", "e1:roll-back"])]
        assert beat.tidy(keep_seconds=HOUR, most_bytes=0) == 1
        assert scene.server.zcard(layout.EVENTS) == 0


class TestStop:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            pytest.param({}, ["stopped by", "first"], id="planned"),
            pytest.param({"mode": "shadow"}, ["planned", "e1:second"], id="in shadow"),
            pytest.param({"gate": ["off"]}, ["planned", "e1:second"], id="stopped itself"),
            pytest.param({"quiet": [MINUTE, HOUR]}, ["planned", "e1:second"], id="put off"),
        ],
    )
    def test_only_a_live_rule_whose_run_was_planned_stops_the_others(
        self, scene: Scene, first: dict[str, Any], second: Gate
    ) -> None:
        assert scene.decide("e1", rule("first", stop=True, **first), rule("second"))[1] == second

    def test_a_run_that_queues_stops_them_too(self, scene: Scene) -> None:
        scene.decide("e0", rule("first"))

        assert scene.decide("e1", rule("first", stop=True), rule("second"), rule("third", gate=["off"])) == [
            ["queued", "e1:first", 1],
            ["stopped by", "first"],
            ["off"],
        ]

    def test_what_is_stopped_counts_nothing(self, scene: Scene) -> None:
        counting = rule("second", count=[2, HOUR, HOUR])
        scene.decide("e0", rule("first", stop=True), counting)

        assert scene.decide("e1", counting) == [["window", 1, 2]]


class TestChain:
    def made(self, scene: Scene, maker: str, *things: str) -> None:
        for thing in things:
            scene.server.set(layout.OWN + thing, maker)

    def test_no_more_than_three_runs_lead_to_one_another(self, scene: Scene) -> None:
        found = []
        for number in range(6):
            found += scene.decide(f"e{number}", rule(f"r{number}"), made=[f"release{number - 1}"])
            self.made(scene, f"e{number}:r{number}", f"release{number}")

        assert [gate[0] for gate in found] == ["planned"] * 4 + ["chain", "planned"]
        assert found[4] == ["chain", layout.CHAIN_DEPTH + 1]

    def test_a_rule_that_was_put_off_stands_as_deep_as_its_event(self, scene: Scene) -> None:
        scene.server.hset(layout.RUN + "maker", "depth", layout.CHAIN_DEPTH - 1)
        self.made(scene, "maker", "release")
        scene.decide("e1", after(), made=["release"])
        scene.decide("p1", t=START, **partner())
        scene.pass_time(SECOND_LOOK)
        scene.judge_waits(after())

        assert scene.server.hget(layout.RUN + "e1:roll-back", "depth") == b"3"
