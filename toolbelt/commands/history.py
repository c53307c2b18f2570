"""`bin/dynohook history`: what people did here, and why."""

from dataclasses import asdict

import click

from core.telling.words import moment
from toolbelt.commands.common import as_json, examples, hands, print_json
from toolbelt.printable import printable


@click.command(epilog=examples("bin/dynohook history", "bin/dynohook history --most 5 --json"))
@click.option("--most", type=click.IntRange(1, 1_000), default=50, show_default=True, help="How many of the latest.")
@as_json
def history(*, most: int, as_json: bool) -> None:
    """Show what people did here, the latest last: paused, approved, silenced, stopped, replayed, and why.

    What the rules did is in `bin/dynohook runs list`, and their calls to Heroku in `bin/dynohook audit`.
    """
    with hands() as at_work:
        deeds = at_work.history(most=most)[::-1]
    if as_json:
        print_json([asdict(deed) | {"sentence": deed.sentence} for deed in deeds])
        return
    for deed in deeds:
        click.echo(printable(f"{moment(deed.at)}  {deed.sentence}"))
    if not deeds:
        click.echo("Nobody has laid hands on it yet.")
