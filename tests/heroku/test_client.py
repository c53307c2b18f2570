"""The client's policy, against a scripted API: what is sent, granted, told, recorded and kept secret."""

from typing import Any

import httpx2
import pytest

from heroku.access import Grant, Level
from heroku.calls import Call, CallRecord
from heroku.client import Heroku
from heroku.endpoints import BY_NAME
from heroku.errors import AccessDenied, Invalid, NotFound, Unauthorized, Unavailable, Unknown
from tests.heroku.doubles import RELEASE, TOKEN, Reply, bench, json


def test_a_call_is_sent_as_heroku_wants_it() -> None:
    b = bench(json(RELEASE))
    assert b.heroku.release("acme-web", 42).id == "r-42"
    (request,) = b.api.requests
    assert (request.method, str(request.url)) == ("GET", "https://api.heroku.com/apps/acme-web/releases/42")
    assert request.headers["accept"] == "application/vnd.heroku+json; version=3"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["user-agent"]
    assert "range" not in request.headers


def test_a_rollback_names_the_release_and_nothing_else() -> None:
    b = bench(json({**RELEASE, "status": "pending", "current": False}, 201))
    release = b.heroku.rollback("acme-web", release="r-41")
    assert (release.version, release.status, release.current) == (42, "pending", False)
    (request,) = b.api.requests
    assert (request.method, request.url.path) == ("POST", "/apps/acme-web/releases")
    assert request.content == b'{"release":"r-41"}'


def test_a_release_of_a_slug_says_what_it_is() -> None:
    b = bench(json(RELEASE, 201))
    b.heroku.release_slug("acme-web", slug="s-41", description="Code of v41")
    assert b.api.requests[0].content == b'{"slug":"s-41","description":"Code of v41"}'


def test_the_other_things_can_be_read() -> None:
    heroku = bench(
        json({"id": "a-1", "name": "acme-web", "maintenance": True}),
        json([{"id": "b-1", "status": "pending"}]),
        json({"id": "b-1", "status": "failed"}),
        json({"id": "u-1", "email": "dev@acme.example"}),
        json({"remaining": 4499}),
    ).heroku
    assert heroku.app("acme-web").maintenance
    assert [build.status for build in heroku.builds("acme-web")] == ["pending"]
    assert heroku.build("acme-web", "b-1").status == "failed"
    assert heroku.account().email == "dev@acme.example"
    assert heroku.rate_limits().remaining == 4499


def test_any_success_counts() -> None:
    for status in (200, 201, 202, 206):
        assert bench(json(RELEASE, status)).heroku.release("acme-web", 42).version == 42


def test_an_answer_without_a_body_is_an_answer() -> None:
    assert bench(httpx2.Response(204)).heroku.call("get_app", app="acme-web").body is None


def test_no_call_is_made_before_something_was_granted() -> None:
    with Heroku(TOKEN, transport=httpx2.MockTransport(lambda _: json({}))) as heroku, pytest.raises(AccessDenied):
        heroku.account()


def test_a_view_has_its_own_grant_and_shares_the_rest() -> None:
    b = bench(json(RELEASE), json(RELEASE))
    view = b.heroku.granted(Grant("rule x", {"releases": Level.READ}, frozenset({"acme-web"})))
    view.release("acme-web", 42)
    with pytest.raises(AccessDenied):
        view.rollback("acme-web", release="r-41")
    b.heroku.release("other-app", 42)
    assert [(record.who, record.outcome) for record in b.hooks.records] == [
        ("rule x", "done"),
        ("rule x", "denied"),
        ("a test", "done"),
    ]


def test_a_view_may_have_its_own_hooks() -> None:
    b = bench(json(RELEASE))
    calls: list[Call] = []
    records: list[CallRecord] = []
    b.heroku.granted(Grant.everything("x"), before=calls.append, after=records.append).release("acme-web", 42)
    assert (len(calls), len(records)) == (1, 1)
    assert (b.hooks.calls, b.hooks.records) == ([], [])


def test_a_denied_call_is_recorded_and_goes_nowhere() -> None:
    b = bench(grant=Grant("rule x", {"releases": Level.READ}, frozenset({"acme-web"})))
    with pytest.raises(AccessDenied):
        b.heroku.rollback("acme-web", release="r-41")
    assert b.api.requests == []
    assert b.hooks.calls == []
    assert b.record == CallRecord("rule x", "rollback", "acme-web", allowed=False, outcome="denied", seconds=0.0)


def test_the_hook_before_sees_what_will_be_sent() -> None:
    b = bench(json(RELEASE, 201))
    b.heroku.rollback("acme-web", release="r-41")
    assert b.hooks.calls == [
        Call(BY_NAME["rollback"], "POST", "/apps/acme-web/releases", "acme-web", {"release": "r-41"})
    ]


PUT_OFF = Unavailable(method="POST", path="/apps", message="the account has no calls left", retry_after=1.0)


