"""Expressions in rule files: `when` of a rule and `if` of a step, found wrong on loading and asked in their turn."""

from typing import Any

import pytest

from rules.deciding import decide
from rules.explaining import sentence
from rules.matching import EVERYTHING, MATCHED, Clause, Fields, compile_match
from tests.rules.factories import NOON, book, event, problems, rule, rule_text

NOTIFY = "notify: {to: log, text: x}"


def steps(*conditions: str) -> str:
    return "[" + ", ".join(f"{{{NOTIFY}, if: {condition}}}" for condition in conditions) + "]"


def test_what_when_says_are_the_last_clauses_of_the_match() -> None:
    read = rule("when:\n  - data.version > 3\n  - has(data.user)\nmatch: {data.status: failed}")

    assert read.match.clauses == ("data.status is failed", "when data.version > 3", "when has(data.user)")
    assert [clause.paths for clause in read.match.parts] == [("data.status",), ("data.version",), ("data.user",)]


def test_when_alone_may_stand_for_a_match() -> None:
    assert rule("when: data.status == 'failed'", on="api:release").match.clauses == ("when data.status == 'failed'",)


def test_when_is_asked_only_if_all_of_match_held() -> None:
    asked: list[Fields] = []

    def ask(fields: Fields) -> bool:
        asked.append(fields)
        return True

    match = compile_match({"data.x": 1, "data.y": 2}).also((Clause("when asked", (), ask),))

    assert [match.match({"data": data}) for data in ({}, {"x": 1}, {"x": 1, "y": 2})] == [0, 1, MATCHED]
    assert asked == [{"data": {"x": 1, "y": 2}}]


def test_a_match_without_more_stays_as_it_is() -> None:
    assert EVERYTHING.also(()) is EVERYTHING


@pytest.mark.parametrize(
    ("data", "fires", "said"),
    [
        ({"version": 4}, True, "a-rule matched in shadow"),
        ({"version": 3}, False, "it wants that data.version > 3, and saw 3."),
        ({}, False, "it wants that data.version > 3, and saw missing (error: version is missing)."),
        ({"version": "4"}, False, 'and saw "4" (error: > cannot take such values).'),
    ],
    ids=["true", "false", "missing", "another kind"],
)
def test_only_what_is_true_fires_and_anything_else_is_explained(data: dict[str, Any], fires: bool, said: str) -> None:
    loaded = book(rule_text("when: data.version > 3"))
    happened = event(**data)

    decision = decide(loaded, happened, now=NOON)

    assert bool(decision.fired) is fires
    assert said in sentence(decision.verdicts[0])


