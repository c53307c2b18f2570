"""An app's own address answers as its web dynos let it."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from heroku.access import Grant
from heroku.client import Heroku
from toolbelt.simulator import scaling
from toolbelt.simulator.app import create_app
from toolbelt.simulator.serving import served
from toolbelt.simulator.simulator import Simulator


@pytest.fixture
def simulator() -> Simulator:
    made = Simulator(datetime.now(UTC), seed=1)
    made.add_app("acme-shop")
    return made


def visited(simulator: Simulator, path: str = "") -> tuple[int, str]:
    with served(create_app(simulator, clock=lambda: simulator.now)) as address:
        with Heroku("HRKU-x", base_url=address).granted(Grant.everything("a test")) as heroku:
            url = heroku.app("acme-shop").web_url
        assert url is not None
        answer = httpx2.get(url + path, trust_env=False)
        return answer.status_code, answer.text


def test_an_app_whose_dynos_are_up_is_well(simulator: Simulator) -> None:
    assert visited(simulator, "healthz") == (200, "acme-shop v41 is well.\n")


def test_an_app_whose_dynos_crash_shows_an_error(simulator: Simulator) -> None:
    simulator.deploy("acme-shop", "crash")
    simulator.advance_to(simulator.now + timedelta(seconds=120))
    assert visited(simulator) == (503, "Application error (H10).\n")


def test_an_app_in_maintenance_says_so(simulator: Simulator) -> None:
    simulator.app("acme-shop").maintenance = True
    assert visited(simulator) == (503, "Application error (H80).\n")


def test_an_app_without_dynos_shows_an_error(simulator: Simulator) -> None:
    app = simulator.app("acme-shop")
    scaling.scale(simulator.world, app, [scaling.Change("web", quantity=0)], simulator.world.account)
    assert visited(simulator) == (503, "Application error (H14).\n")
