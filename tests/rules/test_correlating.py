"""What an event leaves behind for rules that look at more than one, and where such rules look for it."""

from typing import Any

import pytest

from heroku import events
from heroku.events import Event
from heroku.samples import ABSENT, encode, sample
from rules.correlating import NOTHING, Left, Watching, as_text, lacking, partner_key
from rules.rulebook import Rule
from tests.rules.factories import book, rule_text

CRASH_AFTER_RELEASE = """
on: dyno.destroy
match: {data.state: crashed}
after: {on: api:release, match: {data.status: succeeded}, within: 30m, same: {data.release.id: data.id}}
"""
QUANTITY = "on: api:formation.update\nchanged: data.quantity"
BY_APP = "on: api:build.create\nmissing: {on: api:build.update, within: 5m}"


def event(name: str, **more: Any) -> Event:
    return events.read(encode(sample(name, **more)))


def written(text: str, *, name: str = "a-rule") -> str:
    """A file with one rule whose first line says what it is on."""
    on, _, more = text.strip().removeprefix("on: ").partition("\n")
    return rule_text(more, on=on, name=name)


def rule(text: str, *, name: str = "a-rule") -> Rule:
    return book(written(text, name=name)).rules[0]


def left(text: str, told: Event) -> Left:
    return Watching(book(written(text))).left_by(told)


def test_what_no_rule_watches_leaves_nothing() -> None:
    assert left(CRASH_AFTER_RELEASE, event("domain_create")) is NOTHING


@pytest.mark.parametrize(
    ("name", "count"),
    [
        pytest.param("release_update_succeeded", 1, id="one that fits"),
        pytest.param("release_update_failed", 0, id="one that does not"),
        pytest.param("dyno_crashed", 0, id="the event that looks for it"),
    ],
)
def test_only_what_fits_is_left_as_a_partner(name: str, count: int) -> None:
    assert len(left(CRASH_AFTER_RELEASE, event(name)).came) == count


def test_a_partner_is_found_where_it_was_left() -> None:
    release = event("release_update_succeeded")
    crash = event("dyno_crashed", **{"data.release.id": release.data["id"]})
    after = rule(CRASH_AFTER_RELEASE).after
    assert after is not None

    [came] = left(CRASH_AFTER_RELEASE, release).came

    assert came.key == partner_key(after, crash)
    assert came.keep_seconds > after.within_seconds


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"data.release.id": "another"}, id="another value"),
        pytest.param({"data.release.id": "another", "data.app.id": "other"}, id="another app"),
        pytest.param({"data.app.id": "other"}, id="the same value in another app"),
    ],
)
def test_another_case_looks_elsewhere(changes: dict[str, Any]) -> None:
    release = event("release_update_succeeded")
    crash = event("dyno_crashed", **{"data.release.id": release.data["id"], **changes})
    after = rule(CRASH_AFTER_RELEASE).after
    assert after is not None

    assert left(CRASH_AFTER_RELEASE, release).came[0].key != partner_key(after, crash)


def test_a_rule_that_is_renamed_or_gets_other_steps_finds_what_was_left_before() -> None:
    one, other = rule(CRASH_AFTER_RELEASE), rule(CRASH_AFTER_RELEASE + "cooldown: 1h", name="another")
    assert one.after is not None
    assert other.after is not None
    told = event("dyno_crashed")

    assert partner_key(one.after, told) == partner_key(other.after, told)


def test_rules_that_watch_the_same_share_what_is_left_and_it_is_kept_for_the_longest() -> None:
    longer = CRASH_AFTER_RELEASE.replace("30m", "3h")
    watching = Watching(book(written(CRASH_AFTER_RELEASE), written(longer, name="longer")))

    [came] = watching.left_by(event("release_update_succeeded")).came

    assert came.keep_seconds >= 3 * 3600


def test_without_a_value_in_the_partner_it_is_none() -> None:
    assert left(CRASH_AFTER_RELEASE, event("release_update_succeeded", **{"data.id": None})).came == ()


@pytest.mark.parametrize(
    ("text", "told", "path"),
    [
        pytest.param(CRASH_AFTER_RELEASE, event("dyno_crashed"), None, id="all is there"),
        pytest.param(
            CRASH_AFTER_RELEASE, event("dyno_crashed", **{"data.release": None}), "data.release.id", id="same"
        ),
        pytest.param(BY_APP, event("build_create_pending", **{"data.app": ABSENT}), "app", id="the app"),
        pytest.param(QUANTITY, event("formation_update", **{"data.id": ABSENT}), "data.id", id="whose state it is"),
    ],
)
def test_what_an_event_lacks_for_looking_at_others(text: str, told: Event, path: str | None) -> None:
    assert lacking(rule(text), told) == path


def test_a_state_is_left_with_its_own_time_whether_or_not_the_rule_matches() -> None:
    told = event("formation_update", **{"data.quantity": 3, "data.updated_at": "2025-05-17T11:00:00Z"})

    [state] = left(QUANTITY + "\nmatch: {data.type: nothing-like-it}", told).states

    assert state.value == "3"
    assert state.at is not None
    assert state.at.isoformat() == "2025-05-17T11:00:00+00:00"


def test_what_is_destroyed_is_soon_forgotten() -> None:
    kept, gone = event("formation_update"), event("formation_update", action="destroy")

    assert left(QUANTITY, gone).states[0].keep_seconds < left(QUANTITY, kept).states[0].keep_seconds


def test_a_rule_that_is_off_watches_nothing() -> None:
    assert left(QUANTITY + "\nmode: 'off'", event("formation_update")) is NOTHING


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (1.0, "1"), (1.5, "1.5"), (True, "true"), (None, "null"), ("a", '"a"'), (["a"], '["a"]')],
)
def test_a_state_is_short_json(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_a_long_state_is_told_from_another_by_its_hash() -> None:
    one, other = as_text("x" * 1_000), as_text("x" * 999 + "y")
    assert one != other
    assert len(one) < 60