@pytest.mark.parametrize("error", [RuntimeError("the lease is over"), PUT_OFF], ids=lambda error: type(error).__name__)
def test_the_hook_before_can_stop_a_call(error: Exception) -> None:
    """What it put off, as our own account had no calls left, stood in the record as not taken by Heroku."""

    def stop(_: Call) -> None:
        raise error

    b = bench()
    with pytest.raises(type(error)):
        b.heroku.granted(Grant.everything("rule x"), before=stop).rollback("acme-web", release="r-41")
    assert b.api.requests == []
    assert (b.record.outcome, b.record.allowed, b.record.status) == ("stopped", True, None)
    assert not b.record.without_effect, "of an earlier call that says nothing"


def test_a_record_holds_what_came_of_a_call() -> None:
    def slowly(_: httpx2.Request) -> httpx2.Response:
        b.clock.now += 1.5
        return json(RELEASE, Request_Id="q-1", RateLimit_Remaining="4321", X_Heroku_Warning="This will change.")

    b = bench(slowly)
    b.heroku.release("acme-web", 42)
    assert b.record == CallRecord(
        who="a test",
        endpoint="get_release",
        app="acme-web",
        allowed=True,
        outcome="done",
        seconds=1.5,
        status=200,
        request_id="q-1",
        remaining=4321,
        warning="This will change.",
    )


@pytest.mark.parametrize(
    ("reply", "outcome", "status"),
    [
        pytest.param(json({"id": "not_found"}, 404), "refused", 404, id="refused"),
        pytest.param(json({"id": "rate_limit"}, 429), "unavailable", 429, id="dry"),
        pytest.param(json({}, 500), "unknown", 500, id="unknown"),
        pytest.param(httpx2.ReadTimeout("late"), "unknown", None, id="no answer"),
        pytest.param(httpx2.ConnectError("no"), "unavailable", None, id="no connection"),
        pytest.param(RuntimeError("a bug"), "unknown", None, id="bug below"),
    ],
)
def test_a_failed_call_is_recorded_too(reply: Reply, outcome: str, status: int | None) -> None:
    b = bench(reply)
    with pytest.raises(Exception, match=r".") as caught:
        b.heroku.rollback("acme-web", release="r-41")
    assert caught.value is not None
    assert (b.record.outcome, b.record.status, b.record.allowed) == (outcome, status, True)


def test_a_refusal_tells_what_remains_too() -> None:
    b = bench(json({"id": "rate_limit"}, 429, RateLimit_Remaining="0"))
    with pytest.raises(Unavailable) as caught:
        b.heroku.release("acme-web", 42)
    assert (b.record.remaining, caught.value.remaining) == (0, 0)


@pytest.mark.parametrize("remaining", ["", "many", "-1", "٤", "9" * 40])
def test_an_odd_count_of_what_remains_is_no_count(remaining: str) -> None:
    b = bench(httpx2.Response(200, json=RELEASE, headers=[(b"ratelimit-remaining", remaining.encode())]))
    b.heroku.release("acme-web", 42)
    assert b.record.remaining is None


@pytest.mark.parametrize("kind", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout])
def test_what_was_never_sent_may_be_sent_again(kind: type[httpx2.TransportError]) -> None:
    with pytest.raises(Unavailable, match="no connection"):
        bench(kind("x")).heroku.rollback("acme-web", release="r-41")


@pytest.mark.parametrize(
    "kind",
    [
        httpx2.ReadTimeout,
        httpx2.WriteTimeout,
        httpx2.ReadError,
        httpx2.WriteError,
        httpx2.CloseError,
        httpx2.RemoteProtocolError,
        httpx2.LocalProtocolError,
    ],
)
def test_what_may_have_been_sent_is_unknown_unless_it_only_reads(kind: type[httpx2.TransportError]) -> None:
    with pytest.raises(Unknown):
        bench(kind("x")).heroku.rollback("acme-web", release="r-41")
    with pytest.raises(Unavailable):
        bench(kind("x")).heroku.release("acme-web", 42)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(httpx2.Response(201, content=b"<html>"), id="HTML"),
        pytest.param(httpx2.Response(201, content=b'{"id": "r-4'), id="truncated"),
        pytest.param(httpx2.Response(201, content=b"\xff"), id="not UTF-8"),
        pytest.param(httpx2.Response(201, content=b"[" * 9999), id="deep"),
        pytest.param(json([], 201), id="a list"),
        pytest.param(json({"id": "r-42"}, 201), id="without a version"),
        pytest.param(httpx2.Response(201), id="empty"),
    ],
)
def test_a_success_that_cannot_be_read_happened_all_the_same(reply: httpx2.Response) -> None:
    with pytest.raises(Unknown) as caught:
        bench(reply).heroku.rollback("acme-web", release="r-41")
    assert caught.value.status == 201


def chunks(b: Any, seconds: float) -> Any:
    for _ in range(1000):
        b.clock.now += seconds
        yield b" "


