"""`bin/dynohook silence`: for a while, rules do nothing about some apps."""

from datetime import UTC, datetime

import click

from core.telling.silences import LONGEST_GLOB, unknown
from core.telling.words import ago, moment
from rules import durations
from rules.silences import EVERY
from toolbelt.commands.common import No, as_json, examples, hands, person, print_json, print_table
from toolbelt.commands.groups import Group
from toolbelt.commands.loading import todays_rules


@click.group(cls=Group)
def silence() -> None:
    """For a while, have rules do nothing about some apps. What comes meanwhile is recorded, and not made up for."""


@silence.command(
    epilog=examples(
        "bin/dynohook silence add --app acme-shop --for 2h --why 'we migrate the database'",
        "bin/dynohook silence add --rule 'roll-back-*' --until 2026-05-01T14:00 --why 'a release by hand'",
        "bin/dynohook silence add --app 'acme-*' --rule restart-slow --for 30m --why 'a load test'",
    )
)
@click.option("--app", help="The app, or a glob of apps; default every app.")
@click.option("--rule", help="The rule, or a glob of rules; default every rule.")
@click.option("--for", "lasts", help="How long: 30m, 2h, 1d; at most 30d.")
@click.option("--until", help="Till when, in UTC unless it says otherwise: 2026-05-01T14:00.")
@person
@as_json
def add(
    *, app: str | None, rule: str | None, lasts: str | None, until: str | None, by: str, why: str, as_json: bool
) -> None:
    """Silence rules about apps, from now on. A run that has not begun is stopped; one that has is seen through."""
    if app is None and rule is None:
        raise click.UsageError("Name --app, --rule or both; for every rule and every app there is: bin/dynohook pause")
    if max(len(app or ""), len(rule or "")) > LONGEST_GLOB:
        raise click.UsageError(f"--app and --rule have at most {LONGEST_GLOB} characters")
    with hands() as at_work:
        seconds = duration(lasts, until, at_work.now())
        warnings = list(unknown(at_work, app, rule, rules_here(rule)))
        kept = at_work.silence(app=app or EVERY, rule=rule or EVERY, seconds=seconds, by=by, why=why)
    if as_json:
        print_json(kept.to_json() | {"warnings": warnings})
        return
    click.echo(f"{kept.id}: {kept.to_json()['sentence']}")
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)


@silence.command("list", epilog=examples("bin/dynohook silence list"))
@as_json
def list_(*, as_json: bool) -> None:
    """Show the silences in force, those that end first before the others."""
    with hands() as at_work:
        found, now = at_work.silences(), at_work.now()
    if as_json:
        print_json([one.to_json() for one in found])
    elif found:
        table = [
            (one.id, one.app, one.rule, f"{moment(one.until / 1000)}, {ago(one.until / 1000, now)}", one.by, one.why)
            for one in found
        ]
        print_table(("SILENCE", "APP", "RULE", "UNTIL", "BY", "WHY"), table)
    else:
        click.echo("Nothing is silenced.")


@silence.command(epilog=examples("bin/dynohook silence end 4f1c --why 'the migration is done'"))
@click.argument("silence")
@person
@as_json
def end(*, silence: str, by: str, why: str, as_json: bool) -> None:
    """End SILENCE before its time. What it kept rules from doing is not done now. An id may be cut short."""
    with hands() as at_work:
        ended = at_work.end_silence(silence, by=by, why=why)
    if as_json:
        print_json(ended.to_json())
    else:
        click.echo(f"{ended.id} is over.")


def duration(lasts: str | None, until: str | None, now: float) -> float:
    """Seconds from now on."""
    if (lasts is None) == (until is None):
        raise click.UsageError("Say how long: either --for 2h or --until 2026-05-01T14:00")
    if lasts is not None:
        try:
            return durations.seconds(lasts)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--for") from None
    try:
        end = datetime.fromisoformat(until or "")
    except ValueError:
        raise click.BadParameter(f"{until!r} is no time like 2026-05-01T14:00", param_hint="--until") from None
    seconds = (end if end.tzinfo else end.replace(tzinfo=UTC)).timestamp() - now
    if seconds <= 0:
        raise No(f"{until} is over already: it is {moment(now)}")
    if seconds > durations.LONGEST:
        raise click.BadParameter("is more than 30 days from now", param_hint="--until")
    return seconds


def rules_here(rule: str | None) -> list[str] | None:
    """The names of the rules, if one is meant and they load."""
    book = todays_rules() if rule is not None else None
    return None if book is None else [one.name for one in book.rules]
