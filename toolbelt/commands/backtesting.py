"""`bin/dynohook rules backtest`: what rules would have done about the events that came."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import click

from core.settings import read
from rules.rulebook import Rulebook
from rules.suggesting import closest
from rules.trials.backtesting import Backtest
from toolbelt.commands.common import Duration, Unusable, as_json, examples, print_json
from toolbelt.commands.hindsight import in_json, tell
from toolbelt.commands.loading import rules_of
from toolbelt.commands.records import Record, in_file, kept
from workers.actions import SPECS


class Ago(Duration):
    """A duration back from now, which may be now."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        return 0.0 if value == "0s" else super().convert(value, param, ctx)


@click.command(
    epilog=examples(
        "bin/dynohook rules backtest --since 7d",
        "bin/dynohook rules backtest new-rules.yaml --against rules/ --app acme-shop",
        "bin/dynohook rules backtest my-rules.yaml --events deliveries.jsonl --json",
    )
)
@click.argument("paths", nargs=-1, metavar="[FILES OR FOLDERS]")
@click.option("--since", type=Ago(), default="30d", show_default=True, help="How far back.")
@click.option("--until", type=Ago(), default="0s", help="Up to how long ago; default now.")
@click.option("--rule", help="Tell of this rule only.")
@click.option("--app", help="Only events of this app, by its name or id.")
@click.option("--against", multiple=True, metavar="PATH", help="Show only what these rules would have done otherwise.")
@click.option(
    "--events",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a delivery's body on each line, instead of what Redis keeps.",
)
@as_json
def backtest(
    *,
    paths: tuple[str, ...],
    since: float,
    until: float,
    rule: str | None,
    app: str | None,
    against: tuple[str, ...],
    file: Path | None,
    as_json: bool,
) -> None:
    """Run rules over the events that came, in recorded time, and say what they would have done.

    Nothing is touched, neither on Heroku nor in Redis. Each rule goes as far as its mode says; one that is off does
    nothing. Every run is taken to have had its effect at once, and no breaker to have been closed; silences, and which
    events were effects of our own calls, are not known. FILES OR FOLDERS count instead of RULES_PATH.

    With --against PATH (several may be given) it shows the difference between those rules, before, and these, now.
    """
    if until >= since:
        raise click.UsageError("--until must be later than --since: it is how long ago to stop")
    _, book = rules_of(paths)
    before = rules_of(against)[1] if against else None
    check_name(rule, book, before)
    with opened(file, since, until) as record:
        tests = [new_backtest(one) for one in (book, before) if one is not None]
        run(tests, record, app)
    now = tests[0]
    told = [one for one in now.fired if rule in (None, one.rule)]
    earlier = [one for one in tests[-1].fired if rule in (None, one.rule)] if before else None
    tallies = {name: tally for name, tally in now.tallies.items() if rule in (None, name)}
    if as_json:
        print_json(in_json(book, record, told, tallies, earlier))
    else:
        tell(book, record, told, tallies, earlier)


def new_backtest(book: Rulebook) -> Backtest:
    return Backtest(book, actions=SPECS, own_app=read().own_app)


def check_name(rule: str | None, *books: Rulebook | None) -> None:
    names = [one.name for book in books if book for one in book.rules]
    if rule is not None and rule not in names:
        near = closest(rule, names)
        raise Unusable(f"there is no rule {rule}" + (f"; did you mean {near}?" if near else ""))


def opened(file: Path | None, since: float, until: float) -> AbstractContextManager[Record]:
    return in_file(file, time.time(), since, until) if file else kept(since, until)


def run(tests: Sequence[Backtest], record: Record, app: str | None) -> None:
    """Let every event come to each of the rulebooks."""
    with progress(record) as advance:
        for at, event in record.events(app):
            if event:
                for one in tests:
                    one.take(event, now=at)
            advance()
    for one in tests:
        one.finish(record.until)


@contextmanager
def progress(record: Record) -> Iterator[Any]:
    """A bar, where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # rich takes a while to load: only what draws does
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Events", total=record.most)
        yield lambda: bar.advance(task)
