"""Nothing is allowed that was not granted."""

import pytest

from heroku.access import GROUPS, NOTHING, Grant, Level, check
from heroku.endpoint import Endpoint
from heroku.endpoints import BY_NAME, TABLE
from heroku.errors import AccessDenied

ROLLBACK, GET_RELEASE = BY_NAME["rollback"], BY_NAME["get_release"]


def grant(level: Level, *apps: str, group: str = "releases") -> Grant:
    return Grant("rule x", {group: level}, frozenset(apps))


@pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)
def test_nothing_is_allowed_by_default(endpoint: Endpoint) -> None:
    with pytest.raises(AccessDenied):
        check(NOTHING, endpoint, "acme-web")


@pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)
def test_everything_covers_every_endpoint(endpoint: Endpoint) -> None:
    check(Grant.everything("a person"), endpoint, "acme-web")


@pytest.mark.parametrize(
    ("level", "read", "write"),
    [(Level.OFF, False, False), (Level.READ, True, False), (Level.WRITE, True, True), (Level.FULL, True, True)],
)
def test_a_level_includes_those_below_it(level: Level, read: bool, write: bool) -> None:
    assert allowed(grant(level, "acme-web"), "get_release", "acme-web") == read
    assert allowed(grant(level, "acme-web"), "rollback", "acme-web") == write


def allowed(given: Grant, endpoint: str, app: str | None) -> bool:
    try:
        check(given, BY_NAME[endpoint], app)
    except AccessDenied:
        return False
    return True


def test_a_level_counts_in_its_own_group_only() -> None:
    assert not allowed(grant(Level.FULL, "acme-web", group="builds"), "get_release", "acme-web")


@pytest.mark.parametrize(
    ("apps", "app", "expected"),
    [
        ({"acme-web"}, "acme-web", True),
        ({"acme-web"}, "acme-web-2", False),
        ({"acme-web"}, "ACME-WEB", False),
        ({"acme-*"}, "acme-web", True),
        ({"acme-*"}, "other-acme-web", False),
        ({"acme-?"}, "acme-1", True),
        ({"*"}, "anything", True),
        ({"other", "acme-web"}, "acme-web", True),
        (set(), "acme-web", False),
        ({"*"}, None, False),
        ({"*"}, "", False),
    ],
)
def test_apps_are_exact_or_globs(apps: set[str], app: str | None, expected: bool) -> None:
    assert allowed(grant(Level.READ, *apps), "get_release", app) == expected


@pytest.mark.parametrize(
    ("apps", "app", "expected"),
    [
        ({"*"}, "my-dynohook", False),
        ({"my-*"}, "my-dynohook", False),
        ({"my-*"}, "my-shop", True),
        ({"*", "my-dynohook"}, "my-dynohook", True),
    ],
)
def test_no_glob_means_an_app_that_stands_apart(apps: set[str], app: str, expected: bool) -> None:
    asks = Grant("rule x", {"releases": Level.READ}, frozenset(apps), frozenset({"my-dynohook"}))
    assert allowed(asks, "get_release", app) == expected


def test_the_account_belongs_to_no_app() -> None:
    assert allowed(grant(Level.READ, group="account"), "get_account", None)


def test_looking_at_every_app_takes_a_grant_for_every_app() -> None:
    assert not allowed(grant(Level.FULL, "acme-*", group="apps"), "list_apps", None)
    assert allowed(grant(Level.READ, "*", group="apps"), "list_apps", None)


def test_a_denial_says_who_lacks_what() -> None:
    with pytest.raises(AccessDenied, match="rollback is denied: rule x needs releases: write and has read") as caught:
        check(grant(Level.READ, "acme-web"), ROLLBACK, "acme-web")
    denied = caught.value
    assert (denied.endpoint, denied.group, denied.needed, denied.granted, denied.app) == (
        "rollback",
        "releases",
        "write",
        "read",
        "acme-web",
    )


def test_a_denial_says_which_app() -> None:
    with pytest.raises(AccessDenied, match="rule x may not touch other"):
        check(grant(Level.READ, "acme-web"), GET_RELEASE, "other")


def test_an_unknown_group_is_refused_when_granting() -> None:
    with pytest.raises(ValueError, match="no such group of endpoints: release;"):
        Grant("rule x", {"release": Level.READ})


def test_a_grant_does_not_grow_afterwards() -> None:
    levels = {"releases": Level.READ}
    given = Grant("rule x", levels, frozenset({"*"}))
    levels["releases"] = Level.FULL
    assert not allowed(given, "rollback", "acme-web")


def test_there_are_twelve_groups() -> None:
    assert len(GROUPS) == len(set(GROUPS)) == 12
