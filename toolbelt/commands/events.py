"""`bin/dynohook events`: what was heard, what was decided about it and why, and deciding it again."""

import json
from collections.abc import Sequence
from typing import Any

import click

from core.hands import Hands, KeptEvent
from heroku import events as heroku_events
from heroku.errors import BadDelivery
from heroku.events import Event
from heroku.redacting import clean
from rules.rulebook import Rulebook
from toolbelt.commands.common import as_json, examples, hands, page, person, print_json, print_table
from toolbelt.commands.decisions import Verdict, todays_rules, verdict_json, verdicts
from toolbelt.commands.runs import run_json, run_lines
from toolbelt.commands.saying import ago, moment

LONGEST_TEXT = 2_000  # characters of a field that are shown


@click.group()
def events() -> None:
    """What Heroku sent, what was decided about it and why; and deciding it again."""


@events.command(
    "list", epilog=examples("bin/dynohook events list", "bin/dynohook events list --last 100 --app acme-shop")
)
@click.option("--last", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many of the newest.")
@click.option("--app", help="Only those of this app, among the newest.")
@as_json
def list_(*, last: int, app: str | None, as_json: bool) -> None:
    """Show the events that came last, the newest first, and what became of each."""
    with hands() as at_work:
        found = [(one, read(one)) for one in at_work.events(most=last)]
        found = [(one, event) for one, event in found if app is None or app in names(event)]
        books: dict[str, Any] = {}
        now = at_work.now()
        rows = [(one, event, became(one, event, at_work, books)) for one, event in found]
    if as_json:
        print_json([summary(one, event) | {"became": what} for one, event, what in rows])
    elif rows:
        table = [(ago(one.accepted_at, now), one.id, kind(event), app_name(event), what) for one, event, what in rows]
        print_table(("WHEN", "EVENT", "WHAT", "APP", "BECAME"), table)
    else:
        click.echo("There is no such event: nothing came, or it has had its time.")


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
        letters, now = at_work.dead(), at_work.now()
    found = [{**named(key), **letter, "at": letter["at"] / 1000} for key, letter in letters.items()]
    if as_json:
        print_json(found)
    elif found:
        table = [(ago(letter["at"], now), letter["kind"], letter["id"]) for letter in found]
        print_table(("GIVEN UP", "KIND", "ID"), table)
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


KINDS = {"decide": "event", "act": "run", "wait": "wait"}


def named(key: str) -> dict[str, Any]:
    """What a dead letter is: its key holds the lane and the id."""
    lane, _, id = key.partition(" ")
    return {"kind": KINDS[lane], "id": id}


def read(one: KeptEvent) -> Event | None:
    """The event itself; None if it could not be read, or is gone."""
    if one.kept is None or one.kept.kind == "unreadable":
        return None
    try:
        return heroku_events.read(one.kept.body)
    except BadDelivery:
        return None


def decisions(one: KeptEvent) -> tuple[Any, ...]:
    return one.kept.decisions if one.kept else ()


def told(decision: Any, event: Event | None, at_work: Hands, today: Rulebook | None) -> list[Verdict]:
    if event is None or "b" not in decision:
        return []
    return list(verdicts(decision, event, at_work.book(decision["b"]), today))


def became(one: KeptEvent, event: Event | None, at_work: Hands, books: dict[str, Any]) -> str:
    """In a few words; `books` remembers the rules that were looked up."""
    if one.state == "dead":
        return "dead letter"
    if one.state == "waiting":
        return "waiting"
    if one.kept is None:
        return "gone"
    if event is None:
        return f"unreadable: {one.kept.reason}"
    found = latest(one.kept.decisions, event, at_work, books)
    hits = [f"{verdict.rule}: {verdict.gate[0] if verdict.gate else 'matched'}" for verdict in found if verdict.matched]
    if hits:
        return ", ".join(hits)
    return "no rule matched" if found else "no rule listens to it"


def latest(decisions: Sequence[Any], event: Event, at_work: Hands, books: dict[str, Any]) -> list[Verdict]:
    """What each rule came to in the end: as it was decided last, or when its wait was over after that."""
    begins = max((index for index, decision in enumerate(decisions) if "w" not in decision), default=0)
    found: dict[str, Verdict] = {}
    for decision in decisions[begins:]:
        digest = decision.get("b", "")
        if digest not in books:
            books[digest] = at_work.book(digest) if digest else None
        found |= {verdict.rule: verdict for verdict in verdicts(decision, event, books[digest], None)}
    return list(found.values())


def summary(one: KeptEvent, event: Event | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "accepted_at": one.accepted_at,
        "state": one.state,
        "due_at": one.due_at,
        "include": event.include if event else None,
        "action": event.action if event else None,
        "app": app_name(event) if event else None,
        "unreadable": one.kept.reason if one.kept and one.kept.kind == "unreadable" else None,
    }


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


def asked_by(decision: Any) -> str:
    if kind := decision.get("w"):
        return f", of a rule that was put off ({kind})"
    replay = decision.get("replay")
    return f", again, as {replay['by']} asked: {replay['why']}" if replay else ""


def content(one: KeptEvent) -> Any:
    """What was sent, as JSON where it is JSON, without what is shaped like a secret."""
    body = one.kept.body if one.kept else b""
    try:
        return without_secrets(json.loads(body))
    except ValueError:
        return clean(body.decode("utf-8", "replace"), limit=LONGEST_TEXT)


def without_secrets(value: Any) -> Any:
    match value:
        case str():
            return clean(value, limit=LONGEST_TEXT)
        case dict():
            return {key: without_secrets(inner) for key, inner in value.items()}
        case list():
            return [without_secrets(inner) for inner in value]
    return value


def kind(event: Event | None) -> str:
    return f"{event.include} {event.action}".strip() if event else "?"


def app_name(event: Event | None) -> str:
    return (event.app.name or event.app.id or "") if event and event.app else ""


def names(event: Event | None) -> tuple[str | None, ...]:
    return (event.app.name, event.app.id) if event and event.app else ()
