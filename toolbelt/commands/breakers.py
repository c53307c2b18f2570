"""`bin/dynohook breaker`: rules that fired too often, and letting them act again."""

import click

from core.sightings import Breaker
from core.telling.words import ago
from toolbelt.commands.common import as_json, examples, hands, person, print_json, print_table
from toolbelt.commands.groups import Group


@click.group(cls=Group)
def breaker() -> None:
    """Rules that reached their limit and are stopped until a person closes their breaker."""


@breaker.command("list", epilog=examples("bin/dynohook breaker list"))
@as_json
def list_(*, as_json: bool) -> None:
    """Show the open breakers, the latest first."""
    with hands() as at_work:
        found, now = at_work.breakers(), at_work.now()
    if as_json:
        print_json([breaker_json(one) for one in found])
    elif found:
        table = [(ago(one.opened_at, now), one.rule, one.mode, one.event) for one in found]
        print_table(("OPENED", "RULE", "MODE", "BY EVENT"), table)
    else:
        click.echo("No breaker is open.")


@breaker.command(epilog=examples("bin/dynohook breaker close roll-back-crashing-release --why 'the build was broken'"))
@click.argument("rule")
@person
@as_json
def close(*, rule: str, by: str, why: str, as_json: bool) -> None:
    """Let RULE act again, with its count at nothing. What it was kept from doing is not done now."""
    with hands() as at_work:
        closed = at_work.close_breaker(rule, by=by, why=why)
    if as_json:
        print_json([breaker_json(one) for one in closed])
    else:
        click.echo(f"{rule} may act again.")


def breaker_json(one: Breaker) -> dict[str, str | float]:
    return {"rule": one.rule, "mode": one.mode, "opened_at": one.opened_at, "event": one.event, "max": one.max}
