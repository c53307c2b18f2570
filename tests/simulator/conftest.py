"""A simulator with one app, in a world that is the same each time and stands still until told otherwise."""

from datetime import UTC, datetime, timedelta

import pytest

from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.timings import Timings

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(NOW, timings=Timings(), seed=7)


@pytest.fixture
def shop(simulator: Simulator) -> App:
    return simulator.add_app("acme-shop")


class Passing:
    """Lets time pass on a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def __call__(self, **span: float) -> None:
        self._simulator.advance_to(self._simulator.now + timedelta(**span))


@pytest.fixture
def passing(simulator: Simulator) -> Passing:
    return Passing(simulator)
