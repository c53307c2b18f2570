"""How a command fails: in words for a person, with --json as JSON on standard output, with the same exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.settings import Settings
from toolbelt.cli import main

NOTHING_SET = dict.fromkeys(map(str.upper, Settings.model_fields))
NOBODY = "unix:///tmp/dynohook-nobody-here.sock"
BROKEN = "version: 1\nrules: [{name: a, on: api:app.create, doo: []}]\n"
NEEDY = """
version: 1
rules:
  - {name: needy, mode: live, on: api:app.create, access: {releases: write}, do: [{rollback: {to: last-good}}]}
"""
ANY = "[ANY]"  # stands for the path of the broken file


def run(*words: str, **environment: str) -> Result:
    return CliRunner(env={**NOTHING_SET, **environment}).invoke(main, words)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(BROKEN)
    return path


@pytest.mark.parametrize(
    ("words", "status"),
    [
        pytest.param(("rules", "list"), 1, id="list"),
        pytest.param(("rules", "shadow"), 1, id="shadow"),
        pytest.param(("rules", "explain", "--sample", "dyno_crashed"), 1, id="explain"),
        pytest.param(("rules", "backtest"), 2, id="backtest"),
        pytest.param(("rules", "backtest", ANY), 2, id="backtest of a file"),
        pytest.param(("rules", "backtest", "rules/library", "--against", ANY), 2, id="backtest against a file"),
        pytest.param(("rules", "test"), 2, id="test"),
        pytest.param(("rules", "test", ANY), 2, id="test of a file"),
    ],
)
def test_rules_that_do_not_load_are_told_as_rules_check_tells_them(
    broken: Path, words: tuple[str, ...], status: int
) -> None:
    """`rules list --json` printed text; `rules backtest --json` printed nothing on standard output."""
    words = tuple(str(broken) if word == ANY else word for word in words)
    checked = json.loads(run("rules", "check", "--json", str(broken)).stdout)
    told = run(*words, "--json", RULES_PATH=str(broken))
    spoken = run(*words, RULES_PATH=str(broken))

    assert told.exit_code == spoken.exit_code == status
    assert json.loads(told.stdout) == {"error": "the rules do not load", **checked}
    assert checked["problems"]
    assert f"{broken}:2:9: rules[0].do: is missing" in spoken.output


@pytest.mark.parametrize(
    ("words", "status"),
    [
        pytest.param(("rules", "check"), 1, id="check"),
        pytest.param(("rules", "test"), 2, id="test"),
        pytest.param(("rules", "backtest"), 2, id="backtest"),
        pytest.param(("rules", "backtest", "rules/library", "--against"), 2, id="backtest against"),
    ],
)
@pytest.mark.parametrize(
    ("path", "says"),
    [
        pytest.param("my-rulse.yaml", "there is no file or folder 'my-rulse.yaml'", id="nothing there"),
        pytest.param("docs", "there is no file in 'docs' that ends in .yaml or .yml", id="no rules there"),
    ],
)
def test_an_argument_that_cannot_be_used_is_named_as_it_was_typed(
    words: tuple[str, ...], status: int, path: str, says: str
) -> None:
    """It was reported as trouble with RULES_PATH, which nobody had touched, and with another path than was typed."""
    spoken, told = run(*words, path), run(*words, path, "--json")

    assert (spoken.exit_code, spoken.stderr) == (status, f"Error: {says}\n")
    assert (told.exit_code, json.loads(told.stdout)) == (status, {"error": says, "problems": []})


def test_a_path_of_the_settings_is_told_with_the_setting() -> None:
    ran = run("rules", "check", RULES_PATH="nowhere")

    assert (ran.exit_code, ran.stderr) == (1, "Error: RULES_PATH: there is no file or folder 'nowhere'\n")


def test_a_colon_in_a_path_that_was_typed_is_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "8:00.yaml"
    path.write_text(NEEDY.replace("live", "shadow"))

    assert run("rules", "check", str(path)).exit_code == 0


def test_what_live_rules_lack_is_one_document_with_what_was_checked(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(NEEDY)
    ran = run("rules", "check", "--json", str(path))

    told = json.loads(ran.stdout)
    assert ran.exit_code == 1
    assert told["error"].startswith("HEROKU_API_KEY is not set, and these live rules need Heroku's API: needy")
    assert told["rules"] == 1


@pytest.mark.parametrize(
    "words", [("status",), ("events", "list"), ("runs", "show", "7f3a"), ("rules", "backtest"), ("rules", "shadow")]
)
def test_a_redis_that_is_not_there_is_told_to_programs(words: tuple[str, ...]) -> None:
    ran = run(*words, "--json", REDIS_URL=NOBODY)

    assert (ran.exit_code, ran.stderr) == (3, "")
    assert "REDIS_URL does not answer" in json.loads(ran.stdout)["error"]


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        pytest.param(("status",), False, id="a look"),
        pytest.param(("pause", "--why", "x"), True, id="pause"),
        pytest.param(("runs", "stop", "7f3a", "--why", "x"), True, id="stop"),
    ],
)
def test_what_was_to_change_something_may_have_done_so(words: tuple[str, ...], *, changes: bool) -> None:
    """A server that hung carries out late what it was told; whoever paused it read that it did not answer."""
    ran = run(*words, REDIS_URL=NOBODY)

    assert (ran.exit_code, "look: bin/dynohook history" in ran.stderr) == (3, changes)


def test_the_record_of_calls_holds_calls_and_nothing_else() -> None:
    """It is JSON by itself, a line a call, and mostly goes into a file."""
    ran = run("audit", REDIS_URL=NOBODY)

    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "does not answer" in ran.stderr
