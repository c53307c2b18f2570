"""`bin/dynohook audit`: the record of every call to Heroku's API, for programs and for people."""

import json

import click

from core.audit import Audit
from core.telling.calls import chosen
from core.telling.words import moment
from toolbelt.commands.common import connected, examples
from toolbelt.printable import printable


@click.command(
    epilog=examples(
        "bin/dynohook audit > calls.jsonl",
        "bin/dynohook audit --sentences --most 20",
        "bin/dynohook audit --denied --who roll-back-crashing-release",
        "bin/dynohook audit --app acme-shop | jq -r .sentence",
    )
)
@click.option("--most", type=click.IntRange(min=1), help="The latest so many of those asked for; default all.")
@click.option("--app", help="Only calls about this app.")
@click.option("--who", "whose", help="Only calls of those whose name has this in it: a rule, or a person.")
@click.option("--denied", is_flag=True, help="Only calls that were not allowed.")
@click.option(
    "--json/--sentences", "as_lines", default=True, help="JSON, a line for each call (so it is), or in words."
)
def audit(*, most: int | None, app: str | None, whose: str | None, denied: bool, as_lines: bool) -> None:
    """Print the record of calls to Heroku's API, the newest last.

    Each call is there, made or denied: who made it, what, where, by what right, what came of it, how long it took,
    and how many calls the account had left. No values of config vars, no tokens, nothing secret. The last 3,000 or
    so are kept; what rules call is a log line as well.
    """
    with connected() as redis:
        lines = list(chosen(Audit(redis).read(), app=app or "", who=whose or "", denied=denied))
    for line in lines[-most:] if most else lines:
        in_words = printable(f"{moment(line.at)}  {line.sentence}")
        click.echo(json.dumps(line.to_json(), ensure_ascii=False) if as_lines else in_words)
    if not lines and not as_lines:
        click.echo("There is no such call in the record.")
