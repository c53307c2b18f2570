"""`bin/dynohook status`: the service at a glance."""

from typing import Any

import click

from core import layout
from core.telling.service import memory, refusals, since, workers
from core.telling.words import ago
from toolbelt.commands.common import as_json, examples, hands, page, print_json

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
    pause, redis = found["paused"], found["redis"]
    dead = f"{found['dead_letters']}" + ("; look: bin/dynohook events dead" if found["dead_letters"] else "")
    return [
        ("workers", workers(found)),
        ("paused", f"by {pause['by']}, {ago(pause['at'], now)}: {pause['why']}" if pause else "no"),
        ("breakers", breakers(found)),
        *silences(found),
        ("events", events(found)),
        ("runs", runs(found)),
        ("dead letters", dead),
        ("deliveries", deliveries(found["counters"])),
        *(("not taken", f"{number} {cause}") for number, cause in refusals(found["counters"])),
        ("redis", f"{memory(redis)} used{fullness(redis)}, {redis['connections']} connections"),
        ("data since", since(found["epoch"])),
    ]


def breakers(found: dict[str, Any]) -> str:
    """One of a rule in shadow keeps nothing from being done."""
    live, shadow = ", ".join(found["breakers_open"]), ", ".join(found["breakers_open_in_shadow"])
    said = ([f"open: {live}"] if live else []) + ([f"open in shadow: {shadow}"] if shadow else [])
    return "; ".join([*said, "look: bin/dynohook breaker list"]) if said else "all closed"


def silences(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Each in force, that nobody wonders why nothing is done."""
    return [("silenced", one["sentence"]) for one in found["silences"]]


def events(found: dict[str, Any]) -> str:
    off = found["rules_put_off"]
    put_off = f", {off} that a rule waits for more after" if off else ""
    return f"{found['events_kept']} kept, {found['events_waiting']} waiting to be decided{put_off}"


def deliveries(found: dict[str, int]) -> str:
    unreadable = f", {found['unreadable']} that could not be read" if found.get("unreadable") else ""
    return f"{found.get('accepted', 0)} accepted, {found.get('duplicate', 0)} duplicates{unreadable}"


def fullness(redis: dict[str, int]) -> str:
    """Said only where deliveries are refused for it: how near to that it is, the doctor tells."""
    is_full = redis["max_bytes"] and redis["used_bytes"] >= redis["max_bytes"] * layout.FULL_SHARE
    return ": deliveries are refused until there is room (bin/dynohook doctor)" if is_full else ""


def runs(found: dict[str, Any]) -> str:
    asking = len(found["runs_asking"])
    ask = f", {asking} of them ask{'s' * (asking == 1)} for a yes or no; look: {LOOK}" if asking else ""
    return f"{found['runs_under_way']} under way{ask}"
