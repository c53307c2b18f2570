"""What a rule asks of other events than its own: after, missing, quiet_for and changed, taken in or refused."""

import pytest

from rules.durations import LONGEST
from rules.matching import MATCHED
from rules.rulebook import Changed, Quiet
from rules.subscriptions import Subscription
from tests.rules.factories import problems, rule, rule_text

PARTNER = "{on: api:release, match: {data.status: succeeded}, within: 30m, same: {data.release.id: data.id}}"


@pytest.mark.parametrize("key", ["after", "missing"])
def test_another_event_is_taken_in_whole(key: str) -> None:
    partner = getattr(rule(f"{key}: {PARTNER}"), key)

    assert partner.on == (Subscription("api:release", None),)
    assert partner.match.clauses == ("data.status is succeeded",)
    assert partner.match.match({"data": {"status": "succeeded"}}) == MATCHED
    assert (partner.within_seconds, partner.same) == (1_800.0, (("data.release.id", "data.id"),))


def test_another_event_may_be_any_of_a_kind_of_the_same_app() -> None:
    partner = rule("missing: {on: [dyno.create, dyno.update], within: 5m}").missing

    assert partner is not None
    assert (partner.match.parts, partner.same) == ((), ())


def test_a_rule_that_asks_nothing_of_others_has_none_of_it() -> None:
    read = rule()

    assert (read.after, read.missing, read.quiet, read.changed) == (None, None, None, None)
    assert (read.stop, read.approve_within_seconds) == (False, None)


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("2m", Quiet(120.0, 1_200.0)),
        ("{for: 2m}", Quiet(120.0, 1_200.0)),
        ("{for: 2m, max_wait: 5m}", Quiet(120.0, 300.0)),
        ("{for: 2m, max_wait: 2m}", Quiet(120.0, 120.0)),
        ("10d", Quiet(864_000.0, LONGEST)),
    ],
)
def test_quiet_has_an_end_even_if_it_never_gets_quiet(text: str, quiet: Quiet) -> None:
    assert rule(f"quiet_for: {text}").quiet == quiet


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("data.quantity", Changed("data.quantity", None, None)),
        ("{path: data.quantity}", Changed("data.quantity", None, None)),
        ("{path: data.quantity, to: 0}", Changed("data.quantity", None, (0,))),
        ("{path: data.quantity, from: [1, 2], to: 0}", Changed("data.quantity", (1, 2), (0,))),
        ("{path: data.maintenance, from: false, to: true}", Changed("data.maintenance", (False,), (True,))),
        ("{path: data.state, from: up, to: [up, crashed]}", Changed("data.state", ("up",), ("up", "crashed"))),
        ("{path: data.x, from: 1, to: true}", Changed("data.x", (1,), (True,))),
    ],
)
def test_a_change_may_name_what_it_was_and_what_it_is(text: str, changed: Changed) -> None:
    read = rule(f"changed: {text}").changed

    assert read == changed
    assert read is not None
    assert [list(map(type, values or ())) for values in read] == [list(map(type, values or ())) for values in changed]


def test_a_rule_may_end_the_list_and_wait_for_a_person() -> None:
    read = rule("stop: true\napprove_within: 4h")

    assert (read.stop, read.approve_within_seconds) == (True, 14_400.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("after: 3", "6:12: rules[0].after: must be a mapping", id="no mapping"),
        pytest.param("after:", "rules[0].after: has no value", id="blank"),
        pytest.param("after: {on: dyno.create}", "after.within: is missing", id="no time"),
        pytest.param("after: {within: 5m}", "after.on: is missing", id="nothing to look for"),
        pytest.param("after: {on: dino, within: 5m}", "after.on: is not an entity", id="unknown entity"),
        pytest.param("after: {on: dyno, within: 5m}", "after.match: is missing: without it `on` must name", id="wide"),
        pytest.param("missing: {on: dyno, match: {}, within: 5m}", "missing.match: an empty match", id="empty match"),
        pytest.param("missing: {on: dyno.create, match: , within: 5m}", "missing.match: an empty", id="blank match"),
        pytest.param(
            "missing: {on: dyno, match: {data.x: {glb: a}}, within: 5m}",
            "missing.match.data.x.glb: is not an operator",
            id="operator",
        ),
        pytest.param("missing: {on: dyno.create, within: 31d}", "missing.within: must be longer", id="too long"),
        pytest.param("missing: {on: dyno.create, wihtin: 5m}", "(did you mean within?)", id="typo"),
        pytest.param(
            "after: {on: dyno.create, within: 5m, same: {release: data.id}}", "same.release: an event has no", id="path"
        ),
        pytest.param(
            "after: {on: dyno.create, within: 5m, same: {data.id: release}}",
            "same.data.id: an event has no release",
            id="their path",
        ),
        pytest.param("quiet_for: 3", "6:16: rules[0].quiet_for: needs a unit", id="quiet without unit"),
        pytest.param("quiet_for: {four: 2m}", "quiet_for.four: is not known here (did you mean for?)", id="quiet typo"),
        pytest.param("quiet_for: {for: 2m, max_wait: 1m}", "max_wait must be at least as long as `for`", id="max_wait"),
        pytest.param("quiet_for: {for: 2m, max_wait: }", "quiet_for.max_wait: has no value", id="max_wait blank"),
        pytest.param("changed: quantity", "changed: an event has no quantity", id="changed outside data"),
        pytest.param("changed: app.name", "changed: must lead to a value inside data", id="changed of the app"),
        pytest.param("changed: data.id", "changed: must lead to a value inside data that can", id="changed id"),
        pytest.param("changed: data.updated_at", "changed: must lead to a value inside data", id="changed time"),
        pytest.param("changed: {path: data.x, from: }", "changed.from: has no value", id="from nothing"),
        pytest.param("changed: {path: data.x, from: []}", "changed.from: must not be empty", id="from none"),
        pytest.param("changed: {path: data.x, to: {a: 1}}", "changed.to: must be a text, a number", id="to a mapping"),
        pytest.param("changed: {path: data.x, to: [a, null]}", "to[1]: must be a text, a number", id="to null"),
        pytest.param("changed: {path: data.x, from: 1, to: 1}", "from and to are the same", id="no change"),
        pytest.param("changed: {from: 1, to: 2}", "changed.path: is missing", id="change of nothing"),
        pytest.param(
            "missing: {on: dyno.create, within: 5m}\nquiet_for: 2m", "7:5: rules[0].quiet_for: cannot", id="two waits"
        ),
        pytest.param("stop: 1", "stop: must be true or false", id="stop"),
        pytest.param("approve_within: never", "approve_within: must be a duration", id="approve_within"),
        pytest.param("count:", "rules[0].count: has no value", id="count blank"),
        pytest.param("limit: {max: , within: 1d}", "limit.max: has no value", id="limit half blank"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(text: str, told: str) -> None:
    assert any(told in str(problem) for problem in problems(rule_text(text))), problems(rule_text(text))


def test_a_key_left_blank_is_told_once() -> None:
    assert [problem.key for problem in problems(rule_text("after:\nlimit: {max: , within: 1d}\ncooldown:"))] == [
        "rules[0].after",
        "rules[0].limit.max",
        "rules[0].cooldown",
    ]
