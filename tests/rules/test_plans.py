"""What a run would do, in words, before it begins."""

from typing import Any

import pytest

from rules.plans import steps_in_words
from rules.rulebook import Step

CONTEXT = {"app": {"name": "acme-shop"}, "data": {"note": "{{ data.secret }}", "secret": "x"}}


def said(params: dict[str, Any], **more: Any) -> str:
    step = {"name": "act", "action": "act", **more}
    [line] = steps_in_words([Step(params=params, **step)], CONTEXT)
    return line


@pytest.mark.parametrize(
    ("params", "line"),
    [
        pytest.param({}, "act", id="no parameters"),
        pytest.param({"to": "last-good"}, "act (to: last-good)", id="one"),
        pytest.param({"a": 1, "b": True, "c": None}, "act (a: 1; b: true; c: null)", id="several"),
        pytest.param({"to": ["ops", "log"]}, "act (to: ops, log)", id="a list"),
        pytest.param({"set": {"PLAN": "secret", "B": "x"}}, "act (set: PLAN, B)", id="of a mapping the names only"),
        pytest.param({"set": {}}, "act (set: nothing)", id="an empty mapping"),
        pytest.param({"text": "{{ app.name }}!"}, 'act (text: "acme-shop!")', id="a template"),
        pytest.param(
            {"text": "{{ data.note }}"}, 'act (text: "{{ data.secret }}")', id="what is rendered is no template"
        ),
        pytest.param(
            {"text": "{{ app.name }}: {{ steps.go.version }}"}, 'act (text: "acme-shop: <go.version>")', id="to come"
        ),
        pytest.param({"text": "{{ error }}"}, 'act (text: "{{ error }}")', id="an error that is not there yet"),
        pytest.param(
            {"text": "{% if steps.go.outcome %}x{% endif %}"},
            'act (text: "{% if steps.go.outcome %}x{% endif %}")',
            id="a decision that is still to come",
        ),
        pytest.param({"text": "{{ 1 < 'x' }}"}, "act (text: \"{{ 1 < 'x' }}\")", id="what cannot be rendered"),
        pytest.param({"url": "https://a.example/?key=s"}, "act (url: a link)", id="a link that may be a key"),
    ],
)
def test_a_step_is_told_with_its_parameters_as_far_as_they_are_known(params: dict[str, Any], line: str) -> None:
    assert said(params) == line


def test_a_step_is_told_with_its_name_its_condition_and_what_its_failure_means() -> None:
    assert said({"to": "x"}, name="undo", condition="data.n > 1", continue_on_failure=True) == (
        "undo: act (to: x), if data.n > 1, and go on if it fails"
    )
