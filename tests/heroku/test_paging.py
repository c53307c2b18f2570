"""Lists in pages: verbatim, lazy, and never for ever."""

from collections.abc import Sequence

import httpx2
import pytest

from heroku.access import Grant, Level
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
