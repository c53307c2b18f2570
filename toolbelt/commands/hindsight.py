"""What a backtest found: in words and tables for a person, as JSON for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from core.telling.words import moment
from rules.durations import in_words
from rules.rulebook import Rulebook
from rules.trials.backtesting import MOST_FIRINGS, Difference, Fired, Tally, difference
from toolbelt.commands.common import print_table
from toolbelt.commands.records import Record

Tallies = Mapping[str, Tally]


def range_in_words(record: Record) -> str:
    unread = f" {record.unreadable:,} could not be read." if record.unreadable else ""
    if record.first is None or record.last is None:
        where = "is kept of that time" if record.most is not None else "of that time is in the file"
        return f"No event {where}.{unread}"
    number = "1 event" if record.read == 1 else f"{record.read:,} events"
    said = f"{number} from {moment(record.first / 1000)} to {moment(record.last / 1000)}.{unread}"
    if record.oldest is not None and record.oldest > record.since:
        asked = in_words((record.until - record.since) / 1000)
        said += f" {asked} were asked for; the oldest event that is kept came at {moment(record.oldest / 1000)}."
    return said


def tell(
    book: Rulebook, record: Record, fired: Sequence[Fired], tallies: Tallies, before: Sequence[Fired] | None
) -> None:
    """The whole for a person: every firing, or the difference, and each rule's numbers."""
    click.echo(range_in_words(record))
    if before is None:
        tell_firings("", fired)
    else:
        tell_difference(before, fired)
    if sum(tally.fired for tally in tallies.values()) > len(fired):
        click.echo(f"Only the first {MOST_FIRINGS:,} firings of all rules are told one by one.\n")
    print_table(("RULE", "MODE", "HEARD", "MATCHED", "FIRED", "OTHERWISE"), rows(book, tallies))
    for name, tally in tallies.items():
        if tally.broken_at is not None:
            click.echo(
                f"\nThe breaker of {name} would have opened at {moment(tally.broken_at / 1000)}, and stayed open."
            )


def tell_firings(heading: str, fired: Sequence[Fired]) -> None:
    if not heading and not fired:
        click.echo("\nNo rule would have fired.\n")
        return
    click.echo(f"\n{heading}" if heading else "")
    if fired:
        table = [(moment(one.at / 1000), one.rule, one.mode, one.app, "; ".join(one.do)) for one in fired]
        print_table(("WHEN", "RULE", "MODE", "APP", "WOULD HAVE"), table)
        click.echo("")


def tell_difference(before: Sequence[Fired], now: Sequence[Fired]) -> None:
    found = difference(before, now)
    tell_firings(f"Only now: {len(found.only_now)}", found.only_now)
    tell_firings(f"Only before: {len(found.only_before)}", found.only_before)
    tell_firings(
        f"Now with other steps or in another mode: {len(found.otherwise)}", [new for _, new in found.otherwise]
    )
    both = len(now) - len(found.only_now) - len(found.otherwise)
    click.echo(f"\nThe same before and now: {both}\n")


def rows(book: Rulebook, tallies: Tallies) -> list[tuple[str, ...]]:
    found = []
    for rule in book.rules:
        if tally := tallies.get(rule.name):
            otherwise = ", ".join(f"{gate} {number:,}" for gate, number in tally.stopped.most_common())
            numbers = (f"{number:,}" for number in (tally.listened, tally.matched, tally.fired))
            found.append((rule.name, rule.mode.value, *numbers, otherwise))
    return found


def in_json(
    book: Rulebook,
    record: Record,
    fired: Sequence[Fired],
    tallies: Tallies,
    before: Sequence[Fired] | None,
) -> dict[str, Any]:
    found = difference(before, fired) if before is not None else None
    return {
        "events": record.read,
        "unreadable": record.unreadable,
        "from": seconds(record.first),
        "to": seconds(record.last),
        "oldest": seconds(record.oldest),
        "rules": [
            {
                "rule": rule.name,
                "mode": rule.mode.value,
                "heard": tally.listened,
                "matched": tally.matched,
                "fired": tally.fired,
                "otherwise": dict(tally.stopped),
                "breaker_opened": seconds(tally.broken_at),
            }
            for rule in book.rules
            if (tally := tallies.get(rule.name))
        ],
        "fired": [firing(one) for one in fired],
        "difference": None if found is None else difference_json(found),
    }


def difference_json(found: Difference) -> dict[str, Any]:
    return {
        "only_now": [firing(one) for one in found.only_now],
        "only_before": [firing(one) for one in found.only_before],
        "otherwise": [{"before": firing(old), "now": firing(new)} for old, new in found.otherwise],
    }


def firing(one: Fired) -> dict[str, Any]:
    return one._asdict() | {"at": seconds(one.at), "do": list(one.do)}


def seconds(at: int | None) -> float | None:
    return None if at is None else at / 1000