def test_a_body_that_drips_is_given_up_when_the_time_is_over() -> None:
    b = bench(lambda _: httpx2.Response(200, content=chunks(b, 1.0)))
    with pytest.raises(Unavailable, match="it took too long"):
        b.heroku.release("acme-web", 42)
    assert 18.0 <= b.record.seconds < 20.0


def test_a_refusal_whose_body_drips_is_still_a_refusal() -> None:
    b = bench(lambda _: httpx2.Response(404, content=chunks(b, 1.0)))
    with pytest.raises(NotFound):
        b.heroku.release("acme-web", 42)
    assert b.record.seconds < 20.0


def test_an_endless_body_is_given_up() -> None:
    reply = httpx2.Response(200, content=(b" " * 1024 * 1024 for _ in range(1000)))
    with pytest.raises(Unavailable, match="it is too long"):
        bench(reply).heroku.release("acme-web", 42)


@pytest.mark.parametrize(
    ("body", "id", "message"),
    [
        ({"id": "not_found", "message": "Couldn't find that app."}, "not_found", "Couldn't find that app."),
        ({"id": "x", "error": "Said otherwise."}, "x", "Said otherwise."),
        ({"error": "invalid_grant"}, None, "invalid_grant"),
        ({"id": 7, "message": ["x"]}, None, ""),
        ({}, None, ""),
        (["x"], None, "the answer was not in Heroku's form"),
    ],
    ids=repr,
)
def test_an_error_is_told_in_heroku_s_words(body: Any, id: str | None, message: str) -> None:
    with pytest.raises(NotFound) as caught:
        bench(json(body, 404, Request_Id="q-1")).heroku.app("acme-web")
    assert (caught.value.id, caught.value.message, caught.value.request_id) == (id, message, "q-1")


def test_an_error_in_html_shows_its_status_and_no_page() -> None:
    page = httpx2.Response(404, html="<html><h1>Application error</h1></html>")
    with pytest.raises(NotFound, match="404: the answer was not in Heroku's form") as caught:
        bench(page).heroku.app("acme-web")
    assert "Application error" not in str(caught.value)


def test_a_long_message_is_cut() -> None:
    with pytest.raises(NotFound) as caught:
        bench(json({"message": "x" * 5000}, 404)).heroku.app("acme-web")
    assert len(caught.value.message) == 200


def test_a_revoked_token_is_told_apart() -> None:
    with pytest.raises(Unauthorized):
        bench(json({"id": "unauthorized", "message": "Invalid credentials provided."}, 401)).heroku.account()


def test_an_app_that_would_climb_out_of_its_path_goes_nowhere() -> None:
    b = bench()
    with pytest.raises(Invalid):
        b.heroku.release("..", 42)
    assert b.api.requests == []


def test_a_call_with_wrong_parameters_is_the_caller_s_fault_and_no_call() -> None:
    b = bench()
    with pytest.raises(TypeError, match="rollback: missing"):
        b.heroku.call("rollback", app="acme-web")
    assert b.hooks.records == []


def test_an_endpoint_that_is_not_in_the_table_cannot_be_called() -> None:
    b = bench()
    with pytest.raises(LookupError, match="there is no endpoint 'delete_everything'"):
        b.heroku.call("delete_everything")
    assert b.hooks.records == []


def test_cookies_are_not_kept() -> None:
    b = bench(json(RELEASE, Set_Cookie="session=1; Path=/"), json(RELEASE))
    b.heroku.release("acme-web", 42)
    b.heroku.release("acme-web", 42)
    assert "cookie" not in b.api.requests[1].headers


@pytest.mark.parametrize("location", ["https://elsewhere.example/", "/account", "http://[", "\x00"], ids=ascii)
def test_a_redirect_is_not_followed(location: str) -> None:
    b = bench(httpx2.Response(302, headers={"location": location}))
    with pytest.raises(Exception, match="GET /apps/acme-web: "):
        b.heroku.app("acme-web")
    assert len(b.api.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://api.heroku.com",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "api.heroku.com",
        "https://user:password@api.heroku.com",
        "https://api.heroku.com?x=1",
        "https://\x00",
        "",
    ],
)
def test_an_address_that_would_show_the_token_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the API's address must be") as caught:
        Heroku(TOKEN, base_url=url)
    assert "password" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://api.heroku.com", "http://127.0.0.1:5000", "http://[::1]:1", "http://localhost"]
)
def test_https_anywhere_and_http_on_this_machine_are_fine(url: str) -> None:
    Heroku(TOKEN, base_url=url).close()


def test_an_address_may_have_a_path() -> None:
    seen: list[str] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(str(request.url))
        return json({"id": "u-1"})

    transport = httpx2.MockTransport(note)
    with Heroku(TOKEN, base_url="http://localhost/api", transport=transport, grant=Grant.everything("x")) as heroku:
        heroku.account()
    assert seen == ["http://localhost/api/account"]