def test_steps_keep_their_conditions() -> None:
    [first, second] = rule(do=f"[{{{NOTIFY}, continue_on_failure: true}}, {{{NOTIFY}, if: 'true'}}]").do

    assert (first.condition, first.continue_on_failure) == (None, True)
    assert (second.condition, second.continue_on_failure) == ("true", False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("when: data.x == foo", "6:21: rules[0].when: the expression: foo is not known here", id="plain"),
        pytest.param("when: 'data.x == foo'", "6:22: rules[0].when: the expression: foo", id="in quotes"),
        pytest.param('when: "data.x == foo"', "6:22: rules[0].when: the expression: foo", id="in double quotes"),
        pytest.param("when:\n  - data.x == 1\n  - data.y = 2", "8:16: rules[0].when[1]: the expr", id="second of two"),
        pytest.param("when: [data.x == 1, data.y = 2]", "6:32: rules[0].when[1]: the expression", id="in brackets"),
        pytest.param("when: |\n  data.x == 1 &&\n    foo", "8:9: rules[0].when: the expression: foo", id="block"),
        pytest.param("when: >\n  data.x == 1 &&\n  foo", "8:7: rules[0].when: the expression: foo", id="folded"),
        pytest.param('when: "data.x == \\"a\\" && foo"', "6:31: rules[0].when: the expression: foo", id="escapes"),
        pytest.param("when: data.x == 1 &&\n  foo", "7:7: rules[0].when: the expression: foo", id="over two lines"),
        pytest.param("when: data.x ==", "6:20: rules[0].when: the expression: something is", id="half"),
        pytest.param("when: foob > 1 || foo", "6:11: rules[0].when: the expression: foob", id="a word in another"),
        pytest.param("when: data.foob > 1 || foo", "6:28: rules[0].when: the expression: foo", id="the second"),
        pytest.param("when:", "rules[0].when: has no value", id="blank"),
        pytest.param("when: ''", "rules[0].when: must not be empty", id="empty"),
        pytest.param("when: []", "rules[0].when: must not be empty", id="none"),
        pytest.param("when: [true]", "rules[0].when[0]: must be a text", id="no text"),
        pytest.param("when: app.name", "the expression: must be true or false, and this is a text", id="no truth"),
        pytest.param("when: steps.x.outcome == 'done'", "the expression: steps is not known here", id="steps"),
        pytest.param("when: app.region == 'eu'", "app.region can lead nowhere", id="path"),
        pytest.param(
            "when: !data.current", 'a text that begins with ! must be quoted: "!data.current"', id="exclamation mark"
        ),
        pytest.param('when: "a" in data.list', "the text goes on after a quoted piece", id="begins with a quote"),
        pytest.param("when: data.x == 'a: b'", "a text with a colon and a space in it must be quoted", id="colon"),
        pytest.param("match: {app.name: {glob: *-x}}", 'must be quoted: "*-x"', id="star"),
    ],
)
def test_a_mistake_in_when_is_told_with_its_place(text: str, told: str) -> None:
    assert any(told in str(problem) for problem in problems(rule_text(text))), problems(rule_text(text))


def test_a_mistake_in_when_is_pointed_at() -> None:
    [problem] = problems(rule_text("when: data.x == 1 && foo > 2"))

    assert str(problem).splitlines()[1:] == [
        "        when: data.x == 1 && foo > 2",
        "                             ^",
    ]


@pytest.mark.parametrize(
    ("do", "told"),
    [
        pytest.param(steps("3"), "5:43: rules[0].do[0].if: must be an expression", id="no text"),
        pytest.param(steps(""), "rules[0].do[0].if: must be an expression", id="blank"),
        pytest.param(steps("data.x"), "", id="a value that may be true"),
        pytest.param(steps("data.x = 1"), "5:50: rules[0].do[0].if: the expression: cannot be read", id="broken"),
        pytest.param(steps("steps.notify.outcome == 'done'"), "the step notify has not been taken yet", id="itself"),
        pytest.param(
            steps("'true'", "steps.notify_3.outcome == 'done'", "'true'"),
            "notify_3 has not been taken",
            id="a later one",
        ),
        pytest.param(
            steps("'true'", "steps.notfy.outcome == 'done'"),
            "rules[0].do[1].if: there is no step notfy (did you mean notify?)",
            id="unknown",
        ),
        pytest.param(steps("'true'", "\"steps['notify'].outcome == 'done'\""), "", id="an earlier one"),
        pytest.param(
            f"[{{{NOTIFY}, continue_on_failure: 1}}]", "do[0].continue_on_failure: must be true or false", id="no truth"
        ),
        pytest.param(f"[{{{NOTIFY}, iff: 'true'}}]", "rules[0].do[0]: must be one action", id="unknown key"),
    ],
)
def test_a_mistake_in_if_is_told_with_its_place(do: str, told: str) -> None:
    found = problems(rule_text(do=do))

    assert any(told in str(problem) for problem in found) if told else found == ()


def test_on_failure_may_ask_for_every_step_that_came_before() -> None:
    asking = f"{{{NOTIFY}, if: steps.notify.outcome == 'failed'}}"

    assert problems(rule_text(f"on_failure: [{asking}]", do=f"[{{{NOTIFY}}}]")) == ()


def test_a_step_that_is_wrong_is_not_told_again_by_the_conditions_that_ask_for_it() -> None:
    [problem] = problems(rule_text(do=f"[{{rolback: {{}}}}, {{{NOTIFY}, if: steps.rollback.outcome == 'done'}}]"))

    assert problem.key == "rules[0].do[0].rolback"
