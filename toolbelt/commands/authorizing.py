"""`bin/dynohook authorize`: a person lets Dynohook in by OAuth, once; what it needs from then on is a refresh token."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click

from core import connections
from core.audit import AuditLine
from core.exchanges import Exchanges
from core.settings import Settings, SettingsError, read
from heroku.errors import HerokuError
from heroku.oauth import IdHost, Tokens, authorize_url
from heroku.scopes import ENOUGH, missing
from rules.errors import RuleErrors
from toolbelt import needs, redirects
from toolbelt.commands.common import No, examples, who
from workers.credentials import endpoints

NAME = "HEROKU_OAUTH_REFRESH_TOKEN"
LOOKS_FOR = 300.0  # seconds
ALWAYS = "identity"  # the doctor tells whose account it is


@click.command(
    epilog=examples(
        "bin/dynohook authorize --listen 5001 --to refresh-token",
        'heroku config:set -a my-dynohook "$(bin/dynohook authorize --listen 5001 --print)"',
        "bin/dynohook authorize --scope identity --scope write --print",
    )
)
@click.option(
    "--scope", "scope", multiple=True, type=click.Choice(sorted(ENOUGH)), help="Default: what the rules need."
)
@click.option("--listen", type=click.IntRange(0, 65535), help="Wait for the browser on this port of this machine.")
@click.option("--print", "printed", is_flag=True, help=f"Print {NAME}=…, and nothing else, on standard output.")
@click.option("--to", type=click.Path(path_type=Path), help="Write that line to a new file that only you can read.")
@click.option("--by", default=who, show_default="you", help="Who does this; kept in the record.")
def authorize(*, scope: tuple[str, ...], listen: int | None, printed: bool, to: Path | None, by: str) -> None:
    """Let Dynohook into your Heroku account by OAuth, and get the refresh token that it then lives by.

    Needs HEROKU_OAUTH_CLIENT_ID and HEROKU_OAUTH_CLIENT_SECRET. Open the page that it shows, say yes, and give back the
    address that your browser is then sent to: paste it when asked (it need not be a page that opens), or let --listen
    catch it, for a client that was registered with http://localhost:PORT/. The code in it is good once, for minutes,
    and only with the client's secret. The token lets in for ever: it goes where you say, and nowhere else.
    """
    if printed == (to is not None):
        raise click.UsageError("say where the refresh token goes: --print or --to FILE, one of them")
    chosen, client_id, client_secret = settings()
    asked = scope or wanted(chosen)
    state = secrets.token_urlsafe(24)
    with place(to) as file:
        url = authorize_url(client_id, scope=asked, state=state, base_url=chosen.heroku_id_url)
        click.echo(f"Open this page and say yes ({', '.join(asked)}):\n\n  {url}\n", err=True)
        tokens = exchanged(chosen, client_secret, answer(listen, state), by=by)
        if tokens.refresh_token is None:
            raise No("Heroku gave no refresh token")
        line = f"{NAME}={tokens.refresh_token.get_secret_value()}"
        click.echo(line, file=file)
    click.echo(told(to), err=True)


def settings() -> tuple[Settings, str, str]:
    """The settings, and the two of the client."""
    try:
        chosen = read("heroku_oauth_client_id", "heroku_oauth_client_secret")
    except SettingsError as error:
        raise No(str(error)) from error
    client_id, secret = chosen.heroku_oauth_client_id, chosen.heroku_oauth_client_secret
    assert client_id is not None  # noqa: S101  `read` has seen to both
    assert secret is not None  # noqa: S101
    return chosen, client_id, secret.get_secret_value()


def wanted(chosen: Settings) -> tuple[str, ...]:
    """The narrowest scopes that let the rules do what they may, and tell whose account it is."""
    try:
        book = needs.rules(chosen)
    except (RuleErrors, SettingsError) as error:
        raise No(f"the rules do not load, so what they need is not known: give --scope\n{error}") from error
    opened = [endpoint for rule in needs.at_work(book) for endpoint in endpoints(rule)]
    found = {ALWAYS, *(each.scope for each in missing((), opened))}
    return tuple(sorted(each for each in found if not (ENOUGH[each] - {each}) & found))


def answer(port: int | None, state: str) -> str:
    """The code that the person came back with."""
    try:
        if port is not None:
            return redirects.wait(port, state=state, seconds=LOOKS_FOR, listening=listening)
        address = click.prompt("The address that your browser was sent to then", err=True)
        return redirects.code_in(address, state=state)
    except (redirects.NotAnswered, redirects.NotOurs) as error:
        raise No(str(error)) from error
    except OSError as error:
        raise No(f"port {port} cannot be listened on: {error.strerror}") from error


def listening(port: int) -> None:
    click.echo(f"Waiting for your browser on http://localhost:{port}/ for {LOOKS_FOR / 60:g} minutes …", err=True)


def exchanged(chosen: Settings, client_secret: str, code: str, *, by: str) -> Tokens:
    """The tokens for the code; recorded where there is a Redis to record it in."""
    with contextlib.ExitStack() as stack:
        record = None
        if chosen.redis_url is not None:
            redis = stack.enter_context(connections.for_worker(chosen, connections=1))
            record = Exchanges(redis, unkept, why="asked by `bin/dynohook authorize`")
        try:
            host = IdHost(client_secret, base_url=chosen.heroku_id_url, who=f"{by} (by hand)", after=record)
        except ValueError as error:
            raise No(f"HEROKU_ID_URL cannot be used: {error}") from error
        stack.enter_context(contextlib.closing(host))
        try:
            return host.exchange(code)
        except HerokuError as error:
            raise No(f"{error}\nA code is good once and for minutes: call this again.") from error


def unkept(line: AuditLine, failed: str | None) -> None:
    if failed:
        click.echo(f"The call {line.endpoint} could not be recorded ({failed}).", err=True)


@contextlib.contextmanager
def place(path: Path | None) -> Iterator[IO[str] | None]:
    """Where the line goes, made before anybody is asked; nothing is left of it if nothing came."""
    if path is None:
        yield None
        return
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise No(f"{path} cannot be made: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "w") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def told(to: Path | None) -> str:
    """What to do now."""
    given = f'"$(cat {to})"' if to else "what was printed"
    then = f", and remove {to}" if to else ""
    return f"Set it: heroku config:set -a YOUR-DYNOHOOK {given}{then}. HEROKU_API_KEY goes first where it is set too."
