"""What an action is refused for before it can run: `rules check` says which access it lacks, or that a limit is due."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from heroku.access import Level
from heroku.endpoints import BY_NAME
from tests.workers.actions.cases import EVERY
from tests.workers.actions.scene import ENVIRONMENT, Case, rule
from tests.workers.world import TOKEN
from toolbelt.commands.rules import rules

ALL = [pytest.param(case, id=case.name) for case in EVERY]
LIMIT = "    limit: {max: 9, within: 1d}\n"
DESTROYING = {"collaborator removed", "domain removed", "add-on removed", "call that destroys"}
NO_LIMIT = "destroys something, and the rule has no limit; write `limit: {max: 1, within: 1d}`, or what fits"


def checked(text: str, folder: Path) -> Result:
    """What `rules check` says of a rule file."""
    file = folder / "mine.yaml"
    file.write_text(text)
    settings = {"RULES_PATH": None, "RULES_YAML": None, "ACT": None, "HEROKU_API_KEY": TOKEN, **ENVIRONMENT}
    return CliRunner(env=settings).invoke(rules, ["check", str(file)])


def group_and_level(case: Case) -> tuple[str, str]:
    group = BY_NAME[case.endpoint].group
    return group, case.access[group]


@pytest.mark.parametrize("case", ALL)
def test_with_the_access_and_the_limit_that_it_needs_it_is_sound(case: Case, tmp_path: Path) -> None:
    ran = checked(case.rule, tmp_path)
    assert (ran.exit_code, "Nothing is wrong" in ran.output) == (0, True)


@pytest.mark.parametrize("case", ALL)
def test_without_access_or_with_less_it_is_refused_with_what_to_write(case: Case, tmp_path: Path) -> None:
    group, level = group_and_level(case)
    less = Level[level.upper()] - 1
    for access in ({}, {group: Level(less).word}):
        ran = checked(rule(case.do, access), tmp_path)
        assert ran.exit_code == 1
        assert f"needs {group}: {level}; write `access: {{{group}: {level}}}`" in ran.output


@pytest.mark.parametrize("case", ALL)
def test_what_destroys_is_refused_without_a_limit_and_nothing_else_is(case: Case, tmp_path: Path) -> None:
    ran = checked(case.rule.replace(LIMIT, ""), tmp_path)
    destroys = case.name in DESTROYING
    assert (ran.exit_code != 0, NO_LIMIT in ran.output) == (destroys, destroys)
    assert not destroys or group_and_level(case)[1] == "full"


LOOKING = [
    pytest.param("logs: {}", "logs: read", id="a log"),
    pytest.param("check: {}", "apps: read", id="the app's own address"),
    pytest.param("agent: {prompt: Why?, context: [logs]}", "logs: read", id="what an agent is shown"),
    pytest.param("agent: {prompt: Why?, tools: [{name: dyno_run_command}]}", "dynos: full", id="an agent's tool"),
]


@pytest.mark.parametrize(("do", "need"), LOOKING)
def test_what_only_looks_is_refused_without_access_too(do: str, need: str, tmp_path: Path) -> None:
    ran = checked(rule(do, {}), tmp_path)
    assert (ran.exit_code, f"needs {need}; write `access: {{{need}}}`" in ran.output) == (1, True)
