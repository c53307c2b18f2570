"""`bin/dynohook rules shadow`: what rules in shadow would have done, beside what then happened; may they go live?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from core.settings import read
from core.telling.words import gate_in_words, moment
from rules.durations import in_words
from rules.model import Mode
from rules.rulebook import Rule
from rules.suggesting import closest
from rules.trials.readiness import readiness, times
from rules.trials.shadowing import Firing, Missed, Outcome, Report
from toolbelt import needs
from toolbelt.commands.common import Duration, No, as_json, connected, examples, page, print_json
from toolbelt.commands.problems import refusing
from toolbelt.shadows import Range, Shadows

BECAME: dict[Outcome, str] = {
    "same": "somebody {like} within 10 min",
    "ours": "another of our rules did it",
    "otherwise": "somebody released something else within 10 min",
    "went on": "nobody did anything, and the trouble went on",
    "recovered": "nobody did anything, and it did not come again within an hour",
    "open": "not known yet: its hour is not over",
}


@click.command(
    epilog=examples(
        "bin/dynohook rules shadow",
        "bin/dynohook rules shadow roll-back-crashing-release --since 14d",
        "bin/dynohook rules shadow --json | jq '.rules[] | {rule, ready}'",
    )
)
@click.argument("names", nargs=-1, metavar="[RULE]...")
@click.option("--since", type=Duration(), default="30d", show_default=True, help="How far to look back; 30d at most.")
@as_json
def shadow(*, names: tuple[str, ...], since: float, as_json: bool) -> None:
    """Hold what rules in shadow would have done against what then happened, and say whether they may go live.

    For each time that a rule would have acted: did a person do the like within ten minutes, was the app mended another
    way, did it recover by itself, did the trouble go on? And did people roll back when the rule would not have? Only
    events that are still kept count (KEEP_DAYS), and only firings of a rule as it is worded now. Without RULE, every
    rule that is in shadow, by its own mode or by ACT.
    """
    rules = chosen(names)
    with connected() as redis:
        shadows = Shadows(redis, rules)
        looked, reports = shadows.follow(shadows.now() - since)
    if as_json:
        print_json({"range": range_json(looked), "rules": [report_json(report) for report in reports]})
        return
    click.echo(range_in_words(looked, since))
    for report in reports:
        tell(report)
    if not reports:
        click.echo("No rule is in shadow; name one that was: bin/dynohook rules shadow RULE")


def chosen(names: Sequence[str]) -> list[Rule]:
    """The rules of those names; without names those in shadow, be it by their own mode or by ACT."""
    with refusing():
        own = read()
        book = needs.rules(own)
    if not names:
        return [rule for rule in book.rules if rule.mode.at_most(Mode(own.brake)) is Mode.SHADOW]
    found = [book.rule(name) for name in names]
    if unknown := [name for name, rule in zip(names, found, strict=True) if rule is None]:
        near = closest(unknown[0], [rule.name for rule in book.rules])
        hint = f"; did you mean {near}?" if near else "; look: bin/dynohook rules list"
        raise No(f"there is no rule {', '.join(map(repr, unknown))}{hint}")
    return [rule for rule in found if rule]


def range_in_words(looked: Range, since: float) -> str:
    if looked.oldest is None:
        return f"No event of the last {in_words(since)} is kept."
    kept = in_words(looked.now - looked.oldest)
    return f"{looked.events:,} events are kept of the last {in_words(since)}, the oldest from {kept} ago."


def tell(report: Report) -> None:
    page(report.rule, rows(report))
    click.echo(f"   {readiness(report).sentence}")


def rows(report: Report) -> list[tuple[str, str]]:
    """What a person wants to know of a rule, by subject."""
    force = f"over {in_words(report.days * 86_400)}" if report.since is not None else "it has judged nothing yet"
    earlier = f", and {report.earlier} by earlier versions, which do not count" if report.earlier else ""
    told = [("would have acted", f"{times(report.fired)} {force}{earlier}")]
    told += [
        (str(report.outcomes[outcome]), text.format(like=report.like))
        for outcome, text in BECAME.items()
        if outcome in report.outcomes
    ]
    told += [("latest", firing_in_words(firing, report)) for firing in reversed(report.firings[-3:])]
    if report.missed:
        told.append(("missed", f"{times(report.missed)} somebody {report.like} and it would not have acted"))
        told += [("latest", missed_in_words(missed)) for missed in reversed(report.misses[-3:])]
    return told


def firing_in_words(firing: Firing, report: Report) -> str:
    became = BECAME[firing.outcome].format(like=report.like)
    return f"{moment(firing.at)} {firing.app}: {became}; look: bin/dynohook events show {firing.event}"


def missed_in_words(missed: Missed) -> str:
    why = gate_in_words(missed.gate) if missed.gate else "nothing that it looks for came before"
    return f"{moment(missed.at)} {missed.app}: {why}"


def range_json(looked: Range) -> dict[str, Any]:
    return {"oldest": at(looked.oldest), "now": at(looked.now), "events": looked.events}


def report_json(report: Report) -> dict[str, Any]:
    verdict = readiness(report)
    return {
        "rule": report.rule,
        "version": report.version or None,
        "since": at(report.since),
        "days": round(report.days, 2),
        "fired": report.fired,
        "outcomes": {outcome: report.outcomes.get(outcome, 0) for outcome in BECAME},
        "firings": [{**firing._asdict(), "at": at(firing.at)} for firing in report.firings],
        "missed": report.missed,
        "misses": [{**missed._asdict(), "at": at(missed.at)} for missed in report.misses],
        "fired_by_earlier_versions": report.earlier,
        "ready": verdict.ready,
        "sentence": verdict.sentence,
    }


def at(seconds: float | None) -> str | None:
    """As programs read it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
