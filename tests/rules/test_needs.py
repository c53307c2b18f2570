"""What a step needs can depend on what it is to do, and what destroys is held by a limit."""

from collections.abc import Mapping
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from heroku.access import Level
from rules.actions import ActionSpec, Need
from rules.errors import RuleErrors
from rules.files.loading import Source, load

RULE = """
version: 1
rules:
  - name: lock-up
    on: dyno.destroy
    {more}
    do: [{{door: {{to: {to}}}}}]
"""
LIMIT = "limit: {max: 1, within: 1d}"
READ, WRITE, FULL = Level.READ, Level.WRITE, Level.FULL


class Door(BaseModel):
    to: Literal["look", "open", "remove"]


def _needs(params: Mapping[str, Any]) -> tuple[Need, ...]:
    level = {"open": WRITE, "remove": FULL}.get(params.get("to", ""))
    return (Need("domains", level),) if level else ()


SPEC = ActionSpec(
    "door",
    Door,
    needs=(Need("apps", READ), Need("domains", READ)),
    needs_more=_needs,
    destroys=lambda params: params.get("to") == "remove",
)


def problems(to: str, more: str) -> list[str]:
    try:
        load([Source("doors.yaml", RULE.format(to=to, more=more))], actions={"door": SPEC})
    except RuleErrors as error:
        return [problem.message for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("to", "level"),
    [
        pytest.param("look", READ, id="least"),
        pytest.param("open", WRITE, id="more"),
        pytest.param("remove", FULL, id="all"),
    ],
)
def test_the_highest_level_of_each_group_is_what_a_step_needs(to: str, level: Level) -> None:
    assert SPEC.needed({"to": to}) == (Need("apps", READ), Need("domains", level))


@pytest.mark.parametrize("params", [{}, {"to": None}, {"to": "{{ data.id }}"}], ids=["none", "null", "template"])
def test_parameters_that_say_nothing_need_no_more(params: dict[str, Any]) -> None:
    assert SPEC.needed(params) == (Need("apps", READ), Need("domains", READ))


def test_a_step_that_lacks_what_its_parameters_add_is_told_what_to_write() -> None:
    assert problems("open", "access: {domains: read}") == [
        "needs apps: read, domains: write; write `access: {domains: write, apps: read}`"
    ]


def test_what_destroys_is_refused_without_a_limit() -> None:
    access = "access: {apps: read, domains: full}"
    [message] = problems("remove", access)
    assert message.startswith("destroys something, and the rule has no limit")
    assert problems("remove", f"{access}\n    {LIMIT}") == []
    assert problems("open", access) == []


class Key(BaseModel):
    name: str
    inside: dict[str, Any] = {}
    apart: str = ""


KEYED = {"key": ActionSpec("key", Key, variables=("name", "inside"))}
KEYS = """
version: 1
rules:
  - name: turn
    mode: {mode}
    on: dyno.destroy
    do: [{{key: {{name: $ONE, inside: {{a: [$TWO, x$NONE]}}, apart: $THREE}}}}]
"""


def lacking(environment: Mapping[str, str] | None, mode: str = "live") -> list[str]:
    try:
        load([Source("keys.yaml", KEYS.format(mode=mode))], actions=KEYED, environment=environment)
    except RuleErrors as error:
        return [f"{problem.key}: {problem.message}" for problem in error.problems]
    return []


def test_a_variable_that_a_live_rule_names_must_be_set() -> None:
    assert lacking({"ONE": " "}) == [
        "rules[0].do[0].key.name: the environment has no ONE",
        "rules[0].do[0].key.inside.a[0]: the environment has no TWO",
    ]
    assert lacking({"ONE": "1", "TWO": "2"}) == []


def test_where_the_environment_is_not_known_or_nothing_is_done_no_variable_is_missed() -> None:
    assert lacking(None) == []
    assert lacking({}, "shadow") == []
