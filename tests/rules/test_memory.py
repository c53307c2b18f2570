"""What the memory knows of several events: the same story, told event by event, with the gates that it brings about."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from heroku.events import AppRef, Event
from rules.holding import milliseconds
from rules.rulebook import Rulebook
from rules.silences import Silence
from rules.trials.memory import Judgement, Memory
from tests.rules.factories import NOON, book, event, rule_text

NOON_MS = milliseconds(NOON.timestamp())


class Story:
    """Events that come when they happen unless said otherwise; `at` is seconds after noon."""

    def __init__(self, rules: Rulebook, *, silences: Sequence[Silence] = ()) -> None:
        self.memory = Memory(rules, silences=silences)
        self.number = 0

    def happens(self, at: float, include: str = "api:release", *, came: float | None = None, **more: Any) -> list[Any]:
        """The gates of the rules that matched."""
        self.number += 1
        action = more.pop("action", "update")
        app = AppRef("app-1", more.pop("app", "shop"))
        told = event(include, action, app=app, created_at=NOON + timedelta(seconds=at), n=self.number, **more)
        told = replaced(told, f"e{self.number}")
        _, judged = self.memory.take(told, now=NOON_MS + milliseconds(at if came is None else came))
        return [list(one.gate) for one in judged]

    def passes(self, until: float) -> list[tuple[float, str, list[Any]]]:
        """What was put off until then: when, for which event, and the gate."""
        return [self._shown(one) for one in self.memory.due(NOON_MS + milliseconds(until))]

    def _shown(self, one: Judgement) -> tuple[float, str, list[Any]]:
        return (one.at - NOON_MS) / 1000, one.event.id, list(one.gate)


def replaced(told: Event, id: str) -> Event:
    fields = {**told.fields, "id": id}
    values = {name: getattr(told, name) for name in Event.__slots__}
    return Event(**{**values, "id": id, "fields": fields})


def due(seconds: float) -> int:
    return NOON_MS + milliseconds(seconds)


def rules(extra: str, **options: str) -> Rulebook:
    return book(rule_text("mode: live\n" + extra, **options))


class TestAfter:
    RULE = "after: {on: api:build.update, match: {data.status: succeeded}, within: 5m, same: {data.slug: data.slug}}"

    def test_it_fires_if_such_an_event_came_before(self) -> None:
        story = Story(rules(self.RULE))
        story.happens(0, "api:build", status="succeeded", slug="s1")

        assert story.happens(300, slug="s1") == [["planned", "e2:a-rule"]]

    @pytest.mark.parametrize(
        ("at", "partner"),
        [
            pytest.param(301, {"status": "succeeded", "slug": "s1"}, id="too long ago"),
            pytest.param(60, {"status": "failed", "slug": "s1"}, id="it does not match"),
            pytest.param(60, {"status": "succeeded", "slug": "s2"}, id="it is about something else"),
        ],
    )
    def test_what_did_not_come_is_looked_for_once_more(self, at: float, partner: dict[str, Any]) -> None:
        story = Story(rules(self.RULE))
        story.happens(0, "api:build", **partner)

        assert story.happens(at, slug="s1") == [["waits", "after", due(at + 10)]]
        assert story.passes(at + 9.999) == []
        assert story.passes(at + 10) == [(at + 10, "e2", ["after", 300_000])]
        assert story.memory.next_due() is None

    def test_a_partner_that_was_overtaken_counts(self) -> None:
        story = Story(rules(self.RULE))
        story.happens(60, slug="s1")
        story.happens(59, "api:build", came=65, status="succeeded", slug="s1")

        assert story.passes(70) == [(70, "e1", ["planned", "e1:a-rule"])]

    @pytest.mark.parametrize(
        ("later", "fires"),
        [
            pytest.param(0.999, True, id="later in that second"),
            pytest.param(1, False, id="in the next one"),
        ],
    )
    def test_an_event_with_whole_seconds_comes_at_the_end_of_its_second(self, later: float, *, fires: bool) -> None:
        story = Story(rules(self.RULE))
        story.happens(60 + later, "api:build", status="succeeded", slug="s1")

        assert (story.happens(60, came=62, slug="s1")[0][0] == "planned") == fires

    def test_another_app_is_another_story(self) -> None:
        story = Story(rules("after: {on: api:build.update, within: 5m}"))
        story.memory.take(event("api:build", app=AppRef("app-2", "news")), now=NOON_MS)

        assert story.happens(1)[0][:2] == ["waits", "after"]


class TestMissing:
    RULE = "missing: {on: api:release.update, match: {data.status: succeeded}, within: 5m, same: {data.id: data.id}}"
    ON = "api:release.create"

    def test_it_fires_half_a_minute_after_the_time_is_up(self) -> None:
        story = Story(rules(self.RULE, on=self.ON))

        assert story.happens(0, action="create", id="r1") == [["waits", "missing", due(330)]]
        assert story.passes(1_000) == [(330, "e1", ["planned", "e1:a-rule"])]

    def test_it_does_not_if_the_event_came(self) -> None:
        story = Story(rules(self.RULE, on=self.ON))
        story.happens(0, action="create", id="r1")
        story.happens(300, id="r1", status="succeeded", came=329)

        assert story.passes(330) == [(330, "e1", ["came", "e2"])]

    def test_what_came_already_is_known_at_once(self) -> None:
        """Events overtake each other: the release had succeeded before we heard that it began."""
        story = Story(rules(self.RULE, on=self.ON))
        story.happens(5, id="r1", status="succeeded")

        assert story.happens(0, action="create", id="r1", came=6) == [["came", "e1"]]


class TestQuiet:
    def test_it_fires_for_the_last_event_once_it_is_quiet(self) -> None:
        story = Story(rules("quiet_for: 2m"))

        gates = [story.happens(at)[0] for at in (0, 60, 119)]

        assert gates == [["waits", "quiet", due(at + 120)] for at in (0, 60, 119)]
        assert story.passes(1_000) == [(239, "e3", ["planned", "e3:a-rule"])]

    def test_it_does_not_wait_for_ever(self) -> None:
        story = Story(rules("quiet_for: {for: 2m, max_wait: 3m}"))
        for at in (0, 100, 170):
            story.happens(at)

        assert story.passes(1_000) == [(180, "e3", ["planned", "e3:a-rule"])]

    def test_an_event_that_comes_late_is_not_the_last(self) -> None:
        story = Story(rules("quiet_for: 2m"))
        story.happens(60)
        story.happens(30, came=70)

        assert story.passes(1_000) == [(190, "e1", ["planned", "e1:a-rule"])]


class TestChanged:
    def test_only_a_value_that_differs_from_the_last_fires(self) -> None:
        story = Story(rules("changed: data.quantity"))

        gates = [story.happens(at, id="f1", quantity=quantity)[0] for at, quantity in enumerate((1, 1, 2))]

        assert gates == [["first seen"], ["unchanged", "1"], ["planned", "e3:a-rule"]]

    def test_each_thing_has_a_state_of_its_own(self) -> None:
        story = Story(rules("changed: data.quantity"))
        story.happens(0, id="f1", quantity=1)

        assert story.happens(1, id="f2", quantity=2) == [["first seen"]]

    def test_an_older_state_that_comes_late_changes_nothing(self) -> None:
        story = Story(rules("changed: data.quantity"))
        story.happens(10, id="f1", quantity=1)

        assert story.happens(5, came=11, id="f1", quantity=2) == [["overtaken"]]
        assert story.happens(12, id="f1", quantity=1) == [["unchanged", "1"]]

    @pytest.mark.parametrize("lacking", [{}, {"quantity": None}], ids=["missing", "null"])
    def test_an_event_without_the_value_is_no_change_there_and_back(self, lacking: dict[str, Any]) -> None:
        """A delivery of an older kind lacked the field: the rule fired for its going, and again for its coming back."""
        story = Story(rules("changed: data.quantity"))
        story.happens(0, id="f1", quantity=1)

        assert story.happens(1, id="f1", **lacking) == [["no value", "data.quantity"]]
        assert story.happens(2, id="f1", quantity=1) == [["unchanged", "1"]]

    @pytest.mark.parametrize(
        ("was", "now", "gate"),
        [
            pytest.param(2, 0, "planned", id="as wanted"),
            pytest.param(1, 0, "other change", id="from another value"),
            pytest.param(2, 1, "other change", id="to another value"),
        ],
    )
    def test_from_and_to_may_be_given(self, was: int, now: int, gate: str) -> None:
        story = Story(rules("changed: {path: data.quantity, from: [2, 3], to: 0}"))
        story.happens(0, id="f1", quantity=was)

        assert story.happens(1, id="f1", quantity=now)[0][0] == gate


class TestStop:
    def texts(self, first: str) -> Rulebook:
        return book(rule_text(first, name="first"), rule_text("mode: live", name="second"))

    def test_a_live_rule_that_plans_stops_those_after_it(self) -> None:
        story = Story(self.texts("mode: live\nstop: true"))

        assert story.happens(0) == [["planned", "e1:first"], ["stopped by", "first"]]

    @pytest.mark.parametrize(
        "first",
        [
            pytest.param("mode: shadow\nstop: true", id="in shadow"),
            pytest.param("mode: live\nstop: true\ncount: {at_least: 2, within: 1m}", id="stopped itself"),
        ],
    )
    def test_one_that_does_not_plan_stops_nobody(self, first: str) -> None:
        assert Story(self.texts(first)).happens(0)[1] == ["planned", "e1:second"]


class TestSilences:
    def silence(self, **more: Any) -> Silence:
        times = {"at": due(10), "until": due(20)}
        return Silence(**{"id": "s", "app": "*", "rule": "*", "by": "ada", "why": "migration", **times, **more})

    @pytest.mark.parametrize(
        ("at", "more", "gate"),
        [
            pytest.param(15, {}, "silenced", id="in force"),
            pytest.param(9, {}, "planned", id="not yet"),
            pytest.param(20, {}, "planned", id="over"),
            pytest.param(15, {"rule": "b-*"}, "planned", id="another rule"),
            pytest.param(15, {"app": "news"}, "planned", id="another app"),
            pytest.param(15, {"app": "sh?p"}, "silenced", id="this app"),
        ],
    )
    def test_it_holds_for_its_time_rule_and_app(self, at: float, more: dict[str, Any], gate: str) -> None:
        story = Story(rules(""), silences=[self.silence(**more)])

        assert story.happens(at)[0][0] == gate

    def test_it_also_stops_what_was_put_off_before(self) -> None:
        story = Story(rules("quiet_for: 5s"), silences=[self.silence()])
        story.happens(9)

        assert story.passes(14) == [(14, "e1", ["silenced", due(20), "ada", "migration"])]
