"""`rules` loads what a worker would load, and says everything that is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from toolbelt.commands.rules import rules

GOOD = """\
version: 1
rules:
  - name: watch-crashes
    description: Says that a dyno crashed.
    on: dyno
    match: {data.state: crashed}
    do: [{notify: {to: ops, text: crashed}}]
targets:
  ops: {webhook: $OPS_URL}
"""


def run(*arguments: str, **environment: str | None) -> Result:
    nothing_set = {"RULES_PATH": None, "RULES_YAML": None, "ACT": None, "HEROKU_API_KEY": None, "OPS_URL": "set"}
    return CliRunner(env={**nothing_set, **environment}).invoke(rules, arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    return path


def test_good_rules_are_good(file: Path) -> None:
    ran = run("check", str(file))
    assert (ran.exit_code, ran.output) == (0, "Nothing is wrong: 1 rule (1 shadow).\n")


def test_what_the_environment_names_is_checked(file: Path) -> None:
    assert run("check", RULES_PATH=str(file)).exit_code == 0
    assert run("check", RULES_PATH=str(file.parent / "nowhere")).exit_code == 1


def test_each_problem_is_told_with_its_place(file: Path) -> None:
    file.write_text(GOOD.replace("match:", "mtach:").replace("notify:", "notfy:"))
    ran = run("check", str(file))
    assert ran.exit_code == 1
    assert f"{file}:6:5: rules[0].mtach: " in ran.output
    assert "did you mean match?" in ran.output
    assert "did you mean notify?" in ran.output
    assert "things are wrong; no worker would start with that." in ran.output


def test_problems_can_be_read_by_programs(file: Path) -> None:
    file.write_text(GOOD.replace("mode", "mdoe").replace("on: dyno", "on: dino"))
    [problem] = json.loads(run("check", "--json", str(file)).output)["problems"]
    assert (problem["line"], problem["key"]) == (5, "rules[0].on")


def test_a_target_without_its_variable_is_a_problem(file: Path) -> None:
    ran = run("check", str(file), OPS_URL=None)
    assert ran.exit_code == 1
    assert "OPS_URL" in ran.output


def test_a_live_rule_that_needs_a_token_is_not_let_through_without_one(file: Path) -> None:
    live = GOOD.replace("do: [", "mode: live\n    access: {releases: write}\n    do: [{rollback: {to: last-good}}, ")
    file.write_text(live)
    ran = run("check", str(file))
    assert ran.exit_code == 1
    assert "HEROKU_API_KEY is not set" in ran.output
    assert run("check", str(file), HEROKU_API_KEY="HRKU-x").exit_code == 0


def test_rules_are_listed_in_their_order(file: Path) -> None:
    ran = run("list", RULES_PATH=str(file), ACT="off")
    assert ran.exit_code == 0
    assert ran.output.splitlines()[1].split() == ["watch-crashes", "shadow", "dyno", "notify"]
    assert "No rule goes beyond off" in ran.output


def test_the_list_can_be_read_by_programs(file: Path) -> None:
    [rule] = json.loads(run("list", "--json", RULES_PATH=str(file)).output)
    assert (rule["name"], rule["clauses"], rule["do"]) == ("watch-crashes", ["data.state is crashed"], ["notify"])


def test_settings_that_cannot_be_used_are_named() -> None:
    ran = run("list", ACT="sideways")
    assert ran.exit_code == 1
    assert "ACT" in ran.output
