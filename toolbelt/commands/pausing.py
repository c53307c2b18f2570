"""`bin/dynohook pause` and `resume`: the brake that a person pulls."""

import click

from core.telling.pausing import NOT_PAUSED, PAUSED, from_before, goes_on
from toolbelt.commands.common import No, as_json, examples, hands, person, print_json


@click.command(epilog=examples("bin/dynohook pause --why 'maintenance of the shop until noon'"))
@person
@as_json
def pause(*, by: str, why: str, as_json: bool) -> None:
    """Stop deciding and acting everywhere, until `bin/dynohook resume`. Deliveries are kept meanwhile; nothing is lost.

    A call to Heroku that is under way is finished. Pausing again replaces who and why.
    """
    with hands() as at_work:
        begun = at_work.pause(by=by, why=why)
    if as_json:
        print_json({"paused": True, "by": begun.by, "why": begun.why, "at": begun.at})
    else:
        click.echo(f"{PAUSED} Go on: bin/dynohook resume --why ...")


@click.command(epilog=examples("bin/dynohook resume --why 'the maintenance is over'"))
@person
@as_json
def resume(*, by: str, why: str, as_json: bool) -> None:
    """Go on after a pause: what waited is decided now, and acted on where it is still fresh enough.

    Runs that were planned before the pause go on as well, however old. Stop those that must not, before you resume:
    bin/dynohook runs stop RUN --why ...
    """
    with hands() as at_work:
        going_on = at_work.status()["runs_under_way"]
        ended = at_work.resume(by=by, why=why)
    if ended is None:
        raise No(NOT_PAUSED)
    if as_json:
        print_json({"paused": False, "by": by, "why": why, "paused_by": ended.by, "paused_why": ended.why})
    else:
        click.echo(goes_on(ended))
        if told := from_before(going_on):
            click.echo(f"{told} Look: bin/dynohook runs list; end one: bin/dynohook runs stop RUN")
