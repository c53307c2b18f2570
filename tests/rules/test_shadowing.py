"""A rule in shadow, held against what people did: who did the like, what was needless, what was missed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from heroku import samples
from heroku.events import AppRef, Event, read
from rules.files.loading import Source, load
from rules.rulebook import Rule
from rules.trials.likes import LIKES, app_of, by_a_person, is_rollback, like
from rules.trials.readiness import LEAST_DAYS, readiness
from rules.trials.shadowing import MOST_SHOWN, Outcome, Report, Shadowing
from tests.rules.factories import ACTIONS

DAY = 86_400.0
START = 1_800_000_000.0
RULE = """
version: 1
rules:
  - name: take-back
    on: dyno
    match: {data.state: crashed, app.name: {glob: "acme-*"}}
    access: {releases: write}
    do: [{DO}]
"""
ROLLBACK = "rollback: {to: last-good}"


def rule(do: str = ROLLBACK) -> Rule:
    [found] = load([Source("rules.yaml", RULE.replace("DO", do))], actions=ACTIONS).rules
    return found


def event(name: str, id: str, *, app: str = "acme-shop", at: float = START, **over: Any) -> Event:
    changes = {path.replace("__", "."): value for path, value in over.items()}
    doc = samples.sample(name, id=id, app=app, at=datetime.fromtimestamp(at, UTC), **changes)
    return read(samples.encode(doc))


class Story:
    """What happens to one app, in minutes from the start; the rule is in force all the while."""

    def __init__(self, do: str = ROLLBACK) -> None:
        self.shadowing = Shadowing(rule(do))
        self.shadowing.in_force("v1", at=START)
        self._number = 0

    def _id(self) -> str:
        self._number += 1
        return f"event-{self._number}"

    def crash(self, minute: float, *, gate: tuple[Any, ...] = ("shadow",), app: str = "acme-shop") -> "Story":
        """A crash that the rule matches."""
        at = START + 60 * minute
        crashed = event("dyno_crashed", self._id(), app=app, at=at)
        self.shadowing.happened(crashed, at=at, ours=False)
        self.shadowing.judged(crashed, gate, at=at)
        return self

    def release(
        self, minute: float, description: str = "Rollback to v41", *, ours: bool = False, app: str = "acme-shop",
        by: str = "ada@acme.example", id: str = "", action: str = "create",
    ) -> "Story":  # fmt: skip
        """A release that somebody makes."""
        at, number = START + 60 * minute, self._id()
        made = event(
            "release_create_succeeded", number, app=app, at=at, data__description=description, actor__email=by,
            data__id=id or f"release-{number}", action=action,
        )  # fmt: skip
        self.shadowing.happened(made, at=at, ours=ours)
        return self

    def outcomes(self, *, days: float = 10.0) -> dict[Outcome, int]:
        return self.report(days=days).outcomes

    def report(self, *, days: float = 10.0) -> Report:
        return self.shadowing.report(now=START + days * DAY)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param(Story().crash(0).release(9), {"same": 1}, id="a person rolls back within ten minutes"),
        pytest.param(Story().crash(0).release(10), {"same": 1}, id="just within"),
        pytest.param(Story().crash(0).release(10.1), {"recovered": 1}, id="just after"),
        pytest.param(Story().crash(0).release(5, app="acme-news"), {"recovered": 1}, id="another app"),
        pytest.param(Story().crash(0).release(5, ours=True), {"ours": 1}, id="another rule of ours did"),
        pytest.param(Story().crash(0).release(5, "Deploy 8c1d9e2f"), {"otherwise": 1}, id="a fix is deployed"),
        pytest.param(
            Story().crash(0).release(3, "Deploy 8c1d9e2f").release(6), {"same": 1}, id="a fix, and then a rollback"
        ),
        pytest.param(
            Story().crash(0).release(5, "Update X", by="x@addons.heroku.com"), {"recovered": 1}, id="an add-on"
        ),
        pytest.param(
            Story().crash(0).release(5, "Deploy 8c1d9e2f", action="update"), {"recovered": 1}, id="no new release"
        ),
        pytest.param(Story().crash(0), {"recovered": 1}, id="it does not come again"),
        pytest.param(Story().crash(0).crash(5, gate=("cooldown", 1)), {"recovered": 1}, id="only soon after"),
        pytest.param(Story().crash(0).crash(20, gate=("cooldown", 1)), {"went on": 1}, id="it goes on"),
        pytest.param(Story().crash(0).crash(1).release(5), {"same": 2}, id="two crashes and one rollback"),
        pytest.param(Story().crash(0, gate=("window", 1, 2)).release(5), {}, id="it had not fired"),
    ],
)
def test_what_became_of_a_firing(story: Story, expected: dict[Outcome, int]) -> None:
    assert story.outcomes() == expected


def test_what_is_not_over_yet_is_open() -> None:
    assert Story().crash(0).outcomes(days=0.02) == {"open": 1}
    assert Story().crash(0).release(5).outcomes(days=0.02) == {"same": 1}


@pytest.mark.parametrize(
    ("story", "missed"),
    [
        pytest.param(Story().release(5), [None], id="nothing came before"),
        pytest.param(
            Story().crash(0, gate=("window", 1, 2)).release(5), [("window", 1, 2)], id="a gate was in the way"
        ),
        pytest.param(Story().crash(0, gate=("window", 1, 2)).release(15), [None], id="a gate long before"),
        pytest.param(Story().crash(0).release(5), [], id="it had fired"),
        pytest.param(Story().crash(0).release(20), [None], id="it had fired long before"),
        pytest.param(Story().release(5, ours=True), [], id="our own"),
        pytest.param(Story().release(5, app="other-shop"), [], id="an app that it is not for"),
        pytest.param(Story().release(5, "Deploy 8c1d9e2f"), [], id="no rollback"),
        pytest.param(Story().release(5, id="r").release(6, id="r", action="update"), [None], id="told of twice"),
        pytest.param(Story().crash(0).release(9, id="r").release(11, id="r", action="update"), [], id="told of late"),
    ],
)
def test_a_rollback_for_which_it_did_not_fire_was_missed(story: Story, missed: list[tuple[Any, ...] | None]) -> None:
    report = story.report()
    assert [miss.gate for miss in report.misses] == missed
    assert report.missed == len(missed)


def test_only_the_latest_version_counts() -> None:
    story = Story().crash(0).release(1).crash(60)
    story.shadowing.in_force("v2", at=START + DAY)
    story.crash(2 * 1440)
    report = story.report()
    assert (report.version, report.fired, report.earlier, report.days) == ("v2", 1, 2, 9.0)
    story.shadowing.in_force("v2", at=START + 9 * DAY)
    assert story.report().since == START + DAY


def test_however_much_happens_little_is_kept() -> None:
    story = Story()
    for minute in range(0, 300 * 120, 120):
        story.crash(minute).release(minute + 1).release(minute + 60)
    report = story.report(days=60)
    assert (report.outcomes, report.missed) == ({"same": 300}, 300)
    assert len(report.firings) == len(report.misses) == MOST_SHOWN
    assert report.firings[-1].at > report.firings[0].at


def firings(story: Story, number: int, outcome: str) -> Story:
    """So many firings that came to this, hours apart and after all before."""
    for _ in range(number):
        start = story._number * 200.0
        story.crash(start)
        match outcome:
            case "same":
                story.release(start + 2)
            case "otherwise":
                story.release(start + 2, "Deploy 8c1d9e2f")
            case "went on":
                story.crash(start + 30, gate=("cooldown", 1))
            case "missed":
                story.release(start + 70)
    return story


READY, NOT, UNKNOWN = True, False, None


@pytest.mark.parametrize(
    ("story", "days", "ready", "says"),
    [
        pytest.param(firings(Story(), 3, "same"), 10, READY, "3 times of 3 somebody rolled the app back", id="enough"),
        pytest.param(firings(Story(), 3, "same"), LEAST_DAYS - 0.1, UNKNOWN, "in force for 6 d 21 h", id="few days"),
        pytest.param(firings(Story(), 2, "same"), 10, UNKNOWN, "what became of it is known twice", id="few firings"),
        pytest.param(Story(), 10, UNKNOWN, "is known never", id="nothing happened"),
        pytest.param(firings(Story(), 3, "recovered"), 10, NOT, "3 times of 3 it was not needed", id="needless"),
        pytest.param(firings(firings(Story(), 4, "same"), 1, "otherwise"), 10, READY, "4 times of 5", id="just enough"),
        pytest.param(firings(firings(Story(), 3, "same"), 1, "otherwise"), 10, NOT, "once of 4", id="just not"),
        pytest.param(
            firings(firings(Story(), 3, "same"), 1, "went on"), 10, READY, "once the trouble went on", id="on"
        ),
        pytest.param(Story().release(1).release(99), 10, NOT, "twice somebody rolled the app back", id="all missed"),
        pytest.param(
            firings(Story(), 3, "same").release(9_000),
            10,
            READY,
            "once somebody did when it would not have",
            id="one missed",
        ),
        pytest.param(Story("notify: {to: log, text: x}").crash(0), 10, UNKNOWN, "a person must judge", id="no sign"),
    ],
)
def test_whether_it_may_go_live(story: Story, days: float, ready: bool | None, says: str) -> None:
    found = readiness(story.report(days=days))
    assert found.ready is ready
    assert says in found.sentence


def test_a_rule_that_never_judged_is_not_judged() -> None:
    found = readiness(Shadowing(rule()).report(now=START))
    assert found.ready is None
    assert "no time at all" in found.sentence


@pytest.mark.parametrize(
    ("first", "later", "alike"),
    [
        pytest.param(
            event("domain_destroy", "1", data__hostname="a.example"),
            event("domain_create", "2", data__hostname="a.example", data__id="another"),
            True,
            id="the domain comes back",
        ),
        pytest.param(
            event("domain_destroy", "1", data__hostname="a.example"),
            event("domain_create", "2", data__hostname="b.example"),
            False,
            id="another domain comes",
        ),
        pytest.param(event("domain_create", "1"), event("domain_create", "2"), False, id="the same again"),
        pytest.param(event("domain_create", "1"), event("addon_destroy", "2"), False, id="something else"),
    ],
)
def test_what_came_and_is_taken_away_by_hand(first: Event, later: Event, *, alike: bool) -> None:
    assert LIKES["domain"].is_like(first, later) is alike


def test_scaling_is_undone_by_another_quantity_of_the_same_type() -> None:
    first = event("formation_update", "1", data__type="web", data__quantity=0)
    for kind, quantity, alike in [("web", 2, True), ("web", 0, False), ("worker", 2, False)]:
        later = event("formation_update", "2", data__type=kind, data__quantity=quantity)
        assert LIKES["scale"].is_like(first, later) is alike


@pytest.mark.parametrize("do", ["notify: {to: log, text: x}", ROLLBACK], ids=["no sign", "a rollback"])
def test_what_leaves_no_sign_is_not_guessed(do: str) -> None:
    found = like(rule(do))
    assert (found and found.said) == ("rolled the app back" if do == ROLLBACK else None)


@pytest.mark.parametrize(
    ("email", "person"),
    [("ada@acme.example", True), ("x@addons.heroku.com", False), ("noreply+webhooks@heroku.com", False)],
)
def test_machines_are_nobody(email: str, person: bool) -> None:
    assert by_a_person(event("release_create_succeeded", "1", actor__email=email)) is person


@pytest.mark.parametrize(
    ("description", "expected"),
    [("Rollback to v41", True), ("Rollback to v41 (not)", False), ("Deploy 1", False), (None, False), (7, False)],
)
def test_a_rollback_is_known_by_its_description(description: Any, expected: bool) -> None:
    assert is_rollback(event("release_create_succeeded", "1", data__description=description)) is expected


def test_an_app_is_known_by_its_id_before_its_name() -> None:
    crashed = event("dyno_crashed", "1", app="acme-shop")
    assert crashed.app is not None
    assert app_of(crashed) == crashed.app.id
    assert app_of(replace(crashed, app=AppRef(None, "acme-shop"))) == "acme-shop"
    assert app_of(replace(crashed, app=None)) is None
