"""Rule files in: a rulebook, or everything that is wrong, each with place and suggestion."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heroku.access import Level
from rules.files.reading import Source
from rules.model import Mode, RuleModel
from rules.rulebook import Count, Limit, Step, Target
from rules.subscriptions import Subscription
from tests.rules.factories import book, problems, rule, rule_text

FULL = """\
version: 1
rules:
  - name: roll-back
    description: Takes it back.
    mode: live
    on: [dyno.destroy, api:release]
    match:
      data.state: crashed
    each: data.release.id
    count: {at_least: 2, within: 10m}
    fresh_within: 30m
    cooldown: 1h30m
    limit: {max: 3, within: 1d}
    overlap: skip
    give_up_after: 45s
    access: {releases: write, apps: read}
    on_apps: [event, "acme-*"]
    do:
      - rollback: {to: last-good}
      - notify: {to: [ops, log], text: "{{ app.name }}"}
      - name: third
        notify: {to: ops, text: x}
    on_failure:
      - notify: {to: system, text: failed}
targets:
  ops: {webhook: $OPS_WEBHOOK_URL}
tests:
  - name: a crash takes it back
    events: [{sample: dyno_crashed}]
    expect: [{rule: roll-back, do: [rollback, notify, third]}]
"""


def test_a_full_rule_is_taken_in_whole() -> None:
    loaded = book(FULL)
    [read] = loaded.rules

    assert (read.name, read.description, read.mode) == ("roll-back", "Takes it back.", Mode.LIVE)
    assert read.on == (Subscription("dyno", "destroy"), Subscription("api:release", None))
    assert read.match.clauses == ("data.state is crashed",)
    assert (read.each, read.count) == ("data.release.id", Count(2, 600.0))
    assert (read.fresh_within_seconds, read.cooldown_seconds) == (1_800.0, 5_400.0)
    assert (read.limit, read.overlap, read.give_up_after_seconds) == (Limit(3, 86_400.0), "skip", 45.0)
    assert read.access == {"releases": Level.WRITE, "apps": Level.READ}
    assert read.on_apps == ("event", "acme-*")
    assert [(step.name, step.action) for step in read.do] == [
        ("rollback", "rollback"),
        ("notify", "notify"),
        ("third", "notify"),
    ]
    assert [step.name for step in read.on_failure] == ["notify_2"]
    assert loaded.targets["ops"] == Target("webhook", "OPS_WEBHOOK_URL")


def test_a_small_rule_gets_the_defaults() -> None:
    read = rule()

    assert (read.mode, read.overlap, read.on_apps, dict(read.access)) == (Mode.SHADOW, "queue", ("event",), {})
    assert (read.each, read.count, read.cooldown_seconds, read.limit) == (None, None, None, None)
    assert read.fresh_within_seconds == read.give_up_after_seconds == 3_600.0
    assert (read.match.clauses, read.on_failure) == ((), ())


def test_giving_up_follows_freshness_where_it_is_not_given() -> None:
    assert rule("fresh_within: 10m").give_up_after_seconds == 600.0


def test_log_and_system_are_there_without_being_written() -> None:
    assert book(rule_text()).targets == {"log": Target("log"), "system": Target("log")}


def test_system_can_go_elsewhere() -> None:
    assert book("version: 1\ntargets: {system: {webhook: $OPS}}").targets["system"] == Target("webhook", "OPS")


def test_steps_and_targets_come_back_from_json() -> None:
    step, target = rule().do[0], Target("webhook", "OPS")

    assert Step.from_json(step.to_json()) == step
    assert Target.from_json(target.to_json()) == target


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[]", "1:1: must be a mapping with `version: 1`", id="a list"),
        pytest.param("rules: []", "1:1: version: is missing", id="no version"),
        pytest.param("version: 2", "1:10: version: must be 1", id="another version"),
        pytest.param("version: 1\nrule: []", "2:1: rule: is not known here (did you mean rules?)", id="unknown key"),
        pytest.param("version: 1\nrules: {a: b}", "2:8: rules: must be a list of rules", id="rules no list"),
        pytest.param("version: 1\nrules: [x]", "2:9: rules[0]: must be a mapping", id="rule no mapping"),
        pytest.param("version: 1\ntargets: [x]", "2:10: targets: must be a mapping", id="targets no mapping"),
        pytest.param("version: 1\nrules: [{name: a}]", "2:9: rules[0].do: is missing", id="no do"),
        pytest.param(rule_text("mod: live"), "6:5: rules[0].mod: is not known here (did you mean mode?)", id="typo"),
        pytest.param(rule_text("mode: liv"), "6:11: rules[0].mode: must be one of off, shadow, live (did", id="mode"),
        pytest.param(rule_text("mode: 1"), "mode: must be one of off, shadow, live", id="mode no text"),
        pytest.param(rule_text(name="A_b"), "name: must be lower-case letters", id="name"),
        pytest.param(rule_text(name="7"), "name: must be a text", id="a number as name"),
        pytest.param(rule_text(on="release.update"), "(did you mean api:release.update?)", id="entity without api"),
        pytest.param(rule_text(on="api:relase"), "(did you mean api:release?)", id="entity misspelt"),
        pytest.param(rule_text(on="dyno.crash"), "actions are create, update, destroy", id="action"),
        pytest.param(rule_text(on="[dyno.create, dino]"), "rules[0].on[1]: is not an entity", id="second of two"),
        pytest.param(rule_text(on="[]"), "rules[0].on: must not be empty", id="on nothing"),
        pytest.param(rule_text(on="dyno"), "3:5: rules[0].match: is missing: without it `on` must name", id="no match"),
        pytest.param(
            rule_text("match: {}"), "6:12: rules[0].match: an empty match would match every", id="empty match"
        ),
        pytest.param(
            rule_text("match: {status: up}"), "6:13: rules[0].match.status: an event has no status", id="path"
        ),
        pytest.param(rule_text("match:"), "rules[0].match: an empty match would match every", id="match left blank"),
        pytest.param(rule_text("match: {data.x: {glb: a}}"), "6:22: rules[0].match.data.x.glb: is not", id="operator"),
        pytest.param(rule_text("each: release.id"), "each: an event has no release", id="each"),
        pytest.param(
            rule_text("each: [app.id, dat.id]"), "6:20: rules[0].each[1]: an event has no dat", id="one of each"
        ),
        pytest.param(rule_text("each: []"), "6:11: rules[0].each: must not be empty", id="each of nothing"),
        pytest.param(rule_text("cooldown: 30"), "cooldown: needs a unit: 30s, 30m", id="no unit"),
        pytest.param(rule_text("cooldown: soon"), "cooldown: must be a duration like 30s", id="no duration"),
        pytest.param(rule_text("cooldown: 0s"), "cooldown: must be longer than nothing", id="no time"),
        pytest.param(
            rule_text("cooldown: 31d"), "cooldown: must be longer than nothing and at most 30d", id="too long"
        ),
        pytest.param(rule_text("count: {at_least: 0, within: 1m}"), "count.at_least: must be greater", id="count"),
        pytest.param(
            rule_text("count: {at_least: true, within: 1m}"), "count.at_least: must be a", id="true is no count"
        ),
        pytest.param(rule_text("count: {atleast: 1, within: 1m}"), "(did you mean at_least?)", id="key of count"),
        pytest.param(rule_text("match: data.x = 1"), "match: must be a mapping of paths, like {data.", id="match"),
        pytest.param(rule_text("limit: 3"), "limit: must be a mapping like {max: …, within: …}", id="limit"),
        pytest.param(rule_text(do="{notify: x}"), "do: must be a list: write `- ` before each step", id="steps"),
        pytest.param(rule_text("targets: {}"), "it stands beside `rules`, at the beginning of a line", id="inside"),
        pytest.param(rule_text("overlap: que"), "'queue' or 'skip' (did you mean queue?)", id="overlap"),
        pytest.param(
            rule_text("access: {relases: write}"), "6:14: rules[0].access.relases: is not a group", id="group"
        ),
        pytest.param(rule_text("access: {releases: wirte}"), "(did you mean write?)", id="level"),
        pytest.param(rule_text("on_apps: []"), "on_apps: must not be empty", id="no apps"),
        pytest.param(rule_text(do="[]"), "5:9: rules[0].do: must not be empty", id="no steps"),
        pytest.param(rule_text(do="[rollback]"), "5:10: rules[0].do[0]: must be one action with its", id="bare action"),
        pytest.param(rule_text(do="[{name: x}]"), "rules[0].do[0]: must be one action", id="name alone"),
        pytest.param(rule_text(do="[{rolback: {}}]"), "5:11: rules[0].do[0].rolback: is not an action", id="no action"),
        pytest.param(rule_text(do="[{notify: x}]"), "do[0].notify: must be a mapping of parameters", id="no params"),
        pytest.param(rule_text(do="[{notify: {to: log}}]"), "5:19: rules[0].do[0].notify.text: is missing", id="param"),
        pytest.param(
            rule_text(do="[{notify: {to: log, txt: a, text: b}}]"),
            "5:29: rules[0].do[0].notify.txt: is not",
            id="extra",
        ),
        pytest.param(rule_text(do="[{notify: {to: 3, text: b}}]"), "to: must be a text, or must be a list", id="union"),
        pytest.param(
            rule_text(do="[{notify: {to: lgo, text: b}}]"), "5:24: rules[0].do[0].notify.to: is not a", id="to"
        ),
        pytest.param(
            rule_text(do="[{notify: {to: [log, ops], text: b}}]"), "notify.to[1]: is not a target", id="to list"
        ),
        pytest.param(
            rule_text("access: {releases: write}", do="[{rollback: {to: previous}}]"),
            "to: must be 'last-good'",
            id="choice",
        ),
        pytest.param(
            rule_text(do="[{name: Two words, notify: {to: log, text: b}}]"), "5:17: rules[0].do[0].name", id="step name"
        ),
        pytest.param(
            rule_text(do="[{name: a, notify: {to: log, text: b}}, {name: a, notify: {to: log, text: b}}]"),
            "rules[0].do[1].name: another step of the rule is called a already",
            id="step name twice",
        ),
        pytest.param("version: 1\ntargets: {ops: {slak: $X}}", "2:17: targets.ops.slak: is not a kind", id="kind"),
        pytest.param("version: 1\ntargets: {ops: {}}", "targets.ops: must have exactly one kind", id="no kind"),
        pytest.param("version: 1\ntargets: {log: {webhook: $X}}", "2:11: targets.log: is built in", id="log elsewhere"),
        pytest.param("version: 1\ntargets: {a: {log: 1}}", "targets.a.log: must be true", id="log target"),
        pytest.param(rule_text("match: {data.status:failed}"), "(did you mean data.status: failed?)", id="no space"),
        pytest.param(
            rule_text("when: version > 1"),
            "6:19: rules[0].when: the expression: > cannot take string, int (did you mean data.version?)",
            id="version",
        ),
        pytest.param(
            rule_text("when: data.description == 'fixed #4'"),
            "a # behind a space begins a comment: quote the whole text",
            id="comment",
        ),
        pytest.param(rule_text("stop: yes"), "stop: must be true or false (did you mean true?)", id="yes"),
        pytest.param(rule_text("stop: off"), "stop: must be true or false (did you mean false?)", id="off"),
        pytest.param("version: 1\ntests: [{name: x}]", "2:9: tests[0].events: is missing", id="test without events"),
        pytest.param(
            "version: 1\ntests: [{name: x, events: [{at: 1s}]}]",
            "events[0]: must have either a sample or",
            id="no event",
        ),
        pytest.param(
            "version: 1\ntests: [{name: x, events: [{sample: y}], expects: []}]",
            "(did you mean expect?)",
            id="test key",
        ),
        pytest.param("version: 1\nrules:\nrules: []", "3:1: rules: is there twice", id="key twice"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    assert any(told in str(problem) for problem in problems(text)), problems(text)


def test_a_default_name_makes_way_for_a_given_one() -> None:
    text = "notify: {to: log, text: x}"
    read = rule(f"on_failure: [{{{text}}}]", do=f"[{{{text}}}, {{{text}, name: notify_2}}, {{{text}}}]")

    assert [step.name for step in (*read.do, *read.on_failure)] == ["notify", "notify_2", "notify_3", "notify_4"]


def test_missing_access_is_told_with_what_to_write() -> None:
    [problem] = problems(rule_text("access: {apps: read, releases: read}", do="[{rollback: {}}]"))

    assert (problem.line, problem.column) == (5, 11)
    assert problem.message == "needs releases: write; write `access: {apps: read, releases: write}`"


def test_a_parameter_left_blank_is_no_parameter() -> None:
    assert rule("access: {releases: full}", do="[{rollback: }]").do == (Step("rollback", "rollback", {}),)


@pytest.mark.parametrize("value", ["https://hooks.example.com/T0/SECRET", "OPS_URL", "'${OPS}'", "39", "$OPS-URL"])
def test_a_target_that_is_no_variable_is_refused_without_showing_it(value: str) -> None:
    [problem] = problems(f"version: 1\ntargets: {{ops: {{webhook: {value}}}}}")

    assert problem.message.startswith("must name an environment variable, like $OPS_WEBHOOK_URL")
    assert value.strip("'") not in str(problem)


def test_a_problem_shows_the_line_and_points_at_what_is_wrong() -> None:
    [problem] = problems(rule_text("mode: lively"))

    assert str(problem).splitlines()[1:] == ["        mode: lively", "              ^"]


def test_no_line_of_a_broken_target_is_shown() -> None:
    for target in ("{webhook: SECRET, slack: $X}", "{slack: SECRET}", "{log: SECRET}"):
        [problem] = problems(f"version: 1\ntargets: {{ops: {target}}}")
        assert "SECRET" not in str(problem)


def test_log_may_be_written_as_what_it_is() -> None:
    assert book("version: 1\ntargets: {log: {log: true}}").targets["log"] == Target("log")


def test_a_missing_variable_is_a_problem_where_the_environment_is_known() -> None:
    text = "version: 1\ntargets: {ops: {webhook: $OPS}}"

    [problem] = problems(text, environment={"OPS": " "})
    assert problem.message == "the environment has no OPS"
    assert problems(text, environment={"OPS": "https://hooks.example.com"}) == ()
    assert problems(text) == ()


def test_names_are_unique_over_all_files() -> None:
    target = "targets: {ops: {log: true}}"

    told = problems(rule_text() + target, rule_text() + target)

    assert [str(problem).splitlines()[0] for problem in told] == [
        "file2.yaml:3:11: rules[0].name: another rule is called a-rule already: file1.yaml:3",
        "file2.yaml:6:11: targets.ops: another target is called ops already: file1.yaml:6",
    ]


def test_a_rule_may_notify_a_target_of_a_later_file() -> None:
    user = rule_text(do="[{notify: {to: ops, text: x}}]")

    assert book(user, "version: 1\ntargets: {ops: {log: true}}").rules[0].do[0].params["to"] == "ops"


def test_a_broken_target_is_told_once_and_not_by_every_rule_that_uses_it() -> None:
    user = rule_text(do="[{notify: {to: ops, text: x}}]")

    assert len(problems(user, "version: 1\ntargets: {ops: {webhook: nope}}")) == 1


def test_all_problems_of_all_files_are_told_at_once_in_order() -> None:
    first = rule_text("mod: live\nmatch: {data.x: {glb: 1}}\ncooldown: 3", do="[{rollback: }, {nofity: {}}]")
    second = rule_text("match: {x: 1}", name="b") + "targets: {ops: {webhook: x}}"

    told = problems(first, second, "a: [")

    assert [(problem.file, problem.key) for problem in told] == [
        ("file1.yaml", "rules[0].do[0].rollback"),
        ("file1.yaml", "rules[0].do[1].nofity"),
        ("file1.yaml", "rules[0].mod"),
        ("file1.yaml", "rules[0].match.data.x.glb"),
        ("file1.yaml", "rules[0].cooldown"),
        ("file2.yaml", "rules[0].match.x"),
        ("file2.yaml", "targets.ops.webhook"),
        ("file3.yaml", ""),
    ]


def test_what_follows_from_a_mistake_is_not_told_beside_it() -> None:
    told = problems(rule_text("access: {relases: write}", do="[{rollback: }]"))

    assert [problem.key for problem in told] == ["rules[0].access.relases"]


# fmt: off
INNER_KEYS = [
    "name", "notify", "to", "text", "data.a", "not", "any", "on", "within", "match", "same", "for", "path", "from",
    "if", "a", "default", "example", "description",
]
SOUND = [{}, {"name": "a", "on": "dyno.create", "do": [{"notify": {"to": "log", "text": "${a}"}}]}, {"use": "plain"}]
FRAGMENTS = st.sampled_from([
    "version: 1\n", "rules:\n", "  - ", "    ", "name: a\n", "on: dyno\n", "match: {", "}", "[", "do: ", "- ", ": ",
    "'", '"', "&a ", "*a", "!x ", "{{ ", " }}", "{% if ", "\t", "|\n", "#", "?", "notify", "1e9", "\x85", "\u2028",
    "---\n", "<<", "%YAML 1.2\n", "\r",
])
# fmt: on


@given(text=st.text(max_size=80) | st.lists(FRAGMENTS, max_size=20).map("".join))
@example(text="\ud800")
@example(text="? ? ? 1")
@example(text="version: 1\nrules: [{name: a, on: [[]], do: [[[]]], match: [1], access: [], tests: 1}]")
def test_loading_any_text_raises_nothing_but_rule_errors(text: str) -> None:
    told = problems(text)

    assert all(problem.line >= 1 and problem.column >= 1 and str(problem) for problem in told)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.sampled_from(["a", "{{ a }}", "{% x", "log", "dyno", "30s", "${a}", "data.a == 1", "data.a", "plain"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER_KEYS), inner, max_size=3),
    max_leaves=6,
)


@given(
    sound=st.sampled_from(SOUND),
    raw=st.dictionaries(st.sampled_from([*RuleModel.model_fields, "with", "use"]), JSON, max_size=5),
    targets=JSON,
)
def test_any_shape_of_a_rule_raises_nothing_but_rule_errors(
    sound: dict[str, Any], raw: dict[str, Any], targets: object
) -> None:
    """JSON is YAML, so a rule can be written as JSON here."""
    library = [Source("library.yaml", rule_text(name="plain"))]
    problems(json.dumps({"version": 1, "rules": [sound | raw], "targets": targets}), library=library)
