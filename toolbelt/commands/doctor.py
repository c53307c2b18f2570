"""`bin/dynohook doctor`: looks at everything that has to be right, and says what to do about what is not."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click
import redis

from core import connections
from core.settings import Settings, SettingsError, read
from rules.rulebook import Rulebook
from toolbelt import needs
from toolbelt.commands.asking import our_url
from toolbelt.commands.common import as_json, examples, print_json, who
from toolbelt.doctoring import account, agents, console, ledger, setup
from toolbelt.doctoring.findings import Finding, State, attention, broken, worst
from toolbelt.heroku_of import heroku_of
from toolbelt.hooks import Wanted

NOT_LOOKED_AT = "not looked at: it takes a token, PUBLIC_URL, rules that load, and Redis, where calls are recorded"
COLOURS = {State.OK: "green", State.ATTENTION: "yellow", State.BROKEN: "red"}


@click.command(
    epilog=examples(
        "bin/dynohook doctor", "bin/dynohook doctor --app acme-shop --app acme-news", "bin/dynohook doctor --json"
    )
)
@click.option("--app", "apps", multiple=True, help="Look at this app's webhook too; may be given several times.")
@as_json
def doctor(*, apps: tuple[str, ...], as_json: bool) -> None:
    """Look at the settings, the console, Redis, the workers, the token with its scopes, and the webhooks of apps given.

    Each line is ok, wants attention (it works, and you should know), or is broken; with what to do. Values of
    settings are never shown. Ends with 1 if something is broken.
    """
    named = list(dict.fromkeys(apps))
    found = list(look(named))
    if named and not any(each.area == account.WEBHOOKS for each in found):
        found.append(attention(account.WEBHOOKS, ", ".join(named), NOT_LOOKED_AT, "mend what is above first"))
    if as_json:
        print_json({"worst": worst(found), "findings": [asdict(each) for each in found]})
    else:
        show(found)
    if worst(found) is State.BROKEN:
        raise SystemExit(1)


def look(apps: Sequence[str]) -> Iterator[Finding]:
    """Everything, part by part; a part that cannot be looked at says so and does not hide the others."""
    try:
        chosen = read()
    except SettingsError as error:
        yield broken("settings", "reading", str(error), "heroku config:set, or config:unset, the one that is named")
        return
    yield from setup.of_settings(chosen)
    book, loading = setup.of_rules(chosen, os.environ)
    yield loading
    yield from agents.of_agents(chosen, book)
    yield from console.of_console(chosen)
    if chosen.redis_url is None:
        return
    try:
        client = connections.for_worker(chosen, connections=1)
    except ValueError:  # its message could hold the password
        yield broken("redis", "answers", "REDIS_URL is no address of a Redis", "heroku redis:info")
        return
    with client:
        yield from of_what_answers(client, chosen, book, apps)


def of_what_answers(
    client: redis.Redis, chosen: Settings, book: Rulebook | None, apps: Sequence[str]
) -> Iterator[Finding]:
    """Redis, and what needs it: the workers are seen there, and calls are counted and recorded there."""
    server = list(ledger.of_redis(client))
    yield from server
    if len(server) == 1:
        if chosen.has_credentials:
            yield attention("heroku", "account", "not looked at: calls are recorded in Redis", "mend Redis first")
        return
    try:
        yield from ledger.of_workers(client, book)
        yield from of_heroku(client, chosen, book, apps)
    except (redis.RedisError, OSError) as error:
        yield broken("redis", "answers", f"not any more ({type(error).__name__})", ledger.ROTATED)


def of_heroku(client: redis.Redis, chosen: Settings, book: Rulebook | None, apps: Sequence[str]) -> Iterator[Finding]:
    if not chosen.has_credentials:
        return
    reach = frozenset(("*", *apps))
    try:
        with heroku_of(chosen, client, who=who(), command="doctor", levels=account.LEVELS, apps=reach) as heroku:
            yield from account.of_token(heroku, book)
            if chosen.public_url and book:
                yield from account.of_webhooks(heroku, apps, Wanted(our_url(chosen), needs.includes(book)))
    except SettingsError as error:
        yield broken("heroku", "account", str(error), "heroku authorizations:create, and set HEROKU_API_KEY")


def show(found: Sequence[Finding]) -> None:
    """Under a heading for each area; what to do stands under its line."""
    wide = max(len(each.name) for each in found)
    area = ""
    for each in found:
        if each.area != area:
            click.echo(f"\n{each.area.capitalize()}")
            area = each.area
        state = click.style(f"{each.state:<9}", fg=COLOURS[each.state])
        click.echo(f"   {state}   {each.name:<{wide}}   {each.says}")
        if each.do:
            click.echo(f"   {'':<9}   {'':<{wide}}   → {each.do}")
    click.echo(f"\n{summary(found)}")


def summary(found: Sequence[Finding]) -> str:
    number = {state: sum(each.state is state for each in found) for state in State}
    if not number[State.ATTENTION] + number[State.BROKEN]:
        return "All is well."
    broken = f"{number[State.BROKEN]} broken" if number[State.BROKEN] else "Nothing is broken"
    wanting = f", {number[State.ATTENTION]} to look at" if number[State.ATTENTION] else ""
    return f"{broken}{wanting}."
