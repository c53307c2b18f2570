"""`bin/dev`: web and worker on this machine, for the real Heroku to talk to through a tunnel."""

import os
import secrets
import sys
import time
from collections.abc import Mapping

import click

from core import links
from core.settings import Settings, SettingsError, read
from rules.errors import RuleErrors
from toolbelt import needs, service
from toolbelt.crew import Crew
from toolbelt.interrupts import ending_on_signals
from toolbelt.procfile import EVERYWHERE, HERE
from toolbelt.servers import NoServer, free_port, url_from
from toolbelt.waiting import DidNotHappen

USUAL_PORT = 5000
LOOK_EVERY = 0.5  # seconds


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--port", type=click.IntRange(0, 65535), default=USUAL_PORT, show_default=True, help="0: any free one.")
@click.option("--host", type=click.Choice([HERE, EVERYWHERE]), default=HERE, show_default=True, help="Who may come in.")
def main(*, port: int, host: str) -> None:
    """Run web and worker here, against the real Heroku, from the Procfile's own lines.

    Settings come from the environment. What is not set is made up for this run: a Redis server, a webhook secret, a
    password for the console, and ACT=shadow, so that rules decide and record and touch nothing until you say ACT=live.
    It listens on this machine only; in a container say --host 0.0.0.0.

    Rule files may be changed meanwhile: the worker takes up what loads, and says why if something does not.

    If a process ends, everything ends: nothing is restarted behind your back.
    """
    with ending_on_signals(), Crew() as crew:
        try:
            run(crew, os.environ, port=port or free_port(), host=host)
        except KeyboardInterrupt:
            click.echo("\nStopping.")
        except (DidNotHappen, NoServer, SettingsError) as error:
            crew.close()
            sys.exit(f"bin/dev: {error}")


def run(crew: Crew, given: Mapping[str, str], *, port: int, host: str) -> None:
    """Until something ends it."""
    made_up = {
        "WEBHOOK_SECRET": secrets.token_hex(16),
        "CONSOLE_PASSWORD": secrets.token_urlsafe(12),
        "PUBLIC_URL": f"http://{HERE}:{port}",
        "ACT": "shadow",
        "LOG_FORMAT": "console",
    }
    environment = {**made_up, **{name: value for name, value in given.items() if value}}
    environment["REDIS_URL"] = url_from(environment, crew)
    read("webhook_secret", "redis_url", environment=environment)
    running = service.start(
        crew, environment, port=port, host=host, tell=lambda name, line: click.echo(f"{name:<6} | {line}")
    )
    click.echo(told(environment, given, running))
    while True:
        running.check()
        time.sleep(LOOK_EVERY)


def told(environment: Mapping[str, str], given: Mapping[str, str], running: service.Service) -> str:
    """What runs, what was made up, and what a person has to do now."""
    secret = environment["WEBHOOK_SECRET"].partition(",")[0] if not given.get("WEBHOOK_SECRET") else "$WEBHOOK_SECRET"
    embedded = "" if given.get("REDIS_URL") else "  (started for this run, empty again at the end)"
    signing = "..." if given.get("WEBHOOK_SECRET") else secret
    rules = environment.get("RULES_PATH") or Settings.model_fields["rules_path"].default
    password = environment["CONSOLE_PASSWORD"] if not given.get("CONSOLE_PASSWORD") else "CONSOLE_PASSWORD"
    token = credentials(environment)
    listened = ",".join(entities(environment))
    return f"""
Dynohook is ready.

  console      {links.console(read(environment=environment))}
  password     {password}
  deliveries   {running.deliveries_url}
  redis        {environment["REDIS_URL"] if not given.get("REDIS_URL") else "REDIS_URL"}{embedded}
  act          {environment["ACT"]}
  rules        {rules}  (read again when they change)
  heroku       {token}

Heroku cannot reach this machine yet. Two things are yours to do:

  1. Open a tunnel, with whatever you use (the console is reached through it as well, by its password), for instance:

       cloudflared tunnel --url {running.url}

  2. Subscribe an app to its public address:

       heroku webhooks:add -a YOUR-APP -l sync \\
         -i {listened} \\
         -u https://YOUR-TUNNEL/webhooks/heroku -s {secret}

Look at what happens, in another terminal:

       export REDIS_URL={environment["REDIS_URL"] if not given.get("REDIS_URL") else "..."}
       bin/dynohook events list

Or try it without Heroku, with a delivery that is made up:

       export WEBHOOK_SECRET={signing}
       bin/dynohook send dyno_crashed --app acme-shop --url {running.deliveries_url}

Take the subscription away when you are done (heroku webhooks -a YOUR-APP): Heroku repeats for three days what it
cannot deliver. Ctrl-C ends everything here.
"""


def entities(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What an app's webhook must tell of, for the rules as they are now."""
    try:
        return needs.includes(needs.rules(read(environment=environment)))
    except (RuleErrors, SettingsError):  # they were changed since the worker took them up, and it says what is wrong
        return (needs.ALWAYS,)


def credentials(environment: Mapping[str, str]) -> str:
    """How Heroku's API is called, in a few words."""
    chosen = read(environment=environment)
    if chosen.heroku_api_key:
        return "with HEROKU_API_KEY"
    return "by OAuth" if chosen.has_credentials else "no token: rules that call Heroku's API cannot be live"


if __name__ == "__main__":
    main(prog_name="bin/dev")
