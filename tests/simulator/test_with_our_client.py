"""Our own client and the fake Heroku understand each other: what one sends, the other reads, faults included."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from heroku.access import Grant, Level
from heroku.client import Heroku
from heroku.errors import CallFailed, Refused, Unavailable, Unknown
from tests.simulator.driving import Live
from toolbelt.simulator.faults import Fault, Kind

LEVELS = {"apps": Level.READ, "releases": Level.WRITE, "builds": Level.READ, "dynos": Level.READ, "account": Level.READ}


NO_ANSWER = {Kind.DRIP, Kind.TIME_OUT_AFTER, Kind.TIME_OUT_BEFORE}
PATIENCE, HASTE = 10.0, 0.5  # seconds


@contextmanager
def calling(live: Live, time_out: float) -> Iterator[Heroku]:
    with Heroku("HRKU-a-token", base_url=live.remote.base_url, timeout=time_out) as client:
        yield client.granted(Grant("a test", LEVELS, frozenset({"acme-*"})))


@pytest.fixture
def heroku(live: Live) -> Iterator[Heroku]:
    with calling(live, PATIENCE) as client:
        yield client


def test_everything_that_is_asked_for_is_understood(live: Live, heroku: Heroku) -> None:
    live.remote.add_app("acme-many", 2_500)
    assert [release.version for release in heroku.releases("acme-many")] == list(range(2_500, 0, -1))
    assert heroku.app("acme-shop").name == "acme-shop"
    assert next(build.status for build in heroku.builds("acme-shop")) == "succeeded"
    assert [dyno.state for dyno in heroku.dynos("acme-shop")] == ["up"]
    assert heroku.account().email
    assert heroku.rate_limits().remaining


def test_a_rollback_and_a_release_of_old_code_are_made(live: Live, heroku: Heroku) -> None:
    target = heroku.release("acme-shop", 40)
    assert heroku.rollback("acme-shop", release=target.id).description == "Rollback to v40"
    assert target.slug is not None
    made = heroku.release_slug("acme-shop", slug=target.slug.id, description="Take it back")
    assert (made.version, made.description) == (43, "Take it back")


@pytest.mark.parametrize(
    ("fault", "error", "effect"),
    [
        pytest.param(Fault(kind=Kind.STATUS, status=429), Unavailable, False, id="429"),
        pytest.param(Fault(kind=Kind.STATUS, status=422), Refused, False, id="422"),
        pytest.param(Fault(kind=Kind.HTML), Unknown, False, id="html"),
        pytest.param(Fault(kind=Kind.REDIRECT), Refused, False, id="redirect"),
        pytest.param(Fault(kind=Kind.TIME_OUT_BEFORE), Unknown, False, id="time-out before the effect"),
        pytest.param(Fault(kind=Kind.TIME_OUT_AFTER), Unknown, True, id="time-out after the effect"),
        pytest.param(Fault(kind=Kind.DRIP), Unknown, True, id="drip"),
        pytest.param(Fault(kind=Kind.CUT), Unknown, True, id="cut"),
    ],
)
def test_a_spoiled_rollback_is_taken_for_what_it_is(
    live: Live, fault: Fault, error: type[CallFailed], effect: bool
) -> None:
    target = live.remote.app("acme-shop").releases[39]
    live.remote.order_faults(fault)
    time_out = HASTE if fault.kind in NO_ANSWER else PATIENCE
    with calling(live, time_out) as heroku, pytest.raises(error):
        heroku.rollback("acme-shop", release=target.id)
    (call,) = live.remote.calls("POST")
    assert call.effect is effect
