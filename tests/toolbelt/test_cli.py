"""The command line's table of contents is right, and every command can explain itself."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from core.version import VERSION
from toolbelt.cli import COMMANDS, main

FOR_SHELLS = {("authorize",), ("rules", "schema")}  # what they print is given on as it is


def commands() -> Iterator[tuple[str, ...]]:
    for name in COMMANDS:
        yield (name,)
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)


@pytest.mark.parametrize("words", [pytest.param(words, id=" ".join(words)) for words in commands()])
def test_every_command_explains_itself_with_examples(words: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(main, [*words, "--help"])
    assert ran.exit_code == 0
    assert "Usage: " in ran.output
    if len(words) > 1 or not isinstance(main.get_command(click.Context(main), words[0]), click.Group):
        assert "Examples:" in ran.output
        assert "--json" in ran.output or words in FOR_SHELLS


@pytest.mark.parametrize("words", [pytest.param(words, id=" ".join(words) or "all") for words in [(), *commands()]])
@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_help_leaves_no_sentence_open(words: tuple[str, ...], columns: str) -> None:
    """`rules --help` told of `check` that it loads the rules and says what is wrong with them, each..."""
    _, _, told = CliRunner(env={"COLUMNS": columns}).invoke(main, [*words, "--help"]).output.partition("\n\n")

    assert told
    assert [line for line in told.splitlines() if re.search(r"\w(\.\.\.|…)$", line)] == []


def test_the_version_is_the_one_that_workers_tell() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == f"Dynohook, version {VERSION}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["evnets"], "No such command 'evnets'. Did you mean 'events'?", id="a slip of the keyboard"),
        pytest.param(["events", "lsit"], "No such command 'lsit'. Did you mean 'list'?", id="in a group"),
        pytest.param(["zzz"], "No such command 'zzz'.", id="nothing like it"),
        pytest.param(["--json", "status"], "behind the command: bin/dynohook status --json", id="an option too early"),
        pytest.param(["runs", "--last", "5", "list"], "bin/dynohook runs list --last", id="too early in a group"),
        pytest.param(["--json"], "bin/dynohook COMMAND --json", id="an option and no command"),
    ],
)
def test_what_was_typed_wrong_is_told_with_what_was_meant(words: list[str], says: str) -> None:
    """`--json status` was told that there is no such option, as if there were no JSON to be had."""
    ran = CliRunner().invoke(main, words, prog_name="bin/dynohook")
    assert ran.exit_code == 2
    assert says in ran.stderr


@pytest.mark.parametrize("url", [None, "unix:///tmp/dynohook-nobody-here.sock", "nonsense"])
def test_a_redis_that_cannot_be_reached_ends_with_three(url: str | None) -> None:
    ran = CliRunner(env={"REDIS_URL": url}).invoke(main, ["status"])
    assert ran.exit_code == 3
    assert "REDIS_URL" in ran.output


def test_a_password_is_never_shown() -> None:
    ran = CliRunner(env={"REDIS_URL": "redis://:sesame@127.0.0.1:9/0"}).invoke(main, ["status"])
    assert ran.exit_code == 3
    assert "sesame" not in ran.output
