"""`bin/dynohook runs`: what was done, step by step, and answering those that ask."""

import time
from collections.abc import Iterator
from typing import Literal

import click

from core.hands import Busy, Hands
from core.runs import RUN_STATES, Run
from core.telling.runs import gist, run_json, steps
from core.telling.words import ago, moment
from toolbelt.commands.common import as_json, examples, hands, person, print_json, print_table
from toolbelt.commands.groups import Group
from toolbelt.printable import printable

LOOKED_AT = 1_000  # of the newest runs, for those of a kind
BUSY_SECONDS = 5.0  # for a worker to come to the end of its look at a run


@click.group(cls=Group)
def runs() -> None:
    """What was done about events, step by step, and what waits for an approval."""


@runs.command(
    "list", epilog=examples("bin/dynohook runs list", "bin/dynohook runs list --state failed --app acme-shop")
)
@click.option("--last", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many of the newest.")
@click.option("--state", type=click.Choice(RUN_STATES), help="Only those in this state.")
@click.option("--rule", help="Only those of this rule.")
@click.option("--app", help="Only those for this app.")
@as_json
def list_(*, last: int, state: str | None, rule: str | None, app: str | None, as_json: bool) -> None:
    """Show the runs that were planned last, the newest first."""
    narrow = (state, rule, app) != (None, None, None)
    with hands() as at_work:
        looked_at = at_work.runs(most=max(last, LOOKED_AT) if narrow else last)
        now = at_work.now()
    found = [run for run in looked_at if is_wanted(run, state=state, rule=rule, app=app)][:last]
    if as_json:
        print_json([run_json(run) for run in found])
    elif found:
        table = [(ago(run.planned_at, now), run.id, run.app_name, run.state, gist(run)) for run in found]
        print_table(("PLANNED", "RUN", "APP", "STATE", "IN SHORT"), table)
    else:
        click.echo("There is no such run" + (f" among the latest {len(looked_at):,}." if looked_at else "."))


def is_wanted(run: Run, *, state: str | None, rule: str | None, app: str | None) -> bool:
    return state in (None, run.state) and rule in (None, run.rule) and app in (None, run.app, run.app_name)


@runs.command(epilog=examples("bin/dynohook runs show 7f3a", "bin/dynohook runs show 7f3a --json"))
@click.argument("run")
@as_json
def show(*, run: str, as_json: bool) -> None:
    """Show how far each step of RUN came, and what it came to. RUN is an id, or the beginning of one."""
    with hands() as at_work:
        found = at_work.run(run)
        now = at_work.now()
    if as_json:
        print_json(run_json(found))
    else:
        for line in run_lines(found, now):
            click.echo(line)


@runs.command(epilog=examples("bin/dynohook runs approve 7f3a --why 'config may go back as well'"))
@click.argument("run")
@person
@as_json
def approve(*, run: str, by: str, why: str, as_json: bool) -> None:
    """Say yes to what RUN asks; it goes on at once."""
    answer(run, "approve", by=by, why=why, as_json=as_json)


@runs.command(epilog=examples("bin/dynohook runs deny 7f3a --why 'we mend it forward'"))
@click.argument("run")
@person
@as_json
def deny(*, run: str, by: str, why: str, as_json: bool) -> None:
    """Say no to what RUN asks; its step is denied."""
    answer(run, "deny", by=by, why=why, as_json=as_json)


@runs.command(epilog=examples("bin/dynohook runs stop 7f3a --why 'we are at it ourselves'"))
@click.argument("run")
@person
@as_json
def stop(*, run: str, by: str, why: str, as_json: bool) -> None:
    """End RUN where it stands: no step of it is taken any more. What was done already is not undone.

    Only a run that rests or waits can be stopped. One that has sent a call to Heroku can be when it is known what came
    of that.
    """
    with hands() as at_work:
        id = stopped(at_work, run, by=by, why=why)
    if as_json:
        print_json({"run": id, "stopped": True, "by": by, "why": why})
    else:
        click.echo(f"{id} is stopped; look: bin/dynohook runs show {id}")


def stopped(at_work: Hands, run: str, *, by: str, why: str) -> str:
    """Stops the run, between two looks of a worker if it has to be."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return at_work.stop(run, by=by, why=why)
        except Busy:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def answer(run: str, verdict: Literal["approve", "deny"], *, by: str, why: str, as_json: bool) -> None:
    with hands() as at_work:
        id = at_work.answer(run, verdict, by=by, why=why)
        pause = at_work.paused()
    if as_json:
        print_json({"run": id, "verdict": verdict, "by": by, "why": why})
    else:
        click.echo(f"{id} {'goes on' if verdict == 'approve' else 'is denied'}; look: bin/dynohook runs show {id}")
        if pause:
            click.echo("The service is paused: that is done when it goes on, by bin/dynohook resume --why ...")


def run_lines(run: Run, now: float) -> Iterator[str]:
    """The run for a person to read."""
    return map(printable, _told(run, now))


def _told(run: Run, now: float) -> Iterator[str]:
    where = f" on {run.app_name}" if run.app_name else ""
    yield f"Run {run.id}: {run.state}"
    yield f"   rule {run.rule}{where}, {run.mode}, planned {moment(run.planned_at)}, {ago(run.planned_at, now)}"
    if run.note:
        yield f"   {run.note}"
    for step in steps(run):
        yield f"   {step.name:<16} {step.state:<10} {step.sentence}"
    if run.state == "needs approval" and run.ask_until:
        yield f"   an answer counts until {moment(run.ask_until)}, {ago(run.ask_until, now)}; without one it is a no"
    if run.approval:
        yield f"   answer: {run.approval.get('verdict')}, by {run.approval.get('by')}: {run.approval.get('why')}"
