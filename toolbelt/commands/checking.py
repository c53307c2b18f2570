"""`bin/dynohook rules check`: does a worker start with these rules, and is what is allowed also what is meant?"""

import os

import click

from core.settings import read
from rules.examining import examine
from toolbelt.commands.common import No, examples
from toolbelt.commands.loading import sources_of
from toolbelt.commands.problems import annotate, print_as_json, refusing, tell
from workers.actions import SPECS
from workers.rulebooks import lacking, library


@click.command(
    epilog=examples(
        "bin/dynohook rules check",
        "bin/dynohook rules check my-rules.yaml --strict",
        "bin/dynohook rules check --format github --files-only rules/",
        "RULES_PATH=rules/library bin/dynohook rules check --format json",
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
@click.option(
    "--files-only", is_flag=True, help="Do not ask whether this environment has the variables and the token they need."
)
def check(*, paths: tuple[str, ...], kind: str, as_json: bool, strict: bool, files_only: bool) -> None:
    """Load the rules and say what is wrong with them, each thing with its place and a suggestion.

    Errors are what a worker would refuse to start with: what cannot be read, a target whose variable is not set, a live
    rule that needs Heroku's API while there is no token. Warnings are what is allowed and hardly meant: a field that
    Heroku's events do not have, clauses that shut each other out, access that no step uses. Then it says which webhooks
    and which OAuth scopes the rules need.

    Ends with 1 if there are errors, else with 0; with --strict only if there are no warnings either. FILES OR FOLDERS
    count instead of RULES_PATH and RULES_YAML. `--format github` writes annotations for GitHub Actions.
    """
    with refusing():
        chosen = read()
        environment = None if files_only else os.environ
        examined = examine(sources_of(paths, chosen), actions=SPECS, environment=environment, library=library())
    lack = lacking(examined.book, chosen) if examined.book and not files_only else ""
    if as_json or kind == "json":
        print_as_json(examined, lack)
    else:
        {"text": tell, "github": annotate}[kind](examined)
    if lack and not (as_json or kind == "json"):
        raise No(f"{lack}. To look at the files alone: --files-only")
    if lack or examined.book is None or (strict and examined.problems):
        raise SystemExit(1)
