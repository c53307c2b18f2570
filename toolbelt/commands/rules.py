"""`bin/dynohook rules`: are they right, what would they do, and what is there?"""

import os
from typing import Any

import click

from core.settings import read
from rules.outlines import outline_of
from rules.rulebook import Rule, Template
from toolbelt.commands.backtesting import backtest
from toolbelt.commands.checking import check
from toolbelt.commands.common import as_json, examples, print_json, print_table
from toolbelt.commands.explaining import explain
from toolbelt.commands.groups import Group
from toolbelt.commands.problems import refusing
from toolbelt.commands.schema import schema
from toolbelt.commands.shadowing import shadow
from toolbelt.commands.testing import test
from workers.rulebooks import load_rules


@click.group(cls=Group)
def rules() -> None:
    """Check, test and explain the rules that RULES_PATH and RULES_YAML name, exactly as a worker would load them."""


rules.add_command(check)
rules.add_command(explain)
rules.add_command(schema)
rules.add_command(test)
rules.add_command(shadow)
rules.add_command(backtest)


@rules.command("list", epilog=examples("bin/dynohook rules list", "bin/dynohook rules list --json"))
@as_json
def list_(*, as_json: bool) -> None:
    """Show every rule, in the order in which they are asked, and how far each may go now."""
    with refusing():
        chosen = read()
        book = load_rules(chosen, os.environ)
    if as_json:
        print_json([*map(outline, book.rules), *map(template_outline, book.templates)])
        return
    print_table(("RULE", "MODE", "ON", "DOES"), [row(rule) for rule in book.rules])
    if book.templates:
        click.echo("\nThese judge nothing until `use` gives them values:\n")
        print_table(("RULE", "NEEDS", "WHAT IT IS FOR"), [template_row(template) for template in book.templates])
    if chosen.brake != "live":
        click.echo(f"\nNo rule goes beyond {chosen.brake}: that is where ACT stands.")


def outline(rule: Rule) -> dict[str, Any]:
    return outline_of(rule) | {"description": rule.description, "do": [step.name for step in rule.do]}


def template_outline(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "mode": "template",
        "description": template.description,
        "needs": list(template.needs),
    }


def template_row(template: Template) -> tuple[str, ...]:
    return template.name, ", ".join(template.needs), template.description


def row(rule: Rule) -> tuple[str, ...]:
    on = ", ".join(map(str, rule.on))
    return rule.name, rule.mode.value, on, ", ".join(step.name for step in rule.do)
