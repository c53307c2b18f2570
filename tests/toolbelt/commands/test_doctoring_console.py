"""The doctor and the console: is there one, and do the links in messages lead to it?"""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from core.settings import read
from tests.receiver.console.browsing import PASSWORD
from tests.receiver.console.conftest import application
from toolbelt.doctoring.console import of_console
from toolbelt.doctoring.findings import State
from toolbelt.servers import free_port
from toolbelt.simulator.serving import served

NOWHERE = "redis://127.0.0.1:9/0"  # the page for signing in needs none
LINKLESS = "links in messages lead nowhere"


def seen(**settings: str) -> list[tuple[str, State, str]]:
    found = list(of_console(read(environment=settings)))
    assert all(bool(each.do) == (each.state is not State.OK) for each in found)
    return [(each.name, each.state, each.says) for each in found]


def at(app: ASGIApp) -> list[tuple[str, State, str]]:
    """What is seen where PUBLIC_URL leads to this."""
    with served(app) as address:
        return seen(CONSOLE_PASSWORD=PASSWORD, PUBLIC_URL=address)


def somebody_else(status: int) -> ASGIApp:
    """Another service, which answers everything alike."""
    return Starlette(routes=[Route("/{path:path}", lambda _: PlainTextResponse("Hello", status))])


def test_one_that_is_reached_is_well() -> None:
    assert at(application(NOWHERE, PUBLIC_URL="http://127.0.0.1")) == [
        ("password", State.OK, "set"),
        ("address", State.OK, "PUBLIC_URL leads to it"),
    ]


@pytest.mark.parametrize(
    ("settings", "state", "says"),
    [
        pytest.param({}, State.OK, "not set: there is no console", id="nobody wants one"),
        pytest.param(
            {"PUBLIC_URL": "https://dynohook.example"},
            State.ATTENTION,
            "not set: there is no console, and messages carry no links",
            id="an address and no password",
        ),
        pytest.param({"CONSOLE_PASSWORD": PASSWORD}, State.OK, "set", id="a password and no address"),
    ],
)
def test_what_is_not_there_is_told(settings: dict[str, str], state: State, says: str) -> None:
    assert seen(**settings) == [("password", state, says)]


@pytest.mark.parametrize(
    ("app", "status"),
    [
        pytest.param(application(NOWHERE, CONSOLE_PASSWORD=""), 404, id="a web process that has no password yet"),
        pytest.param(somebody_else(200), 200, id="another service"),
        pytest.param(somebody_else(503), 503, id="another service that is down"),
    ],
)
def test_an_address_that_leads_elsewhere_is_broken(app: ASGIApp, status: int) -> None:
    _, address = at(app)
    assert address == ("address", State.BROKEN, f"what answers at PUBLIC_URL ({status}) is not the console: {LINKLESS}")


def test_an_address_where_nobody_is_wants_attention() -> None:
    _, address = seen(CONSOLE_PASSWORD=PASSWORD, PUBLIC_URL=f"http://127.0.0.1:{free_port()}")
    assert address == ("address", State.ATTENTION, f"nobody answers at PUBLIC_URL (ConnectError): {LINKLESS}")
