"""`bin/dynohook status`: the service at a glance."""

from typing import Any

import click

from core.telling.words import ago, moment
from toolbelt.commands.common import as_json, examples, hands, page, print_json

MEGABYTE = 1_000_000
LOOK = "bin/dynohook runs list --state 'needs approval'"


@click.command(epilog=examples("bin/dynohook status", "bin/dynohook status --json"))
@as_json
def status(*, as_json: bool) -> None:
    """Show what runs, what waits, what is stopped. Ends with 1 if no worker has been seen lately."""
    with hands() as at_work:
        found, now = at_work.status(), at_work.now()
    if as_json:
        print_json(found)
    else:
        page("Dynohook", rows(found, now))
    if not found["ready"]:
        raise SystemExit(1)


def rows(found: dict[str, Any], now: float) -> list[tuple[str, str]]:
    pause, redis, counters = found["paused"], found["redis"], found["counters"]
    dead = f"{found['dead_letters']}" + ("; look: bin/dynohook events dead" if found["dead_letters"] else "")
    return [
        ("workers", workers(found)),
        ("paused", f"by {pause['by']}, {ago(pause['at'], now)}: {pause['why']}" if pause else "no"),
        ("breakers", breakers(found)),
        *silences(found),
        ("events", events(found)),
        ("runs", runs(found)),
        ("dead letters", dead),
        ("deliveries", f"{counters.get('accepted', 0)} accepted, {counters.get('duplicate', 0)} duplicates"),
        ("redis", memory(redis)),
        ("data since", since(found["epoch"])),
    ]


def breakers(found: dict[str, Any]) -> str:
    """One of a rule in shadow keeps nothing from being done."""
    live, shadow = ", ".join(found["breakers_open"]), ", ".join(found["breakers_open_in_shadow"])
    said = ([f"open: {live}"] if live else []) + ([f"open in shadow: {shadow}"] if shadow else [])
    return "; ".join(said) or "all closed"


def silences(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Each in force, that nobody wonders why nothing is done."""
    return [("silenced", one["sentence"]) for one in found["silences"]]


def events(found: dict[str, Any]) -> str:
    off = found["rules_put_off"]
    put_off = f", {off} that a rule waits for more after" if off else ""
    return f"{found['events_kept']} kept, {found['events_waiting']} waiting to be decided{put_off}"


def runs(found: dict[str, Any]) -> str:
    asking = len(found["runs_asking"])
    ask = f", {asking} of them ask{'s' * (asking == 1)} for a yes or no; look: {LOOK}" if asking else ""
    return f"{found['runs_under_way']} under way{ask}"


def workers(found: dict[str, Any]) -> str:
    if not found["ready"]:
        return "none seen lately: nothing is decided until one runs"
    digests = found["rules"]
    same = f"rules {digests[0]}" if len(digests) == 1 else f"different rules, as in a deploy: {', '.join(digests)}"
    return f"{found['workers']}, {same}"


def memory(redis: dict[str, int]) -> str:
    most = f" of {redis['max_bytes'] / MEGABYTE:.0f}" if redis["max_bytes"] else ""
    return f"{redis['used_bytes'] / MEGABYTE:.1f}{most} MB used, {redis['connections']} connections"


def since(epoch: str | None) -> str:
    """Since when Redis has kept everything."""
    return moment(int(epoch.partition(" ")[2]) / 1000) if epoch else "no worker has begun yet"
