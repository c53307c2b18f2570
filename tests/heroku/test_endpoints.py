"""The table of endpoints: consistent with itself, careful with addresses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.access import GROUPS, Level
from heroku.endpoints import BY_NAME, TABLE, Endpoint
from heroku.errors import Invalid

each = pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)


@each
def test_an_entry_is_consistent(endpoint: Endpoint) -> None:
    changes = endpoint.method != "GET"
    assert endpoint.group in GROUPS
    assert endpoint.level >= (Level.WRITE if changes else Level.READ)
    assert endpoint.scope in {"identity", "read", "write", "read-protected", "write-protected"}
    assert endpoint.repeatable == (endpoint.method != "POST")
    assert not (set(endpoint.places) & {*endpoint.required, *endpoint.optional})
    assert changes or not (endpoint.required or endpoint.optional)


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(TABLE)


@each
def test_its_own_parameters_are_accepted(endpoint: Endpoint) -> None:
    params = dict.fromkeys((*endpoint.places, *endpoint.required, *endpoint.optional), "x")
    endpoint.expect(params)
    assert "{" not in endpoint.address(params)


def test_an_address_holds_its_parameters() -> None:
    address = BY_NAME["get_release"].address({"app": "acme-web", "release": 12})
    assert address == "/apps/acme-web/releases/12"


def test_the_body_holds_the_rest() -> None:
    assert BY_NAME["rollback"].body({"app": "acme-web", "release": "r"}) == {"release": "r"}
    assert BY_NAME["get_app"].body({"app": "acme-web"}) is None


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb", "\x00", "\ud800"], ids=ascii)
def test_a_value_that_could_not_be_a_segment_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        BY_NAME["get_app"].address({"app": value})


@pytest.mark.parametrize(
    ("value", "segment"),
    [("../account", "..%2Faccount"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("a%2Fb", "a%252Fb"), ("é", "%C3%A9")],
)
def test_a_value_stays_one_segment(value: str, segment: str) -> None:
    assert BY_NAME["get_app"].address({"app": value}) == f"/apps/{segment}"


@given(st.text(st.characters(), min_size=1))
def test_no_value_climbs_out_of_its_segment(value: str) -> None:
    try:
        address = BY_NAME["get_app"].address({"app": value})
    except Invalid:
        return
    assert address.startswith("/apps/")
    segment = address.removeprefix("/apps/")
    assert not set(segment) & set("/?#\\ ")
    assert segment not in ("", ".", "..")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("rollback", {"app": "acme-web"}),
        ("rollback", {"release": "r"}),
        ("rollback", {"app": "acme-web", "release": "r", "description": "x"}),
        ("get_account", {"app": "acme-web"}),
    ],
)
def test_missing_and_unknown_parameters_are_errors_of_the_caller(name: str, params: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=name):
        BY_NAME[name].expect(params)
