"""`bin/dynohook rules explain`: why each rule did or did not act on an event, or would, by clause and by gate."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple
from uuid import uuid4

import click

from core.hands import Hands
from core.settings import read as read_settings
from core.telling.decisions import Clause, Verdict, deaf, verdict_json, verdicts
from core.telling.events import app_name, asked_by, kind, read
from core.telling.runs import gist
from core.telling.words import moment
from heroku import events as heroku_events
from heroku import samples
from heroku.errors import BadDelivery
from heroku.events import Event
from rules.outlines import outline
from rules.rulebook import Rulebook
from toolbelt.commands.common import No, as_json, connected, examples, hands, print_json
from toolbelt.commands.judging_now import judge
from toolbelt.commands.loading import todays_rules
from toolbelt.commands.problems import refusing
from toolbelt.commands.sending import document, from_file
from toolbelt.printable import printable
from workers.rulebooks import load_rules

HELD = {True: "yes", False: "no", None: "?"}


class Told(NamedTuple):
    """A decision, its heading, and every rule's part in it."""

    heading: str
    verdicts: Sequence[Verdict]
    runs: Mapping[str, str]  # what became of those that were planned, by their rules


@click.command(
    epilog=examples(
        "bin/dynohook rules explain 7f3a",
        "bin/dynohook rules explain 7f3a --rule roll-back-crashing-release",
        "bin/dynohook rules explain 7f3a --now",
        "bin/dynohook rules explain --sample dyno_crashed --app acme-shop --set data.exit_status=137",
        "bin/dynohook rules explain --file my-event.json --json",
    )
)
@click.argument("event", required=False)
@click.option("--sample", help="One of our example deliveries (bin/dynohook send --list), as if it came now.")
@click.option("--file", "path", help="A JSON file of your own, as if it came now.")
@click.option("--app", help="The name of the app that a sample is about.")
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="Change a field of a sample.")
@click.option("--rule", help="Only this rule.")
@click.option(
    "--now", "as_now", is_flag=True, help="What today's rules would do about EVENT, instead of what was decided."
)
@as_json
def explain(
    *,
    event: str | None,
    sample: str | None,
    path: str | None,
    app: str | None,
    changes: tuple[str, ...],
    rule: str | None,
    as_now: bool,
    as_json: bool,
) -> None:
    """Tell of every rule each clause with what it saw, each gate with its numbers, and what it would do.

    EVENT is the id of a kept event, or the beginning of one: then this is what was decided about it, from its record.
    For a sample, a file or with --now it is what today's rules would do; with REDIS_URL set also how windows,
    cooldowns, limits and silences stand at this moment. Nothing is kept, counted or done.
    """
    if sum(map(bool, (event, sample, path))) != 1:
        raise click.UsageError("Name one event: the id of a kept one, --sample or --file")
    if event and not as_now:
        told = kept(event)
    else:
        told = [now(event_of(event) if event else made_up(sample, path, app=app, changes=changes))]
    told = [one._replace(verdicts=chosen(one.verdicts, rule)) for one in told]
    if rule and not any(one.verdicts for one in told):
        raise No(f"no rule was asked that is called {rule!r}")
    if as_json:
        print_json([told_json(one) for one in told])
    else:
        for one in told:
            show(one)


def kept(id: str) -> list[Told]:
    """What was decided about a kept event, each time."""
    with hands() as at_work:
        one = at_work.event(id)
        heard = read(one)
        if heard is None or one.kept is None:
            raise No(f"event {one.id} could not be read, so no rule was asked")
        if not one.kept.decisions:
            raise No(
                f"event {one.id} is not decided yet; what today's rules would do: bin/dynohook rules explain {id} --now"
            )
        today = todays_rules()
        return [told(decision, heard, at_work, today) for decision in one.kept.decisions if "b" in decision]


def told(decision: Mapping[str, Any], heard: Event, at_work: Hands, today: Rulebook | None) -> Told:
    kept = at_work.book(decision["b"])
    found = list(verdicts(decision, heard, kept, today))
    silent = [] if "w" in decision else list(deaf(heard, kept))
    since = f"Decided {moment(decision['at'] / 1000)}{asked_by(decision)}"
    note = NOT_LOADED if today is None else "" if today.digest == decision["b"] else CHANGED
    runs = {run.rule: f"{run.state}: {gist(run)}" for run in at_work.runs_of(heard.id) if run.id in planned(found)}
    return Told(f"{headline(heard)}\n{since}{note}", [*found, *silent], runs)


def planned(found: Sequence[Verdict]) -> set[str]:
    """The runs that came of a decision."""
    return {verdict.gate[1] for verdict in found if verdict.gate and verdict.gate[0] in ("planned", "queued")}


NOT_LOADED = "\nToday's rules do not load here, so only what was kept is told; look: bin/dynohook rules check"
CHANGED = "\nThe rules have changed since. Of those that are not the same any more, only what was kept is told."


def now(event: Event) -> Told:
    """What today's rules would do."""
    with refusing():
        configured = read_settings()
        book = load_rules(configured, os.environ)
    with connected() if configured.redis_url else nullcontext() as redis:
        at = Hands(redis).now() if redis else time.time()
        judged = judge(event, book, configured, now=at, redis=redis)
    found = verdicts(judged.decision, event, outline(book), book, judged.standings)
    asked = "" if configured.redis_url else " (REDIS_URL is not set, so windows, limits and the like are not known)"
    return Told(f"{headline(event)}\nBy today's rules, now{asked}", [*found, *deaf(event, outline(book))], {})


def event_of(id: str) -> Event:
    """A kept event."""
    with hands() as at_work:
        heard = read(at_work.event(id))
    if heard is None:
        raise No(f"event {id} could not be read")
    return heard


def made_up(sample: str | None, path: str | None, *, app: str | None, changes: tuple[str, ...]) -> Event:
    """An event that nobody sent."""
    content = document(sample, app=app, changes=changes, id=str(uuid4())) if sample else from_file(path or "")
    try:
        return heroku_events.read(samples.encode(content))
    except BadDelivery as error:
        raise No(f"{sample or path}: {error}") from error


def told_json(one: Told) -> dict[str, Any]:
    return {"heading": one.heading, "rules": [verdict_json(each) for each in one.verdicts], "runs": dict(one.runs)}


def chosen(found: Sequence[Verdict], rule: str | None) -> Sequence[Verdict]:
    return [verdict for verdict in found if rule in (None, verdict.rule)]


def show(told: Told) -> None:
    """For a person."""
    click.echo(printable(told.heading))
    for verdict in told.verdicts:
        for line in lines(verdict):
            click.echo(printable(line))
        if became := told.runs.get(verdict.rule):
            click.echo(printable(f"   run  {became}"))


def headline(event: Event) -> str:
    about = f" of {app_name(event)}" if app_name(event) else ""
    return f"Event {event.id}: {kind(event)}{about}"


def lines(verdict: Verdict) -> Iterator[str]:
    """A rule's part for a person to read."""
    yield f"\n{verdict.rule} {verdict.sentence}"
    for clause in verdict.clauses:
        yield f"   {HELD[clause.holds]:<4} {clause.text}{saw(clause)}"
    for gate in verdict.gates:
        yield f"   gate {gate}"
    for number, step in enumerate(verdict.plan, start=1):
        yield f"   {'plan' if number == 1 else '':<4} {number}. {step}"


def saw(clause: Clause) -> str:
    return "" if clause.seen is None else f" (saw {clause.seen})"
