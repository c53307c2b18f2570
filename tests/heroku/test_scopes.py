"""What a token may do: read from headers, compared with what is needed, named one by one."""

import pytest

from heroku.endpoints import BY_NAME, TABLE
from heroku.errors import Forbidden
from heroku.scopes import ENOUGH, Missing, lack, least, missing, read
from tests.heroku.doubles import bench, json


def lacking(granted: set[str], *names: str) -> list[str]:
    return [each.endpoint for each in missing(granted, [BY_NAME[name] for name in names])]


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        (
            set(),
            ["get_account", "get_app", "rollback", "get_config_vars", "update_config_vars", "create_authorization"],
        ),
        ({"identity"}, ["get_app", "rollback", "get_config_vars", "update_config_vars", "create_authorization"]),
        ({"read"}, ["get_account", "rollback", "get_config_vars", "update_config_vars", "create_authorization"]),
        ({"write"}, ["get_account", "get_config_vars", "update_config_vars", "create_authorization"]),
        ({"read-protected"}, ["get_account", "rollback", "update_config_vars", "create_authorization"]),
        ({"write-protected"}, ["get_account", "create_authorization"]),
        ({"identity", "write-protected"}, ["create_authorization"]),
        ({"global"}, []),
        (
            {"something-new"},
            ["get_account", "get_app", "rollback", "get_config_vars", "update_config_vars", "create_authorization"],
        ),
    ],
    ids=lambda value: " ".join(sorted(value)) or "nothing" if isinstance(value, set) else "",
)
def test_the_table_of_what_a_token_cannot_call(granted: set[str], expected: list[str]) -> None:
    assert (
        lacking(
            granted,
            "get_account",
            "get_app",
            "rollback",
            "get_config_vars",
            "update_config_vars",
            "create_authorization",
        )
        == expected
    )


def test_what_is_missing_is_named_once_with_what_would_do() -> None:
    rollback = BY_NAME["rollback"]
    (found,) = missing({"read"}, [rollback, BY_NAME["get_app"], rollback])
    assert found == Missing("rollback", "write", ("write", "write-protected", "global"))
    assert str(found) == "rollback needs the scope write or write-protected or global"


def test_every_scope_of_the_table_is_known() -> None:
    assert {endpoint.scope for endpoint in TABLE} == set(ENOUGH)
    assert all(scope in enough and "global" in enough for scope, enough in ENOUGH.items())


@pytest.mark.parametrize(
    ("header", "scopes"),
    [
        ("global", {"global"}),
        ("read identity", {"read", "identity"}),
        ("read,identity, write-protected", {"read", "identity", "write-protected"}),
        ("", set()),
        ("HRKU-s3cret READ \x00", set()),
        ("x" * 500, set()),
    ],
)
def test_a_header_is_read_as_words(header: str, scopes: set[str]) -> None:
    assert read(header) == scopes


@pytest.mark.parametrize(
    ("granted", "accepted", "told"),
    [
        ("read", "global write", "The token has read; this takes global or write."),
        ("read write", "write", ""),
        ("", "write", ""),
        ("read", "", ""),
    ],
)
def test_a_refusal_for_want_of_a_scope_says_so(granted: str, accepted: str, told: str) -> None:
    assert lack(granted, accepted) == told
    headers = {"Oauth_Scope": granted, "Oauth_Scope_Accepted": accepted}
    refused = json({"id": "forbidden", "message": "You do not have access."}, 403, **headers)
    with pytest.raises(Forbidden) as caught:
        bench(refused).heroku.account()
    assert caught.value.message == f"You do not have access. {told}".strip()


@pytest.mark.parametrize(
    ("names", "scopes"),
    [
        ([], ()),
        (["get_app"], ("read",)),
        (["get_app", "rollback"], ("write",)),
        (["get_app", "rollback", "get_config_vars"], ("read-protected", "write")),
        (["get_app", "rollback", "get_config_vars", "update_config_vars"], ("write-protected",)),
        (["get_app", "create_authorization"], ("global",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_fewest_scopes_that_do(names: list[str], scopes: tuple[str, ...]) -> None:
    assert least([BY_NAME[name] for name in names]) == scopes
