"""Templates in rule files: wrong ones are found on loading, at their place."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from rules.actions import ActionSpec
from rules.errors import RuleErrors
from rules.files.loading import Source, load
from rules.values import Duration
from tests.rules.factories import problems, rule_text

NOTIFY = "{{notify: {{to: log, text: '{}'}}}}"
ROLLBACK = "access: {releases: write}"


def steps(*texts: str) -> str:
    return "[{rollback: {}}, " + ", ".join(NOTIFY.format(text) for text in texts) + "]"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ steps.rollback.sentence }}", id="an earlier step"),
        pytest.param('{% if steps.rollback.outcome == "done" %}ok{% endif %}', id="its outcome"),
    ],
)
def test_a_template_may_speak_of_earlier_steps(text: str) -> None:
    assert problems(rule_text(ROLLBACK, do=steps(text))) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("{{ steps.rolback.sentence }}", "there is no step rolback (did you mean rollback?)", id="unknown"),
        pytest.param("{{ steps.notify.sentence }}", "the step notify has not been taken yet", id="itself"),
        pytest.param("{{ steps.notify_2.sentence }}", "the step notify_2 has not been taken yet", id="a later one"),
        pytest.param("{{ error }}", "there is an error to tell of only in on_failure", id="error"),
        pytest.param("{{ app.name", "the template: is no template: ", id="broken"),
        pytest.param("{{ links.rum }}", "the template: links has no rum: there are run, event", id="no such link"),
        pytest.param('{{ links["rum"] }}', "the template: links has no rum", id="no such link, in brackets"),
        pytest.param("{{ nam }}", "the template: nam is not known here", id="unknown name"),
    ],
)
def test_a_template_that_can_tell_nothing_is_a_problem(text: str, told: str) -> None:
    [problem] = problems(rule_text(ROLLBACK, do=steps(text, "x")))

    assert told in str(problem)
    assert (problem.line, problem.key) == (5, "rules[0].do[1].notify.text")


@pytest.mark.parametrize("do", ["[{rolback: {}}, %s]", "[{rollback: 3}, %s]", "%s"])
def test_a_step_that_is_wrong_is_not_told_again_by_the_templates_that_speak_of_it(do: str) -> None:
    speaking = NOTIFY.format("{{ steps.rollback.sentence }}")

    [problem] = problems(rule_text(f"{ROLLBACK}\non_failure: [{speaking}]", do=do % speaking))

    assert "no step" not in problem.message


def test_on_failure_may_speak_of_the_error_and_of_every_step() -> None:
    failing = f"on_failure: [{NOTIFY.format('{{ error }} {{ steps.rollback.sentence }} {{ steps.notify.sentence }}')}]"

    assert problems(rule_text(f"{ROLLBACK}\n{failing}", do=steps("x"))) == ()


def test_a_target_cannot_be_a_template() -> None:
    [problem] = problems(rule_text(do="[{notify: {to: '{{ app.name }}', text: x}}]"))

    assert problem.message == "a target must be written out: it cannot be a template"


@pytest.mark.parametrize(
    ("params", "place"),
    [
        pytest.param('{set: {"{{ data.x }}": y}}', "5:23: rules[0].do[0].set.set.{{ data.x }}", id="a name"),
        pytest.param(
            '{set: {a: [{"b{{ data.x }}": y}]}}', "5:28: rules[0].do[0].set.set.a[0].b{{ data.x }}", id="deep"
        ),
    ],
)
def test_a_template_cannot_stand_for_a_name(params: str, place: str) -> None:
    """A config var was to be called as an event says, and that it cannot be was told when the app was in trouble."""
    actions = {"set": ActionSpec("set", SetParams)}
    with pytest.raises(RuleErrors) as raised:
        load([Source("a.yaml", rule_text(do=f"[{{set: {params}}}]"))], actions=actions)

    assert f"a.yaml:{place}: a template cannot stand for a name" in str(raised.value)


class SetParams(BaseModel):
    set: dict[Annotated[str, Field(pattern=r"^\w+$")], Any]


class WaitParams(BaseModel):
    path: Annotated[str, Field(pattern="^/", max_length=5)]
    until: Literal["good", "bad"] = "good"
    hard: bool = False
    pause: Duration = 5.0


def _told(params: str) -> list[str]:
    actions = {"wait": ActionSpec("wait", WaitParams)}
    try:
        load([Source("a.yaml", rule_text(do=f"[{{wait: {params}}}]"))], actions=actions)
    except RuleErrors as errors:
        return [f"{problem.key}: {problem.message}" for problem in errors.problems]
    return []


def test_a_template_may_stand_for_any_text_however_bound() -> None:
    assert _told("{path: '{{ data.path }}'}") == []
    assert _told("{path: 'x'}") != []


def test_a_template_cannot_stand_for_a_duration() -> None:
    """An event that names no time, or thirty days, was told when the run stood still."""
    [told] = _told("{path: /, pause: '{{ data.quantity }}m'}")
    assert told.endswith("wait.pause: must be written out, like 30s or 10m: a template cannot stand for a duration")


@pytest.mark.parametrize("params", ["{path: /, until: '{{ a }}'}", "{path: /, hard: '{{ a }}'}"])
def test_a_template_may_not_stand_for_what_is_no_free_text(params: str) -> None:
    assert len(_told(params)) >= 1
