"""Lists that are looked at again and again: asked for only if they changed, remembered within bounds."""

import httpx2
import pytest

from heroku.access import Grant, Level
from heroku.endpoints import BY_NAME
from heroku.errors import AccessDenied, Refused
from heroku.polling import Kept, Memory, Poll
from tests.heroku.doubles import Bench, bench, json
from tests.heroku.methods import CASES

FIRST = "version ..; order=desc,max=100"


def releases(*versions: int, etag: str | None = "e-1", next_range: str | None = None) -> httpx2.Response:
    headers = {"Etag": etag, "Next_Range": next_range}
    body = [{"id": f"r-{version}", "version": version} for version in versions]
    return json(body, 206 if next_range else 200, **{name: text for name, text in headers.items() if text})


def unchanged(**headers: str) -> httpx2.Response:
    return json(None, 304, **headers)


def polled(b: Bench) -> list[int]:
    return [release.version for release in b.heroku.releases("acme-web", polling=True)]


def named(b: Bench) -> list[str | None]:
    return [request.headers.get("if-none-match") for request in b.api.requests]


def test_what_has_not_changed_is_not_sent_again() -> None:
    b = bench(releases(42, 41), unchanged(Request_Id="q-2", RateLimit_Remaining="7"), releases(43, 42, etag="e-2"))
    assert [polled(b), polled(b), polled(b)] == [[42, 41], [42, 41], [43, 42]]
    assert named(b) == [None, "e-1", "e-1"]
    assert [(record.status, record.outcome) for record in b.hooks.records] == [(200, "done")] * 3
    assert (b.hooks.records[1].request_id, b.hooks.records[1].remaining) == ("q-2", 7)


def test_an_answer_says_whether_it_is_an_old_one() -> None:
    b = bench(releases(42), unchanged())
    first = b.heroku.call("list_releases", app="acme-web", polling=True)
    again = b.heroku.call("list_releases", app="acme-web", polling=True)
    assert (first.unchanged, again.unchanged) == (False, True)
    assert first.body == again.body
    first.body.clear()
    assert again.body


def test_pages_are_remembered_each_for_itself() -> None:
    b = bench(releases(42, next_range="x"), releases(41, etag="e-2"), unchanged(), unchanged())
    assert [polled(b), polled(b)] == [[42, 41], [42, 41]]
    assert named(b) == [None, None, "e-1", "e-2"]
    assert [request.headers["range"] for request in b.api.requests] == [FIRST, "x", FIRST, "x"]


def test_only_who_asks_for_it_is_told_what_is_remembered() -> None:
    b = bench(releases(42), releases(42), releases(42))
    polled(b)
    list(b.heroku.releases("acme-web"))
    list(b.heroku.releases("another-app", polling=True))
    assert named(b) == [None, None, None]


def test_what_came_without_a_name_is_asked_for_anew() -> None:
    b = bench(releases(42, etag=None), releases(42, etag="é"), releases(42))
    assert [polled(b), polled(b), polled(b)] == [[42]] * 3
    assert named(b) == [None, None, None]


def test_a_304_that_nobody_asked_for_is_no_answer() -> None:
    b = bench(unchanged(), unchanged())
    with pytest.raises(Refused, match="304"):
        polled(b)
    with pytest.raises(Refused, match="304"):
        list(b.heroku.releases("acme-web"))


def test_what_is_remembered_is_not_given_without_a_grant() -> None:
    b = bench(releases(42))
    polled(b)
    stranger = b.heroku.granted(Grant("rule x", {"releases": Level.READ}, frozenset({"another-app"})))
    with pytest.raises(AccessDenied):
        next(stranger.releases("acme-web", polling=True))


@pytest.mark.parametrize("name", [case.endpoint for case in CASES if not case.endpoint.startswith("list_")])
def test_only_lists_are_remembered(name: str) -> None:
    """Config vars least of all."""
    b, endpoint = bench(), BY_NAME[name]
    params = dict.fromkeys((*endpoint.places, *endpoint.required), "x")
    with pytest.raises(TypeError, match="only lists can be polled"):
        b.heroku.call(name, polling=True, **params)
    assert b.api.requests == []


def kept(size: int = 1) -> Kept:
    return Kept("e", 200, b"s" * size, None)


def test_the_memory_forgets_what_was_not_asked_for_longest() -> None:
    memory = Memory(most_answers=2)
    for name in "ab":
        memory.keep((name, None), kept())
    memory.get(("a", None))
    memory.keep(("c", None), kept())
    assert [memory.get((name, None)) is not None for name in "abc"] == [True, False, True]


def test_the_memory_is_bounded_in_bytes() -> None:
    memory = Memory(most_bytes=10)
    memory.keep(("a", None), kept(6))
    memory.keep(("a", None), kept(7))
    assert len(memory) == 1
    memory.keep(("b", None), kept(4))
    assert memory.get(("a", None)) is None
    memory.keep(("c", None), kept(11))
    assert memory.get(("c", None)) is None
    assert memory.get(("b", None)) is not None


def test_what_grew_too_large_takes_its_old_self_along() -> None:
    memory = Memory(most_bytes=10)
    memory.keep(("a", None), kept(1))
    memory.keep(("a", None), kept(11))
    assert len(memory) == 0


def test_what_is_remembered_does_not_show() -> None:
    memory = Memory()
    poll = Poll.of(memory, ("a", None))
    poll.keep("e-1", 200, b"s3cret", None)
    assert "s3cret" not in repr(memory) + repr(poll) + repr(Poll.of(memory, ("a", None)))
