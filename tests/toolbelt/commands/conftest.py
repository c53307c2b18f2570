"""A fake Heroku and a real Redis, and the command line between them."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from click.testing import CliRunner, Result

from core import connections
from core.settings import Settings, read
from toolbelt.cli import main
from toolbelt.crew import Crew
from toolbelt.servers import Server
from toolbelt.simulator.app import create_app, utc_now
from toolbelt.simulator.delivering import Manner
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.serving import served
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.timings import Timings

TOKEN, SECRET, AUTHORIZATION = "HRKU-sesame-token", "sesame-secret", "Bearer sesame-hook"
PUBLIC = "https://my-dynohook.example.com"
OURS = f"{PUBLIC}/webhooks/heroku"
NOTHING_SET = dict.fromkeys(map(str.upper, Settings.model_fields))


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a person types, with an environment in which everything is set."""

    heroku: Remote
    redis: redis.Redis
    environment: dict[str, str]

    def run(self, *words: str, **changes: str | None) -> Result:
        return CliRunner(env={**NOTHING_SET, **self.environment, **changes}).invoke(main, words)

    def answering(self, typed: str, *words: str) -> Result:
        """With this answer to what it asks."""
        return CliRunner(env={**NOTHING_SET, **self.environment}).invoke(main, words, input=f"{typed}\n")

    def new_app(self) -> str:
        """An app that no other test has touched."""
        return self.heroku.add_app(f"acme-{secrets.token_hex(4)}", 3).name


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = create_app(
        Simulator(utc_now(), timings=Timings().faster(1_000)),
        manner=Manner(first_wait=0.05, longest_wait=0.2, time_out=0.5),
        tokens=[TOKEN],
    )
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with Crew() as crew:
        yield Server(crew).start().url


@pytest.fixture
def terminal(address: str, redis_url: str) -> Iterator[Terminal]:
    environment = {
        "USER": "ada",
        "HEROKU_API_KEY": TOKEN,
        "HEROKU_API_URL": address,
        "PUBLIC_URL": PUBLIC,
        "REDIS_URL": redis_url,
        "WEBHOOK_SECRET": f"{SECRET}, the old one",
        "WEBHOOK_AUTHORIZATION": AUTHORIZATION,
    }
    chosen = read("redis_url", environment={"REDIS_URL": redis_url})
    with Remote(address) as heroku, connections.for_worker(chosen, connections=1) as client:
        client.flushdb()
        yield Terminal(heroku, client, environment)


def no_secret_in(shown: Any) -> bool:
    """Whether none of the terminal's secrets is in what was shown."""
    return "sesame" not in str(shown)
