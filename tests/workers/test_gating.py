"""What decide.lua is told of an event: only what applies, and nothing of what it does not need."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.ledger import Replay
from heroku import events
from heroku.events import Event
from heroku.samples import ABSENT, encode, names, sample
from rules.correlating import Came, Left, State
from rules.deciding import decide
from rules.files.loading import Source, load
from rules.model import Mode
from rules.rulebook import Step
from workers.actions import SPECS
from workers.gating import crashed_release, gates_of

NOW = datetime(2025, 5, 17, 12, 0, tzinfo=UTC)
RULE = """
version: 1
rules:
  - name: tell
    mode: live
    on: [api:release.create, api:release.update, dyno.destroy]
    give_up_after: 10m
    do: [{notify: {to: log, text: hello}}]
"""


def event(name: str, **more: Any) -> Event:
    return events.read(encode(sample(name, **{"id": "e1", "at": NOW, **more})))


def gates(told: Event, rule: str = RULE, *, replay: Replay | None = None, account: str | None = None) -> Any:
    book = load([Source("rules.yaml", rule)], actions=SPECS)
    return gates_of(told, decide(book, told, now=NOW), id="e1", now=NOW.timestamp(), account=account, replay=replay)


CRASHES = {"dyno_crashed", "dyno_crashed_again", "dyno_crashed_with_good_release", "dyno_without_metadata"}


def test_only_the_crash_of_a_dyno_that_should_stay_up_is_one() -> None:
    assert {name for name in names() if crashed_release(events.read(encode(sample(name))))} == CRASHES


@pytest.mark.parametrize("kind", ["web", "worker", ["web"], {}, None])
def test_whatever_the_type_a_crash_is_one_unless_it_is_a_one_off(kind: Any) -> None:
    assert crashed_release(event("dyno_crashed", **{"data.type": kind}))


@pytest.mark.parametrize("kind", ["run", "scheduler", "release"])
def test_one_offs_end_crashed_in_the_normal_course(kind: str) -> None:
    assert crashed_release(event("dyno_crashed", **{"data.type": kind})) == ""


def test_an_event_that_nothing_is_to_be_remembered_of_has_no_gates() -> None:
    assert gates(event("domain_create")) is None


def test_a_crash_is_remembered_though_no_rule_matched() -> None:
    told = gates(event("dyno_crashed"), RULE.replace("dyno.destroy", "api:build.create"))
    assert told["rules"] == []
    assert told["crashed"] == crashed_release(event("dyno_crashed"))


def test_the_text_of_a_crash_is_short_whatever_the_event_says() -> None:
    odd = {"data.release.version": ["x"] * 1_000, "data.name": "y" * 1_000}
    assert len(gates(event("dyno_crashed", **odd))["crashed_text"]) < 120


@pytest.mark.parametrize(
    ("description", "intent"),
    [
        pytest.param("Rollback to v41", "Rollback to v41", id="a rollback"),
        pytest.param(None, "*", id="without a description it may be any"),
        pytest.param("", "*", id="an empty one"),
        pytest.param(["x"], "*", id="an odd one"),
    ],
)
def test_what_call_of_ours_a_release_may_come_of(description: Any, intent: str) -> None:
    told = event("release_create_pending", **{"data.description": description})
    assert told.app is not None
    assert gates(told)["intents"] == [f"{told.app.id}:release:{intent}"]


def test_no_call_of_ours_intends_a_crash() -> None:
    assert gates(event("dyno_crashed"))["intents"] == []


def test_content_is_compared_but_for_dynos() -> None:
    assert gates(event("dyno_crashed"))["content"] == ""
    first = gates(event("release_update_failed"))["content"]
    assert first
    assert gates(event("release_update_failed"))["content"] == first
    assert gates(event("release_update_failed", **{"data.updated_at": "2025-05-17T11:00:00Z"}))["content"] != first


@pytest.mark.parametrize(("account", "ours"), [("ACTOR", True), ("another", False), (None, False)])
def test_whether_our_account_did_it(account: str | None, *, ours: bool) -> None:
    told = event("release_update_failed")
    assert told.actor is not None
    assert gates(told, account=told.actor.id if account == "ACTOR" else account)["account"] is ours


def test_without_an_actor_nobody_did_it() -> None:
    assert gates(event("release_update_failed", actor=ABSENT), account="x")["account"] is False


def test_what_does_not_apply_is_left_out() -> None:
    [rule] = gates(event("release_update_failed"))["rules"]
    assert not {"count", "cooldown", "limit"} & set(rule)
    assert (rule["gate"], rule["run"], rule["give_up"]) == ([], "e1:tell", 600_000)


def test_what_applies_is_told_in_milliseconds() -> None:
    more = "mode: live\n    count: {at_least: 2, within: 10m}\n    cooldown: 5m\n    limit: {max: 3, within: 1d}"
    [rule] = gates(event("release_update_failed"), RULE.replace("mode: live", more))["rules"]
    assert (rule["count"][:2], rule["cooldown"], rule["limit"]) == ([2, 600_000], 300_000, [3, 86_400_000])


def test_only_a_live_rule_carries_its_plan() -> None:
    [live] = gates(event("release_update_failed"))["rules"]
    [shadow] = gates(event("release_update_failed"), RULE.replace("live", "shadow"))["rules"]
    assert (shadow["plan"], shadow["mode"]) == ("", Mode.SHADOW.value)
    plan = json.loads(live["plan"])
    assert set(plan) == {"rule", "digest", "steps", "on_failure", "access", "on_apps", "approve_within"}
    [step] = [Step.from_json(step) for step in plan["steps"]]
    assert step == Step("notify", "notify", {"to": "log", "text": "hello"})


def test_a_replay_is_a_run_of_its_own_and_is_never_too_old() -> None:
    old = RULE.replace("mode: live", "mode: live\n    fresh_within: 1s")
    told = event("release_update_failed", at=NOW - timedelta(hours=1))
    [stale] = gates(told, old)["rules"]
    assert stale["gate"][0] == "stale"
    [replayed] = gates(told, old, replay=Replay(2, "ops", "why not"))["rules"]
    assert (replayed["gate"], replayed["run"]) == ([], "e1#2:tell")


def test_a_replay_however_old_needs_the_field_that_tells_cases_apart() -> None:
    """It was judged with an empty key, as being too old hid that there was none."""
    keyed = RULE.replace("mode: live", "mode: live\n    fresh_within: 1s\n    each: data.slug.id")
    told = event("release_update_failed", at=NOW - timedelta(hours=1), **{"data.slug": None})

    [replayed] = gates(told, keyed, replay=Replay(2, "ops", "why not"))["rules"]

    assert replayed["gate"] == ["no key"]


CORRELATING = """
    mode: live
    changed: {path: data.version, from: 41, to: [42, 43.0]}
    after: {on: api:build, within: 10m, match: {data.status: succeeded}, same: {data.slug.id: data.slug.id}}
    missing: {on: dyno.create, within: 5m}
    stop: true"""


def test_what_looks_at_other_events_is_told_with_where_it_looks() -> None:
    [rule] = gates(event("release_update_failed"), RULE.replace("\n    mode: live", CORRELATING))["rules"]

    assert rule["changed"] | {"key": ""} == {"key": "", "was": ["41"], "now": ["42", "43"]}
    assert (rule["after"]["within"], rule["missing"]["within"]) == (600_000, 300_000)
    assert rule["after"]["key"] != rule["missing"]["key"]
    assert rule["stop"] is True
    assert json.loads(rule["plan"])["look_first"]["key"] == rule["missing"]["key"]


def test_how_long_it_must_be_quiet_is_told_in_milliseconds() -> None:
    quiet = "mode: live\n    quiet_for: {for: 2m, max_wait: 5m}"
    [rule] = gates(event("release_update_failed"), RULE.replace("mode: live", quiet))["rules"]
    assert rule["quiet"] == [120_000, 300_000]


def test_a_rule_that_was_stopped_already_needs_none_of_that() -> None:
    lacking = event("release_update_failed", **{"data.slug": None})
    [rule] = gates(lacking, RULE.replace("\n    mode: live", CORRELATING))["rules"]

    assert rule["gate"] == ["no value", "data.slug.id"]
    assert not {"changed", "after", "missing", "quiet"} & set(rule)


@pytest.mark.parametrize(
    ("told", "made"),
    [
        pytest.param(event("dyno_crashed", **{"data.id": "d", "data.release.id": "r"}), ["r", "d:create"], id="a dyno"),
        pytest.param(event("dyno_crashed", **{"data.id": 7, "data.release": "r"}), [], id="an odd one"),
    ],
)
def test_what_a_run_of_ours_may_have_made_is_asked_for(told: Event, made: list[str]) -> None:
    assert gates(told)["made"] == made


def test_what_an_event_leaves_behind_is_told_though_no_rule_matched() -> None:
    at = datetime(2025, 5, 17, tzinfo=UTC)
    left = Left((Came("p", 60.0),), (State("s", at, "1", 60.0), State("t", None, "2", 60.0)))
    told = gates_of(
        event("domain_create"),
        decide(load([Source("rules.yaml", RULE)], actions=SPECS), event("domain_create"), now=NOW),
        id="e1",
        now=NOW.timestamp(),
        account=None,
        replay=None,
        left=left,
    )

    assert told is not None
    assert told["came"] == [["p", 60_000]]
    assert [state[:2] for state in told["last"]] == [["s", at.timestamp() * 1000], ["t", NOW.timestamp() * 1000]]
