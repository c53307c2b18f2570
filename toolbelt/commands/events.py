"""`bin/dynohook events`: what was heard, what was decided about it and why, and deciding it again."""

import json
from typing import Any

import click

from core.sightings import KeptEvent
from core.telling.decisions import Verdict, verdict_json
from core.telling.events import app_name, asked_by, became, content, decisions, kind, names, read, summary, told
from core.telling.letters import letters
from core.telling.runs import run_json
from core.telling.words import ago, moment
from toolbelt.commands.common import as_json, examples, hands, page, person, print_json, print_table
from toolbelt.commands.groups import Group
from toolbelt.commands.loading import todays_rules
from toolbelt.commands.runs import run_lines

LOOKED_AT = 1_000  # of the newest events, for those of one app


@click.group(cls=Group)
def events() -> None:
    """What Heroku sent, what was decided about it and why; and deciding it again."""


@events.command(
    "list", epilog=examples("bin/dynohook events list", "bin/dynohook events list --last 100 --app acme-shop")
)
@click.option("--last", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many of the newest.")
@click.option("--app", help="Only those of this app.")
@as_json
def list_(*, last: int, app: str | None, as_json: bool) -> None:
    """Show the events that came last, the newest first, and what became of each."""
    with hands() as at_work:
        looked_at = at_work.events(most=last if app is None else max(last, LOOKED_AT))
        heard = ((one, read(one)) for one in looked_at)
        found = [(one, event) for one, event in heard if app is None or app in names(event)][:last]
        books: dict[str, Any] = {}
        now = at_work.now()
        rows = [(one, event, became(one, event, at_work, books)) for one, event in found]
    if as_json:
        print_json([summary(one, event) | {"became": what} for one, event, what in rows])
    elif rows:
        table = [(ago(one.accepted_at, now), one.id, kind(event), app_name(event), what) for one, event, what in rows]
        print_table(("WHEN", "EVENT", "WHAT", "APP", "BECAME"), table)
    elif looked_at:
        click.echo(f"There is no such event among the latest {len(looked_at):,}.")
    else:
        click.echo("There is no event: nothing came, or it has had its time.")


@events.command(
    epilog=examples(
        "bin/dynohook events show 7f3a", "bin/dynohook events show 7f3a --body", "bin/dynohook events show 7f3a --json"
    )
)
@click.argument("event")
@click.option("--body", is_flag=True, help="Also show what Heroku sent, without the secrets in it.")
@as_json
def show(*, event: str, body: bool, as_json: bool) -> None:
    """Explain what was decided about EVENT: every rule that listened, whether it matched, and what stopped it.

    EVENT is an id, or the beginning of one.
    """
    with hands() as at_work:
        one = at_work.event(event)
        heard = read(one)
        today = todays_rules()
        decided = [(decision, list(told(decision, heard, at_work, today))) for decision in decisions(one)]
        runs = at_work.runs_of(one.id)
        now = at_work.now()
    if as_json:
        print_json(
            summary(one, heard)
            | {
                "decisions": [
                    dict(decision) | {"rules": [verdict_json(v) for v in found]} for decision, found in decided
                ]
            }
            | {"runs": [run_json(run) for run in runs], "body": content(one) if body else None}
        )
        return
    page(f"Event {one.id}", [("what", kind(heard)), ("app", app_name(heard)), *state(one, now)])
    for decision, found in decided:
        page(f"Decided {moment(decision['at'] / 1000)}{asked_by(decision)}", table_of(decision, found))
    for run in runs:
        click.echo("")
        for line in run_lines(run, now):
            click.echo(line)
    if body:
        click.echo("\n" + json.dumps(content(one), indent=2, ensure_ascii=False))


@events.command(epilog=examples("bin/dynohook events dead"))
@as_json
def dead(*, as_json: bool) -> None:
    """Show the dead letters: events and runs that were given up, as five workers died or hung on each.

    Replay one when its cause is mended: bin/dynohook events replay ID
    """
    with hands() as at_work:
        found, now = letters(at_work.dead(), at_work), at_work.now()
    if as_json:
        print_json([one._asdict() for one in found])
    elif found:
        table = [(ago(one.at, now), one.kind, one.id, one.what, one.app) for one in found]
        print_table(("GIVEN UP", "KIND", "ID", "WHAT", "APP"), table)
    else:
        click.echo("There is no dead letter.")


@events.command(epilog=examples("bin/dynohook events replay 7f3a --why 'the rule is mended'"))
@click.argument("event")
@person
@as_json
def replay(*, event: str, by: str, why: str, as_json: bool) -> None:
    """Have EVENT decided again by today's rules; also wakes a dead letter, of an event or of a run.

    What was done for it before stands in the record and is not undone. How old it is does not count this time.
    """
    with hands() as at_work:
        dead = at_work.dead()
        id = at_work.replay(event, by=by, why=why)
    if as_json:
        print_json({"replayed": id, "by": by, "why": why})
    elif f"act {id}" in dead:
        click.echo(f"Run {id} goes on; look: bin/dynohook runs show {id}")
    elif f"wait {id}" in dead:
        click.echo(f"The wait {id} is judged now; look: bin/dynohook events show {id.split(':')[0]}")
    else:
        click.echo(f"{id} is decided again; look: bin/dynohook events show {id}")


def state(one: KeptEvent, now: float) -> list[tuple[str, str]]:
    due = [("due", ago(one.due_at, now))] if one.due_at is not None else []
    why = [("unreadable", one.kept.reason)] if one.kept and one.kept.kind == "unreadable" else []
    return [("accepted", f"{moment(one.accepted_at)}, {ago(one.accepted_at, now)}"), ("state", one.state), *due, *why]


def table_of(decision: Any, found: list[Verdict]) -> list[tuple[str, str]]:
    if found:
        return [(verdict.rule, verdict.sentence) for verdict in found]
    if "unreadable" in decision:
        return [("nothing", f"it could not be read: {decision['unreadable']}.")]
    return [("nothing", "no rule listens to such events.")]
