"""A simulator with one app: standing still until told otherwise, or running in a thread at great speed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.simulator.driving import FAST, HEADERS, Live, Passing, Serving
from tests.simulator.receiving import Receiver
from toolbelt.simulator.app import create_app, utc_now
from toolbelt.simulator.delivering import Manner
from toolbelt.simulator.records import App
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.serving import served
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.timings import Timings

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(NOW, timings=Timings(), seed=7)


@pytest.fixture
def shop(simulator: Simulator) -> App:
    return simulator.add_app("acme-shop")


@pytest.fixture
def passing(simulator: Simulator) -> Passing:
    """Lets time pass on the simulator: `passing(minutes=5)`."""
    return lambda **span: simulator.advance_to(simulator.now + timedelta(**span))


@pytest.fixture
def api(simulator: Simulator) -> TestClient:
    """A client of the app over the simulator that stands still; no delivery goes out."""
    app = create_app(simulator, clock=lambda: simulator.now)
    return TestClient(app, headers=HEADERS, client=("127.0.0.1", 50_000))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as running:
        yield running


@pytest.fixture
def serving() -> Serving:
    """Serves a simulator with `acme-shop` where everything happens a thousand times as fast."""

    @contextmanager
    def serve(manner: Manner = FAST) -> Iterator[Live]:
        simulator = Simulator(utc_now(), timings=Timings().faster(1_000))
        simulator.add_app("acme-shop")
        with (
            served(create_app(simulator, manner=manner)) as address,
            Remote(address) as remote,
            httpx2.Client(base_url=address, headers=HEADERS, trust_env=False, timeout=10) as client,
        ):
            yield Live(remote, client)

    return serve


@pytest.fixture
def live(serving: Serving) -> Iterator[Live]:
    with serving() as running:
        yield running
