"""`dynohook rules check`: does a worker start with these rules, and is what is allowed also what is meant?"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click

from core.settings import Settings, SettingsError, read
from heroku.scopes import least
from rules.errors import Problem, RuleErrors
from rules.examining import Examined, examine
from rules.rulebook import Rulebook
from toolbelt import needs
from toolbelt.commands.common import No, examples, page, print_json
from workers.actions import SPECS
from workers.credentials import endpoints
from workers.rulebooks import library, sources, without_token


@click.command(
    epilog=examples(
        "dynohook rules check",
        "dynohook rules check my-rules.yaml --strict",
        "dynohook rules check --format github rules/",
        "RULES_PATH=rules/library dynohook rules check --format json",
    )
)
@click.argument("paths", nargs=-1, metavar="[FILES OR FOLDERS]")
@click.option(
    "--format",
    "kind",
    type=click.Choice(("text", "json", "github")),
    default="text",
    help="How it is told.",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--strict", is_flag=True, help="Let a warning count as much as an error.")
def check(*, paths: tuple[str, ...], kind: str, as_json: bool, strict: bool) -> None:
    """Load the rules and say what is wrong with them, each thing with its place and a suggestion.

    Errors are what a worker would refuse to start with: what cannot be read, a target whose variable is not set, a live
    rule that needs Heroku's API while there is no token. Warnings are what is allowed and hardly meant: a field that
    Heroku's events do not have, clauses that shut each other out, access that no step uses. Then it says which webhooks
    and which OAuth scopes the rules need.

    Ends with 1 if there are errors, else with 0; with --strict only if there are no warnings either. FILES OR FOLDERS
    count instead of RULES_PATH and RULES_YAML. `--format github` writes annotations for GitHub Actions.
    """
    chosen = settings(paths)
    try:
        examined = examine(sources(chosen), actions=SPECS, environment=os.environ, library=library())
    except SettingsError as error:
        raise No(str(error)) from error
    TELLING["json" if as_json else kind](examined)
    if examined.book and (lack := without_token(examined.book, chosen)):
        raise No(lack)
    if examined.book is None or (strict and examined.problems):
        raise SystemExit(1)


def settings(paths: tuple[str, ...]) -> Settings:
    """Those of the environment, but with these rule files if any are named."""
    try:
        chosen = read()
    except SettingsError as error:
        raise No(str(error)) from error
    if not paths:
        return chosen
    return chosen.model_copy(update={"rules_path": ":".join(map(os.path.abspath, paths)), "rules_yaml": None})


def refuse(error: RuleErrors) -> NoReturn:
    """Say everything that is wrong, and end."""
    tell(Examined(None, error.problems))
    raise SystemExit(1) from error


def tell(examined: Examined) -> None:
    """For people."""
    for problem in examined.problems:
        click.echo(f"{problem}\n")
    click.echo(summary(examined))
    if examined.book:
        page("The rules need", list(needed(examined.book).items()))


def print_as_json(examined: Examined) -> None:
    """For programs."""
    told: dict[str, Any] = {"problems": [problem_json(problem) for problem in examined.problems]}
    if examined.book:
        book = examined.book
        told |= {
            "rules": len(book.rules),
            "digest": book.digest,
            "includes": needs.includes(book),
            "scopes": scopes(book),
        }
    print_json(told)


def annotate(examined: Examined) -> None:
    """For GitHub Actions: https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    for problem in examined.problems:
        where = f"file={_property(_from_here(problem.file))},line={problem.line},col={problem.column}"
        click.echo(f"::{problem.severity} {where}::{_data(problem.told)}")
    click.echo(summary(examined))


TELLING: Mapping[str, Callable[[Examined], None]] = {"text": tell, "json": print_as_json, "github": annotate}


def summary(examined: Examined) -> str:
    """The whole in one line."""
    errors = sum(problem.severity == "error" for problem in examined.problems)
    warnings = len(examined.problems) - errors
    if examined.book is None:
        things = "1 thing is" if errors == 1 else f"{errors} things are"
        return f"{things} wrong; no worker would start with that."
    if warnings:
        return f"Nothing is wrong, and {warnings} warning{'' if warnings == 1 else 's'}: {told(examined.book)}."
    return f"Nothing is wrong: {told(examined.book)}."


def told(book: Rulebook) -> str:
    """How many rules there are, and how far they go."""
    number = len(book.rules)
    modes = [rule.mode.value for rule in book.rules]
    counts = ", ".join(f"{modes.count(mode)} {mode}" for mode in ("live", "shadow", "off") if mode in modes)
    return f"{number} rule{'' if number == 1 else 's'}{f' ({counts})' if counts else ''}"


def needed(book: Rulebook) -> dict[str, str]:
    """What the rules need of Heroku, in words."""
    those = {f"scope for {name}": ", ".join(names) for name, names in scopes(book).items()}
    return {"webhooks": ", ".join(needs.includes(book)), **those}


def scopes(book: Rulebook) -> dict[str, list[str]]:
    """The OAuth scopes that each rule's access takes; those that call nothing are left out."""
    taken = {rule.name: list(least(endpoints(rule))) for rule in needs.at_work(book)}
    return {name: found for name, found in taken.items() if found}


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem, without the line that it stands in."""
    return {
        "severity": problem.severity,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


def _from_here(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
