"""`dynohook rules`: do they load, and what is there?"""

import os
from typing import Any, NoReturn

import click

from core.settings import Settings, SettingsError, read
from rules.errors import Problem, RuleErrors
from rules.rulebook import Rule, Rulebook
from toolbelt.commands.common import No, as_json, examples, print_json, print_table
from workers.rulebooks import load_rules


@click.group()
def rules() -> None:
    """Check and list the rules that RULES_PATH and RULES_YAML name, exactly as a worker would load them."""


@rules.command(
    epilog=examples(
        "dynohook rules check", "dynohook rules check my-rules.yaml", "RULES_PATH=rules/library dynohook rules check"
    )
)
@click.argument("paths", nargs=-1, metavar="[FILES OR FOLDERS]")
@as_json
def check(*, paths: tuple[str, ...], as_json: bool) -> None:
    """Load the rules and say everything that is wrong with them, each with its place and a suggestion.

    Also what a worker would refuse to start with: a target whose variable is not set, a live rule that needs Heroku's
    API while there is no token. Ends with 0 if nothing is wrong. FILES OR FOLDERS count instead of RULES_PATH.
    """
    try:
        book = load_rules(settings(paths), os.environ)
    except RuleErrors as error:
        refuse(error.problems, as_json=as_json)
    except SettingsError as error:
        raise No(str(error)) from error
    if as_json:
        print_json({"problems": [], "rules": len(book.rules), "digest": book.digest})
    else:
        click.echo(f"Nothing is wrong: {told(book)}.")


@rules.command("list", epilog=examples("dynohook rules list", "dynohook rules list --json"))
@as_json
def list_(*, as_json: bool) -> None:
    """Show every rule, in the order in which they are asked, and how far each may go now."""
    chosen = settings(())
    try:
        book = load_rules(chosen, os.environ)
    except RuleErrors as error:
        refuse(error.problems, as_json=as_json)
    except SettingsError as error:
        raise No(str(error)) from error
    if as_json:
        print_json([outline(rule) for rule in book.rules])
        return
    print_table(("RULE", "MODE", "ON", "DOES"), [row(rule) for rule in book.rules])
    if chosen.brake != "live":
        click.echo(f"\nNo rule goes beyond {chosen.brake}: that is where ACT stands.")


def settings(paths: tuple[str, ...]) -> Settings:
    try:
        chosen = read()
    except SettingsError as error:
        raise No(str(error)) from error
    if not paths:
        return chosen
    return chosen.model_copy(update={"rules_path": ":".join(map(os.path.abspath, paths)), "rules_yaml": None})


def refuse(problems: tuple[Problem, ...], *, as_json: bool) -> NoReturn:
    """Says what is wrong, and ends."""
    if as_json:
        print_json({"problems": [problem_json(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(f"{problem}\n")
        number = "1 thing is" if len(problems) == 1 else f"{len(problems)} things are"
        click.echo(f"{number} wrong; no worker would start with that.")
    raise SystemExit(1)


def problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


def outline(rule: Rule) -> dict[str, Any]:
    return rule.outline() | {"description": rule.description, "do": [step.name for step in rule.do]}


def row(rule: Rule) -> tuple[str, ...]:
    on = ", ".join(map(str, rule.on))
    return rule.name, rule.mode.value, on, ", ".join(step.name for step in rule.do)


def told(book: Rulebook) -> str:
    number = len(book.rules)
    modes = [rule.mode.value for rule in book.rules]
    counts = ", ".join(f"{modes.count(mode)} {mode}" for mode in ("live", "shadow", "off") if mode in modes)
    return f"{number} rule{'' if number == 1 else 's'}{f' ({counts})' if counts else ''}"
