"""Lists in pages: verbatim, lazy, and never for ever."""

import re
from collections.abc import Callable, Iterator, Sequence

import httpx2
import pytest

from heroku.access import Grant, Level
from heroku.client import Heroku
from heroku.endpoints import BY_NAME
from heroku.errors import AccessDenied, Refused, Unavailable
from tests.heroku.doubles import bench, json


def page(*versions: int, next_range: str | None = None, status: int | None = None) -> httpx2.Response:
    body = [{"id": f"r-{version}", "version": version} for version in versions]
    headers = {"Next_Range": next_range} if next_range else {}
    return json(body, status or (206 if next_range else 200), **headers)


def ranges(requests: Sequence[httpx2.Request]) -> list[str | None]:
    return [request.headers.get("range") for request in requests]


def test_pages_are_asked_for_in_heroku_s_own_words() -> None:
    second = "]r-40..; order=desc,max=2;  odd but verbatim"
    b = bench(page(42, 41, next_range=second), page(40))
    assert [release.version for release in b.heroku.releases("acme-web")] == [42, 41, 40]
    assert ranges(b.api.requests) == ["version ..; order=desc,max=100", second]


def test_the_oldest_can_come_first() -> None:
    b = bench(page(1, 2))
    assert [release.version for release in b.heroku.releases("acme-web", newest_first=False)] == [1, 2]
    assert ranges(b.api.requests) == ["version ..; order=asc,max=100"]


class Many:
    """A list of releases that is answered in pages, as Heroku does."""

    def __init__(self, count: int) -> None:
        self.versions = range(count, 0, -1)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        start, most = re.fullmatch(
            r"version (?:](\d+))?\s*\.\.; order=desc,max=(\d+)", request.headers["range"]
        ).groups()  # type: ignore[union-attr]
        left = [version for version in self.versions if version < int(start or 10**9)]
        shown = left[: int(most)]
        more = f"version ]{shown[-1]}..; order=desc,max={most}" if len(left) > len(shown) else None
        return page(*shown, next_range=more)


def test_a_list_of_2500_items_takes_three_calls() -> None:
    many = Many(2_500)
    b = bench(many, many, many)
    releases = b.heroku.releases("acme-web", page_items=1_000)
    assert [release.version for release in releases] == list(many.versions)
    assert (len(b.api.requests), len(b.hooks.records)) == (3, 3)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda h: h.releases("a", page_items=7), "version ..; order=desc,max=7", id="releases"),
        pytest.param(lambda h: h.builds("a", page_items=7), "started_at ..; order=desc,max=7", id="builds"),
        pytest.param(
            lambda h: h.builds("a", newest_first=False), "started_at ..; order=asc,max=100", id="oldest first"
        ),
        pytest.param(lambda h: h.apps(), "name ..; order=asc,max=100", id="apps"),
        pytest.param(
            lambda h: h.apps(order="updated_at", descending=True, page_items=1),
            "updated_at ..; order=desc,max=1",
            id="by time",
        ),
    ],
)
def test_order_and_size_of_pages_can_be_chosen(make: Callable[[Heroku], Iterator[object]], expected: str) -> None:
    b = bench(json([]))
    assert list(make(b.heroku)) == []
    assert ranges(b.api.requests) == [expected]


@pytest.mark.parametrize("size", [0, -1, 1_001])
def test_pages_of_a_size_that_heroku_refuses_are_not_asked_for(size: int) -> None:
    b = bench()
    with pytest.raises(ValueError, match="a page holds 1 to 1,000 items"):
        b.heroku.releases("acme-web", page_items=size)
    assert b.api.requests == []


def test_every_order_that_can_be_chosen_is_in_the_table() -> None:
    assert {name: BY_NAME[name].ranges[0] for name in ("list_apps", "list_releases", "list_builds")} == {
        "list_apps": "name",
        "list_releases": "version",
        "list_builds": "started_at",
    }


def test_a_page_is_fetched_only_when_it_is_reached() -> None:
    b = bench(page(42, 41, next_range="x"))
    assert next(b.heroku.releases("acme-web")).version == 42
    assert len(b.api.requests) == 1


def test_a_list_without_a_documented_order_is_asked_for_plainly() -> None:
    b = bench(json([{"id": "d-1", "name": "web.1", "state": "up"}]))
    assert [dyno.name for dyno in b.heroku.dynos("acme-web")] == ["web.1"]
    assert ranges(b.api.requests) == [None]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([page(42, next_range="x"), page(41, next_range="x")], id="the same again"),
        pytest.param([page(42, next_range="x"), page(41, next_range="y"), page(40, next_range="x")], id="in a circle"),
        pytest.param([page(42, next_range="version ..; order=desc,max=100")], id="the first again"),
        pytest.param([page(42, next_range="x", status=200)], id="said to be whole"),
        pytest.param([page(42, status=206)], id="nothing to go on with"),
        pytest.param([page(42, next_range="é")], id="nothing that could be sent"),
    ],
)
def test_a_list_that_does_not_move_ends(script: list[httpx2.Response]) -> None:
    calls = len(script)
    b = bench(*script)
    assert len(list(b.heroku.releases("acme-web"))) == calls
    assert len(b.api.requests) == calls


def test_an_empty_list_is_empty() -> None:
    assert list(bench(page()).heroku.releases("acme-web")) == []


@pytest.mark.parametrize("body", [{"id": "r-42"}, None, "x", [{"id": "r-42"}], [None]], ids=repr)
def test_what_is_no_list_of_releases_is_an_error(body: object) -> None:
    with pytest.raises(Unavailable, match="not what this endpoint gives"):
        list(bench(json(body)).heroku.releases("acme-web"))


def test_what_was_read_before_a_failing_page_was_given() -> None:
    b = bench(page(42, next_range="x"), json({"id": "requested_range_not_satisfiable"}, 416))
    releases = b.heroku.releases("acme-web")
    assert next(releases).version == 42
    with pytest.raises(Refused, match="416"):
        next(releases)


def test_each_page_is_a_call_that_must_be_granted() -> None:
    b = bench(grant=Grant("rule x", {"releases": Level.READ}, frozenset({"other"})))
    with pytest.raises(AccessDenied):
        next(b.heroku.releases("acme-web"))
    assert b.api.requests == []
