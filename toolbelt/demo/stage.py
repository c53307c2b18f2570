"""What the demo plays on: an embedded server, a fake Heroku with one app, and the service itself."""

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import redis

from core import connections, layout
from core.settings import read
from toolbelt import service, simulation
from toolbelt.crew import HOME, Crew
from toolbelt.environment import is_loopback, without_the_callers
from toolbelt.procfile import HERE
from toolbelt.servers import Server, free_port
from toolbelt.service import Service, Tell
from toolbelt.simulator.remote import Remote

LIBRARY = HOME / "rules" / "library"
RULES = ("roll-back-failed-release", "roll-back-crashing-release")  # of the library
APP = "acme-shop"
RELEASES = 41  # of the app, all good, before the story begins
REPEAT = 3  # how often each delivery is sent
INCLUDES = ("api:release", "dyno")


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs, and what is needed to look into it."""

    heroku: Remote
    service: Service
    ledger: redis.Redis
    environment: Mapping[str, str]
    env_file: Path


def build(crew: Crew, given: Mapping[str, str], *, speed: float, tell: Tell) -> Stage:
    """Start everything and wait until it is ready. Raises DidNotHappen, NoServer."""
    server = Server(crew).start()
    token, secret = f"HRKU-{secrets.token_hex(16)}", secrets.token_hex(16)
    address = simulation.start(crew, given, token=token, speed=speed, repeat=REPEAT, tell=tell)
    port = free_port()
    settings = {
        "ACT": "live",
        "CONSOLE_PASSWORD": secrets.token_urlsafe(12),
        "HEROKU_API_KEY": token,
        "HEROKU_API_URL": address,
        "PORT": str(port),
        "PUBLIC_URL": f"http://{HERE}:{port}",
        "REDIS_URL": server.url,
        "RULES_PATH": str(made_live(RULES, crew.folder())),
        "WEBHOOK_SECRET": secret,
    }
    if not is_loopback(address):
        raise ValueError(f"the demo calls no address but this machine's own, and {address} is another")
    environment = {**without_the_callers(given), **settings}
    ledger = connections.for_worker(read("redis_url", environment=settings), connections=1)
    old_enough = int(time.time() * 1000) - layout.YOUNG_MILLISECONDS  # a beginning would be told of
    ledger.set(layout.EPOCH, f"{secrets.token_hex(16)} {old_enough}")
    running = service.start(crew, environment, port=port, tell=tell)
    heroku = Remote(address)
    heroku.add_app(APP, RELEASES)
    heroku.subscribe(running.deliveries_url, secret=secret, include=list(INCLUDES))
    return Stage(heroku, running, ledger, environment, write_env(crew.folder(), settings))


def made_live(names: Iterable[str], folder: Path) -> Path:
    """Copies of rules of the library, which are in shadow there, made live."""
    for name in names:
        rule = (LIBRARY / f"{name}.yaml").read_text()
        (folder / f"{name}.yaml").write_text(rule.replace("mode: shadow", "mode: live"))
    return folder


def write_env(folder: Path, settings: Mapping[str, str]) -> Path:
    """A file that a shell reads, so that a person's commands find this very service."""
    path = folder / "env"
    path.touch(mode=0o600)
    path.write_text("".join(f"export {name}='{value}'\n" for name, value in settings.items()))
    return path
