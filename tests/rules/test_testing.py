"""Tests of rules, tested: what passes, what fails and why, and what is taken to have happened meanwhile."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.files.loading import Source, load
from rules.trials.cases import TestModel
from rules.trials.comparing import Broken, Different, Failure, OtherGate, Silent, Unexpected
from rules.trials.covering import coverage
from rules.trials.suites import Suite, suites
from rules.trials.testing import Result, run
from tests.rules.factories import ACTIONS

CRASH = """
  - name: crash
    on: dyno.destroy
    match: {data.state: crashed, data.type: web}
    count: {at_least: 2, within: 10m}
    cooldown: 5m
    access: {releases: write}
    do:
      - rollback: {to: last-good}
      - notify: {to: log, text: "{{ app.name }}: {{ steps.rollback.sentence }}"}
    on_failure:
      - notify: {to: log, text: "{{ error }}", }
"""
FELL = """
  - name: fell
    mode: live
    on: api:release.update
    match: {data.status: failed}
    do: [{notify: {to: log, text: "v{{ data.version }}"}}]
"""
TWO_CRASHES = [{"sample": "dyno_crashed"}, {"sample": "dyno_crashed_again", "at": "20s"}]
FAILED = {"sample": "release_update_failed", "at": "30s"}


def suites_of(*texts: str) -> list[Suite]:
    sources = [Source(f"file{number}.yaml", f"version: 1\n{text}") for number, text in enumerate(texts, 1)]
    return suites(sources, load(sources, actions=ACTIONS))


def outcome(rules: str = CRASH + FELL, **test: Any) -> Result:
    [suite] = suites_of(f"rules:{rules}")
    return run(TestModel.model_validate({"name": "a test", "events": TWO_CRASHES, **test}), suite.book, actions=ACTIONS)


def failure(**test: Any) -> Failure:
    [failure] = outcome(**test).failures
    return failure


def test_what_happens_as_expected_passes() -> None:
    result = outcome(expect=[{"rule": "crash", "at": "20s", "do": ["rollback", "notify"]}])

    assert result.passed
    assert (result.fired, result.spared) == (frozenset({"crash"}), frozenset({"crash"}))


def test_only_what_is_given_is_compared() -> None:
    assert outcome(expect=[{"rule": "crash"}]).passed


def test_a_rule_in_shadow_counts_as_if_it_were_live_and_one_that_is_off_never_fires() -> None:
    assert outcome(CRASH.replace("on:", "mode: live\n    on:"), expect=[{"rule": "crash"}]).passed
    assert outcome(CRASH.replace("on:", 'mode: "off"\n    on:')).passed


def test_a_firing_that_nobody_expected_fails() -> None:
    found = failure(events=[FAILED])

    assert isinstance(found, Unexpected)
    assert found.firing.judged.rule.name == "fell"


def test_each_firing_is_expected_once() -> None:
    twice = [FAILED, {**FAILED, "at": "40s"}]

    assert isinstance(failure(events=twice, expect=[{"rule": "fell"}]), Unexpected)
    assert outcome(events=twice, expect=[{"rule": "fell"}, {"rule": "fell"}]).passed
    assert outcome(events=twice, expect=[{"rule": "fell", "at": "40s"}, {"rule": "fell", "at": "30s"}]).passed


def test_an_expected_rule_that_did_not_fire_tells_what_it_made_of_each_event() -> None:
    found = failure(events=[*TWO_CRASHES[:1], {"sample": "oneoff_crashed", "at": "1s"}], expect=[{"rule": "crash"}])

    assert isinstance(found, Silent)
    first, second = found.sightings
    assert (first.at, first.gate) == (0, ("window", 1, 2))
    assert second.verdict is not None
    assert (second.at, second.gate, second.verdict.seen) == (1, (), "run")


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        pytest.param({"at": "21s"}, ("at", "21s", "20s"), id="at another time"),
        pytest.param(
            {"key": "mine"}, ("key", "mine", "acme-web or 1cb000fc-4a11-4fd3-a30d-65e5eccf7d56"), id="for another key"
        ),
        pytest.param({"do": ["rollback"]}, ("do", "[rollback]", "[rollback, notify]"), id="other steps"),
        pytest.param(
            {"texts": {"notify": "acme-shop"}},
            ("text of notify", "… acme-shop …", "log | acme-web: (rollback: done)"),
            id="another text",
        ),
        pytest.param(
            {"texts": {"tell": "acme"}}, ("text of tell", "… acme …", "(the step is not taken)"), id="no such step"
        ),
    ],
)
def test_what_differs_is_told(expected: dict[str, Any], difference: tuple[str, str, str]) -> None:
    found = failure(expect=[{"rule": "crash", **expected}])

    assert isinstance(found, Different)
    assert found.differences == (difference,)


def test_a_key_may_be_the_apps_name_where_it_is_the_app() -> None:
    assert outcome(expect=[{"rule": "crash", "key": "acme-web"}]).passed
    counted_otherwise = CRASH.replace("count:", "each: data.type\n    count:")
    assert not outcome(counted_otherwise, expect=[{"rule": "crash", "key": "acme-web"}]).passed
    assert outcome(counted_otherwise, expect=[{"rule": "crash", "key": "web"}]).passed


def test_what_should_not_fire_may_name_the_gate_that_stops_it() -> None:
    events = [*TWO_CRASHES, *({"sample": "dyno_crashed", "at": at} for at in ("30s", "40s"))]
    expect = [{"rule": "crash", "at": "20s"}]

    assert outcome(events=events, expect=expect, expect_not=[{"rule": "crash", "at": "40s", "gate": "cooldown"}]).passed
    assert isinstance(
        failure(events=events, expect=expect, expect_not=[{"rule": "crash", "at": "30s", "gate": "cooldown"}]),
        OtherGate,
    )


def test_of_a_gate_that_is_looked_for_at_the_wrong_time_all_that_happened_is_told() -> None:
    """It said that the rule listens to no event of the test, as none came at that time."""
    told = failure(expect=[{"rule": "crash"}], expect_not=[{"rule": "crash", "at": "3m", "gate": "window"}])
    assert isinstance(told, OtherGate)
    assert [one.at for one in told.sightings] == [0.0, 20.0]


def test_what_should_not_fire_and_does_fails_even_if_it_is_expected_too() -> None:
    assert isinstance(failure(expect=[{"rule": "crash"}], expect_not=[{"rule": "crash"}]), Unexpected)


class TestGiven:
    def test_a_step_came_to_what_is_given_and_later_steps_say_so(self) -> None:
        given = {"rollback": {"sentence": "v41 runs again."}}

        assert outcome(given=given, expect=[{"rule": "crash", "texts": {"notify": "acme-web: v41 runs again."}}]).passed

    def test_a_step_that_failed_ends_the_run_and_what_is_there_for_that_is_done(self) -> None:
        given = {"rollback": {"outcome": "failed", "sentence": "No good release."}}
        expected = {"rule": "crash", "do": ["rollback", "notify_2"], "texts": {"notify_2": "No good release."}}

        assert outcome(given=given, expect=[expected]).passed

    def test_outputs_of_a_step_can_be_given(self) -> None:
        rules = CRASH.replace("steps.rollback.sentence", "steps.rollback.release")

        assert outcome(
            rules,
            given={"rollback": {"release": "v41"}},
            expect=[{"rule": "crash", "texts": {"notify": "acme-web: v41"}}],
        ).passed

    @pytest.mark.parametrize(("came_to", "times"), [("done", 1), ("unknown", 1), ("not needed", 2), ("failed", 2)])
    def test_only_a_run_that_may_have_changed_something_keeps_its_cooldown(self, came_to: str, times: int) -> None:
        events = [{"sample": "dyno_crashed", "at": f"{at}s"} for at in (1, 2, 3, 4)]
        given = {"rollback": {"outcome": came_to}}

        assert len(outcome(events=events, given=given, expect=[{"rule": "crash"}] * times).firings) == times

    def test_a_step_whose_condition_does_not_hold_is_passed_over(self) -> None:
        rules = CRASH.replace(
            '- notify: {to: log, text: "{{ app',
            "- if: steps.rollback.outcome == 'done'\n        notify: {to: log, text: \"{{ app",
        )

        assert outcome(rules, expect=[{"rule": "crash", "do": ["rollback", "notify"]}]).passed
        given = {"rollback": {"outcome": "not needed"}}
        assert outcome(rules, given=given, expect=[{"rule": "crash", "do": ["rollback"]}]).passed

    def test_a_step_that_was_passed_over_is_known_as_not_needed(self) -> None:
        rules = CRASH.replace(
            "- rollback: {to: last-good}", "- if: data.exit_status > 1\n        rollback: {to: last-good}"
        )

        expected = {
            "rule": "crash",
            "do": ["notify"],
            "texts": {"notify": "Passed over: it is for when data.exit_status"},
        }
        assert outcome(rules, expect=[expected]).passed

    @pytest.mark.parametrize(("says", "steps"), [("done", ["rollback", "notify"]), ("denied", [])])
    def test_a_person_who_is_asked_says_yes_unless_given_otherwise(self, says: str, steps: list[str]) -> None:
        rules = CRASH.replace("cooldown: 5m", "approve_within: 1h")
        given = {"approval": {"outcome": says}}

        assert outcome(rules, given=given, expect=[{"rule": "crash", "do": steps}]).passed

    def test_a_step_may_go_on_though_it_failed(self) -> None:
        rules = CRASH.replace(
            "- rollback: {to: last-good}", "- rollback: {to: last-good}\n        continue_on_failure: true"
        )

        given = {"rollback": {"outcome": "failed"}}
        assert outcome(rules, given=given, expect=[{"rule": "crash", "do": ["rollback", "notify"]}]).passed


class TestTime:
    def test_events_come_in_the_order_of_their_times(self) -> None:
        assert outcome(events=TWO_CRASHES[::-1], expect=[{"rule": "crash", "at": "20s"}]).passed

    def test_the_clock_runs_on_until_nothing_waits_any_more(self) -> None:
        rules = FELL.replace("match:", "quiet_for: 2m\n    match:")

        assert outcome(rules, events=[FAILED], expect=[{"rule": "fell", "at": "150s"}]).passed

    def test_what_waits_is_neither_fired_nor_spared_until_it_is_judged(self) -> None:
        rules = FELL.replace("match:", "quiet_for: 2m\n    match:")

        assert outcome(rules, events=[FAILED], expect=[{"rule": "fell"}]).spared == set()

    def test_silences_hold_for_their_time(self) -> None:
        silences = [{"rule": "fel*", "at": "20s", "until": "40s", "why": "migration"}]
        events = [FAILED, {**FAILED, "at": "40s"}]

        assert outcome(events=events, silences=silences, expect=[{"rule": "fell", "at": "40s"}]).passed


class TestEvents:
    def test_a_sample_can_be_of_another_app_and_say_something_else(self) -> None:
        changed = {**FAILED, "app": "acme-shop", "with": {"data.version": 99}}
        rules = FELL.replace("v{{", "{{ app.name }} v{{")

        assert outcome(rules, events=[changed], expect=[{"rule": "fell", "texts": {"notify": "acme-shop v99"}}]).passed

    def test_an_override_may_name_the_app_as_rules_do(self) -> None:
        rules = FELL.replace("v{{", "{{ app.name }} v{{")
        event = {**FAILED, "with": {"app.name": "news"}}

        assert outcome(rules, events=[event], expect=[{"rule": "fell", "texts": {"notify": "news v42"}}]).passed

    def test_an_event_can_be_written_out(self) -> None:
        body = {"resource": "release", "action": "update", "data": {"status": "failed", "version": 7}}
        events = [{"event": body, "app": "acme-shop", "at": "5s"}]

        assert outcome(events=events, expect=[{"rule": "fell", "at": "5s", "texts": {"notify": "v7"}}]).passed

    def test_the_same_sample_twice_is_two_events(self) -> None:
        events = [{"sample": "dyno_crashed"}, {"sample": "dyno_crashed", "at": "1s"}]

        assert outcome(events=events, expect=[{"rule": "crash"}]).passed


@pytest.mark.parametrize(
    ("test", "message"),
    [
        pytest.param({"events": [{"sample": "dyno_crahsed"}]}, "did you mean 'dyno_crashed'?", id="a sample"),
        pytest.param({"events": [{"event": {"action": "x"}}]}, "resource", id="no event"),
        pytest.param(
            {"expect_not": [{"rule": "crsh"}], "expect": [{"rule": "crash"}]}, "did you mean crash?", id="a rule"
        ),
        pytest.param({"given": {"roll": {}}, "expect": [{"rule": "crash"}]}, "has a step roll", id="a step"),
    ],
)
def test_a_test_that_is_wrong_itself_fails(test: dict[str, Any], message: str) -> None:
    found = failure(**test)

    assert isinstance(found, Broken)
    assert message in found.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
parts = st.sampled_from(["id", "data", "app", "name", "resource", "action", "created_at", "webhook_metadata", "status"])
bodies = st.dictionaries(parts, json_values | st.dictionaries(parts, json_values, max_size=3), max_size=5)
paths = st.lists(parts, min_size=1, max_size=3).map(".".join)


@given(
    event=st.one_of(st.fixed_dictionaries({"event": bodies}), st.just(FAILED), st.just(TWO_CRASHES[0])),
    over=st.dictionaries(paths, json_values, max_size=3),
    app=st.none() | st.text(min_size=1, max_size=5),
)
def test_whatever_an_event_says_the_test_comes_to_a_result(event: Any, over: dict[str, Any], app: str | None) -> None:
    try:
        TestModel.model_validate({"name": "x", "events": [{**event, "with": over, "app": app}]})
    except ValidationError:
        return

    assert isinstance(outcome(events=[{**event, "with": over, "app": app}]), Result)


class TestSuites:
    def test_a_files_tests_are_about_its_own_rules(self) -> None:
        test = "tests: [{name: one, events: [{sample: release_update_failed}], expect: [{rule: fell}]}]"

        first, second = suites_of(f"rules:{FELL}{test}", "rules:" + FELL.replace("fell", "fell-too"))

        assert (first.file, [rule.name for rule in first.book.rules]) == ("file1.yaml", ["fell"])
        assert ([case.place for case in first.cases], second.cases) == (["file1.yaml:8"], ())
        assert run(first.cases[0].model, first.book, actions=ACTIONS).passed

    def test_those_of_a_file_without_rules_are_about_all(self) -> None:
        test = "tests: [{name: one, events: [{sample: release_update_failed}]}]"

        suite = suites_of(f"rules:{FELL}", f"rules:{CRASH}", test)[-1]

        assert [rule.name for rule in suite.book.rules] == ["fell", "crash"]

    def test_a_template_is_tested_with_its_examples(self) -> None:
        template = FELL.replace(
            "    on:", "    with: {word: {description: What to say., example: oh}}\n    on:"
        ).replace("v{{", "${word} {{")
        expect = "[{rule: fell, texts: {notify: oh 42}}]"
        test = f"tests: [{{name: one, events: [{{sample: release_update_failed}}], expect: {expect}}}]"

        [suite] = suites_of(f"rules:{template}{test}")

        assert run(suite.cases[0].model, suite.book, actions=ACTIONS).passed

    def test_a_rule_of_the_library_is_tested_as_it_is_used(self) -> None:
        shipped = Source("shipped.yaml", f"version: 1\nrules:{FELL.replace('live', 'shadow')}")
        used = "version: 1\nrules: [{use: fell, mode: live, match: {data.status: expired}}]\n"
        test = "tests: [{name: one, events: [{sample: release_update_expired}], expect: [{rule: fell}]}]"
        source = Source("mine.yaml", used + test)

        [suite] = suites([source], load([source], actions=ACTIONS, library=[shipped]))

        assert run(suite.cases[0].model, suite.book, actions=ACTIONS).passed


class TestCoverage:
    def covered(self, *texts: str) -> list[tuple[str, bool, bool]]:
        found = [
            (suite, [run(case.model, suite.book, actions=ACTIONS) for case in suite.cases])
            for suite in suites_of(*texts)
        ]
        return [(one.rule, one.fired, one.spared) for one in coverage(found)]

    def test_a_rule_is_covered_if_it_was_seen_to_fire_and_not_to(self) -> None:
        tests = "tests: [{name: one, events: [{sample: release_update_failed}], expect: [{rule: fell}]}]"

        assert self.covered(f"rules:{FELL}{CRASH}{tests}") == [("fell", True, False), ("crash", False, False)]

    def test_a_test_that_failed_shows_nothing(self) -> None:
        tests = "tests: [{name: one, events: [{sample: release_update_failed}]}]"

        assert self.covered(f"rules:{FELL}{tests}") == [("fell", False, False)]

    def test_a_rule_that_is_off_needs_none(self) -> None:
        assert self.covered("rules:" + FELL.replace("live", '"off"')) == []
