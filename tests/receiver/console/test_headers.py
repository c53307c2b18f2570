"""What every answer says to browsers and to whatever stands between: keep nothing, run nothing, show it nowhere."""

import pytest
import redis
from starlette.testclient import TestClient

from core.links import CONSOLE
from tests.receiver.console.browsing import ADDRESS, SIGN_IN, Visitor
from tests.receiver.console.conftest import application
from toolbelt.servers import Server

RUNS = f"{CONSOLE}/runs"
STATIC = f"{CONSOLE}/static"

WHATEVER = [
    pytest.param("GET", RUNS, 200, id="a page"),
    pytest.param("HEAD", RUNS, 200, id="the head of a page"),
    pytest.param("GET", f"{RUNS}/nothing", 404, id="what is not there"),
    pytest.param("GET", f"{CONSOLE}/nowhere", 404, id="no page"),
    pytest.param("GET", f"{STATIC}/nothing", 404, id="no file"),
    pytest.param("GET", f"{STATIC}/console.css", 200, id="a file"),
    pytest.param("GET", SIGN_IN, 303, id="on from the form"),
    pytest.param("GET", CONSOLE, 307, id="on to the first page"),
    pytest.param("DELETE", RUNS, 405, id="another method"),
    pytest.param("POST", f"{RUNS}/x", 415, id="no form"),
]


@pytest.mark.parametrize(("method", "path", "status"), WHATEVER)
def test_every_answer_runs_nothing_and_stands_in_no_other_page(
    ada: Visitor, method: str, path: str, status: int
) -> None:
    answer = ada.ask(method, path)

    assert answer.status_code == status
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("frame-ancestors") == policy.pop("base-uri") == "'none'"
    assert set(policy) == {"script-src", "style-src", "img-src", "connect-src", "form-action"}
    assert set(policy.values()) == {"'self'"}
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(("method", "path", "status"), WHATEVER)
def test_nobody_keeps_any_answer_but_a_file(ada: Visitor, method: str, path: str, status: int) -> None:
    """What was said where there was no file held a name and a token, and anybody on the way was told to keep it."""
    is_file = path.startswith(STATIC) and status == 200
    kept = ada.ask(method, path).headers["cache-control"]
    assert kept == ("public, max-age=3600" if is_file else "no-store")


def test_the_same_holds_for_who_is_not_signed_in(stranger: Visitor) -> None:
    for answer in (stranger.get(RUNS), stranger.post(RUNS), stranger.get(SIGN_IN), stranger.post(SIGN_IN)):
        assert "content-security-policy" in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_a_file_that_has_not_changed_is_not_sent_again(stranger: Visitor) -> None:
    tag = stranger.get(f"{STATIC}/htmx.min.js").headers["etag"]
    answer = stranger.get(f"{STATIC}/htmx.min.js", **{"if-none-match": tag})
    assert (answer.status_code, answer.text) == (304, "")
    assert answer.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize("path", [RUNS, f"{RUNS}/a%2Fb?x=1&y=%20", SIGN_IN, f"{STATIC}/console.css", CONSOLE])
def test_what_came_in_clear_is_sent_to_https(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path, **{"x-forwarded-proto": "http"})
    assert (answer.status_code, answer.headers["location"]) == (308, f"{ADDRESS}{path}")
    assert "set-cookie" not in answer.headers


def test_and_to_our_own_address_whatever_host_was_asked_for(stranger: Visitor) -> None:
    """Whoever keeps answers on the way would have led others to a host that one person had named."""
    answer = stranger.get(RUNS, host="evil.example", **{"x-forwarded-proto": "http"})
    assert answer.headers["location"] == f"{ADDRESS}{RUNS}"


def test_where_nobody_said_which_that_is_the_host_stays(running: Server, server: redis.Redis) -> None:
    with TestClient(application(running.url, PUBLIC_URL=""), base_url="http://d.example") as client:
        answer = Visitor(client).get(RUNS, **{"x-forwarded-proto": "http"})
    assert answer.headers["location"] == f"https://d.example{RUNS}"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_form_that_came_in_clear_is_refused(ada: Visitor, method: str) -> None:
    """What it held has been seen by others; sent on, nobody would hear of that."""
    answer = ada.ask(method, SIGN_IN, headers={"x-forwarded-proto": "http"})
    assert (answer.status_code, answer.text) == (403, "Use https.")


def test_on_ones_own_machine_plain_http_will_do(running: Server, server: redis.Redis) -> None:
    address = "http://127.0.0.1:5000"
    with TestClient(application(running.url, PUBLIC_URL=address), base_url=address) as client:
        answer = Visitor(client).signed_in().get(RUNS, **{"x-forwarded-proto": "http"})
    assert answer.status_code == 200
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "x/console/sign-in?", "x#", "[", "a b", "@", "x:99999", ""])
@pytest.mark.parametrize("signed_in", [True, False])
def test_no_host_that_is_asked_for_opens_or_leads_anywhere(stranger: Visitor, host: str, signed_in: bool) -> None:
    if signed_in:
        stranger.signed_in()
    answer = stranger.get(f"{RUNS}?state=done", host=host)
    assert answer.status_code == (200 if signed_in else 303)
    assert "evil" not in answer.text + answer.headers.get("location", "")


@pytest.mark.parametrize("path", ["/runs/", "/sign-in/", "/static", "/sign-out/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_slash_too_many_or_too_few_leads_to_no_other_host(ada: Visitor, method: str, path: str) -> None:
    """It led to whatever host was asked for, over plain http, with a form and the password in it."""
    answer = ada.ask(method, f"{CONSOLE}{path}", headers={"host": "evil.example"})
    assert answer.status_code in (404, 405, 415)
