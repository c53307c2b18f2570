"""One running service for all tests of this folder: each test has apps and events of its own."""

import secrets
from collections.abc import Iterator

import pytest

from tests.harness.stage import Stage, build
from toolbelt.crew import Crew
from toolbelt.servers import Server

FIRST_SECRET, SECOND_SECRET = secrets.token_hex(16), secrets.token_hex(16)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Two web processes behind one port, a worker, and room for two subscriptions with a secret each."""
    with Crew() as crew:
        stage = build(
            crew, Server(crew, port=0).start(), WEB_CONCURRENCY="2", WEBHOOK_SECRET=f"{FIRST_SECRET},{SECOND_SECRET}"
        )
        yield stage
        stage.close()
