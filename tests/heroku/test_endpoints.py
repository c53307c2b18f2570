"""The table of endpoints: consistent with itself, careful with addresses."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.access import GROUPS, Level
from heroku.endpoint import Endpoint
from heroku.endpoints import BY_NAME, PUBLIC, TABLE
from heroku.errors import Invalid

each = pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)


SCOPES = {"identity", "read", "write", "read-protected", "write-protected", "global"}
READS_BY_POST = {"create_log_session"}
CHANGES_EACH_TIME = {"restart_dyno", "restart_all", "update_config_vars"}
DESTROYS_OR_ESCALATES = {
    "delete_app",
    "run_dyno",
    "create_build",
    "delete_addon",
    "delete_domain",
    "create_collaborator",
    "delete_collaborator",
    "create_webhook",
    "update_webhook",
    "delete_webhook",
    "list_authorizations",
    "get_authorization",
    "create_authorization",
    "delete_authorization",
}


@each
def test_an_entry_is_consistent(endpoint: Endpoint) -> None:
    changes = endpoint.method != "GET" and endpoint.name not in READS_BY_POST
    assert endpoint.group in GROUPS
    assert endpoint.scope in SCOPES
    assert not (set(endpoint.places) & {*endpoint.required, *endpoint.optional})
    assert endpoint.level == (
        Level.FULL if endpoint.name in DESTROYS_OR_ESCALATES else Level.WRITE if changes else Level.READ
    )
    assert endpoint.repeatable == (
        endpoint.name not in CHANGES_EACH_TIME and (endpoint.method != "POST" or not changes)
    )
    assert endpoint.include is None or (changes and endpoint.include.startswith("api:"))
    assert not endpoint.ranges or endpoint.many
    assert endpoint.version == ("3.webhooks" if "webhook" in endpoint.path else "3")


def test_there_are_thirty_seven_endpoints_of_which_eighteen_read() -> None:
    """Creating a release counts once, though it is two methods here."""
    links = {(endpoint.method, endpoint.path) for endpoint in PUBLIC}
    reads = {link for link in links if link[0] == "GET"}
    assert (len(links), len(reads), len(links - reads)) == (37, 18, 19)


def test_the_groups_are_as_large_as_they_should_be() -> None:
    links = {(endpoint.group, endpoint.method, endpoint.path) for endpoint in PUBLIC}
    sizes = Counter(group for group, _, _ in links)
    assert [(group, sizes[group]) for group in GROUPS] == [
        ("apps", 5),
        ("dynos", 5),
        ("formation", 3),
        ("config-vars", 2),
        ("releases", 3),
        ("builds", 3),
        ("add-ons", 4),
        ("domains", 3),
        ("collaborators", 3),
        ("pipelines", 3),
        ("logs", 1),
        ("account", 2),
    ]


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(TABLE)


@each
def test_its_own_parameters_are_accepted(endpoint: Endpoint) -> None:
    endpoint.expect(dict.fromkeys((*endpoint.places, *endpoint.required, *endpoint.optional)))
    endpoint.expect(dict.fromkeys((*endpoint.places, *endpoint.required)))
    assert "{" not in endpoint.address(dict.fromkeys(endpoint.places, "x"))


def test_an_address_holds_its_parameters() -> None:
    address = BY_NAME["get_release"].address({"app": "acme-web", "release": 12})
    assert address == "/apps/acme-web/releases/12"


def test_the_body_holds_the_rest() -> None:
    assert BY_NAME["rollback"].body({"app": "acme-web", "release": "r"}) == {"release": "r"}
    assert BY_NAME["get_app"].body({"app": "acme-web"}) is None
    assert BY_NAME["delete_app"].body({"app": "acme-web"}) is None


def test_what_a_get_takes_stands_in_its_query() -> None:
    endpoint, params = BY_NAME["list_webhook_deliveries"], {"app": "acme-web", "status": "failed"}
    assert endpoint.address(params) == "/apps/acme-web/webhook-deliveries?eq%5Bstatus%5D=failed"
    assert endpoint.address({"app": "acme-web"}) == "/apps/acme-web/webhook-deliveries"
    assert endpoint.body(params) is None


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
