"""One event, many rules: what matches, what stops it, how far it may go, and what it counts by."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.events import AppRef
from rules.deciding import Decision, decide
from rules.model import Mode
from rules.outlines import outline
from tests.rules.factories import NOON, SHOP, book, event, rule, rule_text

RELEASE: dict[str, Any] = {"status": "failed", "id": "r1", "version": 42}
LIVE = "mode: live\nmatch: {data.status: failed}"


def decided(*extras: str, **options: Any) -> Decision:
    """A decision on a failed release by rules with those extra lines."""
    texts = [rule_text(extra, name=f"rule-{number}") for number, extra in enumerate(extras, 1)]
    about = options.pop("about", None) or event(**RELEASE)
    return decide(book(*texts), about, **{"now": NOON, **options})


def test_one_verdict_for_each_rule_that_listens_in_file_order() -> None:
    texts = [
        rule_text(name="other-action", on="api:release.create"),
        rule_text("match: {data.status: succeeded}", name="other-status"),
        rule_text("match: {data.status: failed}", name="fits", on="api:release"),
        rule_text(name="other-entity", on="dyno.update"),
        rule_text(name="listed", on="[dyno.update, api:release.update]"),
    ]

    decision = decide(book(*texts), event(**RELEASE), now=NOON)

    assert [(verdict.rule.name, verdict.matched) for verdict in decision.verdicts] == [
        ("other-status", False),
        ("fits", True),
        ("listed", True),
    ]
    assert decision.clauses == (0, -1, -1)
    assert [verdict.rule.name for verdict in decision.matched] == ["fits", "listed"]


def test_a_rule_that_names_entity_and_action_twice_is_judged_once() -> None:
    loaded = book(rule_text("match: {data.status: failed}", on="[api:release, api:release.update]"))

    assert len(decide(loaded, event(**RELEASE), now=NOON).verdicts) == 1


@pytest.mark.parametrize("action", ["", "archive"])
def test_an_action_nobody_knows_reaches_only_rules_for_the_whole_entity(action: str) -> None:
    texts = [rule_text(name="narrow"), rule_text("match: {data.id: r1}", name="wide", on="api:release")]

    decision = decide(book(*texts), event(action=action, **RELEASE), now=NOON)

    assert [verdict.rule.name for verdict in decision.verdicts] == ["wide"]


def test_an_entity_nobody_listens_to_is_decided_as_nothing() -> None:
    decision = decided(LIVE, about=event("api:pipeline"))

    assert (decision.rules, decision.verdicts, decision.fired) == ((), (), ())


def test_a_failing_clause_is_told_with_what_it_saw() -> None:
    [verdict] = decided("match: {data.status: failed, data.version: {gt: 100}}").verdicts

    assert (verdict.matched, verdict.clause, verdict.seen, verdict.gate, verdict.key) == (False, 1, "42", None, "")


@pytest.mark.parametrize(
    ("mode", "brake", "effective", "gate"),
    [
        ("live", Mode.LIVE, Mode.LIVE, None),
        ("live", Mode.SHADOW, Mode.SHADOW, None),
        ("live", Mode.OFF, Mode.OFF, "off"),
        ("shadow", Mode.LIVE, Mode.SHADOW, None),
        ("shadow", Mode.SHADOW, Mode.SHADOW, None),
        ("shadow", Mode.OFF, Mode.OFF, "off"),
        ("off", Mode.LIVE, Mode.OFF, "off"),
        ("off", Mode.SHADOW, Mode.OFF, "off"),
        ("off", Mode.OFF, Mode.OFF, "off"),
    ],
)
def test_the_lesser_of_mode_and_brake_counts(mode: str, brake: Mode, effective: Mode, gate: str | None) -> None:
    [verdict] = decided(f"mode: {mode}", brake=brake).matched

    assert (verdict.mode, verdict.gate, verdict.fires) == (effective, gate, gate is None)


@pytest.mark.parametrize(
    ("age", "gate"),
    [
        pytest.param(timedelta(minutes=30), None, id="at the bound"),
        pytest.param(timedelta(minutes=30, microseconds=1), "stale", id="beyond it"),
        pytest.param(timedelta(hours=72), "stale", id="three days"),
        pytest.param(-timedelta(minutes=5), None, id="from the future"),
    ],
)
def test_an_old_event_is_not_acted_on(age: timedelta, gate: str | None) -> None:
    [verdict] = decided(LIVE + "\nfresh_within: 30m", now=NOON + age).matched

    assert verdict.gate == gate
    assert verdict.age_seconds == max(0.0, age.total_seconds())
    assert verdict.bound_seconds == 1_800.0


def test_an_event_without_a_time_counts_as_new() -> None:
    [verdict] = decided(LIVE, about=event(created_at=None, **RELEASE), now=NOON + timedelta(days=9)).matched

    assert (verdict.gate, verdict.age_seconds) == (None, 0.0)


@pytest.mark.parametrize(
    ("extra", "gate"),
    [
        pytest.param("match: {data.status: failed}", "own app", id="does not name it"),
        pytest.param("match: {app.name: shop}", None, id="by name"),
        pytest.param(f"match: {{app.id: {SHOP.id}}}", None, id="by id"),
        pytest.param("match: {app.name: [other, shop]}", None, id="in a list"),
        pytest.param("on_apps: [event, shop]", None, id="in on_apps"),
        pytest.param("match: {app.name: {glob: 'sh*'}}", "own app", id="a glob does not name it"),
        pytest.param("match: {app.name: {not: other}}", "own app", id="nor does not"),
        pytest.param("on_apps: 'sh*'", "own app", id="nor a glob in on_apps"),
        pytest.param("match: {any: [{app.name: shop}, {data.status: failed}]}", "own app", id="nor an alternative"),
    ],
)
@pytest.mark.parametrize("own", [SHOP.id, SHOP.name])
def test_our_own_app_is_touched_only_by_rules_that_name_it(extra: str, gate: str | None, own: str) -> None:
    [verdict] = decided(extra, own_app={own}).matched

    assert verdict.gate == gate


def test_another_app_is_not_our_own() -> None:
    [verdict] = decided(LIVE, own_app={"dynohook"}).matched

    assert verdict.gate is None


@pytest.mark.parametrize(
    ("each", "data", "key"),
    [
        pytest.param("", {}, SHOP.id, id="the app, if nothing is said"),
        pytest.param("each: data.id", {}, "r1", id="a text"),
        pytest.param("each: data.version", {}, "42", id="a number"),
        pytest.param("each: data.current", {"current": False}, "false", id="a boolean"),
        pytest.param("each: data.slug", {"slug": {"b": 1, "a": 2}}, '{"a":2,"b":1}', id="a mapping"),
        pytest.param("each: data.id", {"id": "x" * 100}, "x" * 100, id="a hundred characters"),
        pytest.param("each: [app.name, data.version]", {}, '["shop",42]', id="several"),
        pytest.param("each: [data.id]", {}, "r1", id="a list of one"),
    ],
)
def test_the_key_is_what_each_points_at(each: str, data: dict[str, Any], key: str) -> None:
    [verdict] = decided(each, about=event(**{**RELEASE, **data})).matched

    assert (verdict.key, verdict.gate) == (key, None)


def test_a_long_key_is_hashed_and_still_tells_cases_apart() -> None:
    keys = [decided("each: data.id", about=event(id="x" * 100 + end)).matched[0].key for end in "ab"]

    assert len(set(keys)) == 2
    assert all(len(key) == 33 for key in keys)


@pytest.mark.parametrize(
    ("each", "about"),
    [
        pytest.param("each: data.slug.id", event(**RELEASE, slug=None), id="null on the way"),
        pytest.param("each: data.nothing", event(**RELEASE), id="missing"),
        pytest.param("each: data.id", event(id=""), id="an empty text"),
        pytest.param("each: [app.name, data.slug.id]", event(**RELEASE, slug=None), id="one of several"),
        pytest.param("", event(app=None, **RELEASE), id="no app"),
    ],
)
def test_without_a_key_nothing_is_done(each: str, about: Any) -> None:
    [verdict] = decided(each, about=about).matched

    assert (verdict.gate, verdict.key) == ("no key", "")


def test_an_app_known_only_by_its_name_is_the_key() -> None:
    [verdict] = decided("", about=event(app=AppRef(None, "shop"), **RELEASE)).matched

    assert verdict.key == "shop"


def test_the_digest_survives_reformatting_and_no_change_of_meaning() -> None:
    first = rule("match: {data.status: failed, data.version: 1}\ncooldown: 60m")
    same = rule('description: Words.\ncooldown: 1h\nmode: shadow\nmatch:\n  data.status: "failed"\n  data.version: 1')
    others = [
        rule("match: {data.version: 1, data.status: failed}\ncooldown: 60m"),
        rule("match: {data.status: failed, data.version: '1'}\ncooldown: 60m"),
        rule("match: {data.status: failed, data.version: 1}\ncooldown: 61m"),
        rule("match: {data.status: failed, data.version: 1}\ncooldown: 60m", name="b"),
    ]

    assert first.digest == same.digest
    assert len({first.digest, *(other.digest for other in others)}) == 5


def test_the_outline_is_enough_to_read_a_kept_decision() -> None:
    loaded = book(rule_text("match: {data.status: failed}"))

    [kept] = outline(loaded)

    assert kept == {
        "name": "a-rule",
        "digest": loaded.rules[0].digest,
        "mode": "shadow",
        "on": ["api:release.update"],
        "clauses": ["data.status is failed"],
        "paths": [["data.status"]],
        "description": "",
        "asks": [],
        "do": ["notify (to: log; text: hello)"],
    }
    assert loaded.rule("a-rule") is loaded.rules[0]
    assert loaded.rule("another") is None


def test_the_books_digest_follows_rules_and_targets() -> None:
    digests = {
        book(rule_text()).digest,
        book(rule_text("cooldown: 1m")).digest,
        book(rule_text(), "version: 1\ntargets: {ops: {log: true}}").digest,
        book(rule_text(), "version: 1\ntargets: {ops: {webhook: $OPS}}").digest,
        book(rule_text(), rule_text(name="b")).digest,
    }

    assert len(digests) == 5
    assert book(rule_text()).digest in digests


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "status"]), inner, max_size=3),
    max_leaves=5,
)
PATHS = ["data", "data.id", "data.id.status"]
EACH_BOOK = book(*[rule_text(f"each: {path}", name=f"r{number}") for number, path in enumerate(PATHS)])


@given(data=st.dictionaries(st.sampled_from(["id", "status"]), JSON))
def test_deciding_any_data_never_raises_and_keys_stay_short(data: dict[str, Any]) -> None:
    decision = decide(EACH_BOOK, event(**data), now=NOON)

    assert all(len(verdict.key) <= 100 for verdict in decision.verdicts)
    assert all(verdict.fires is (verdict.key != "") for verdict in decision.verdicts)
