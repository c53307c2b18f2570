"""Nobody gets in without a session, and nothing is done without the token of that session."""

import subprocess
import sys

import pytest
import redis
from starlette.testclient import TestClient

from core.links import CONSOLE
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.conftest import application
from tests.receiver.console.walking import addresses, behind_the_password
from toolbelt.servers import Server

WHAT_IS_LOADED = """
import sys
from core.connections import for_receiver
from core.settings import read
from receiver.app import build_app
given = dict(word.split("=") for word in sys.argv[1:])
settings = read(environment={"WEBHOOK_SECRET": "x", "REDIS_URL": "unix:///nowhere", **given})
build_app(settings, for_receiver(settings))
print(*sys.modules)
"""
THE_CONSOLE = ("receiver.console", "jinja2", "itsdangerous")
NOT_FOR_PAGES = {"heroku.requests", "heroku.client", "rules.files.loading", "rules.texts.expressions", "celery"}


@pytest.mark.parametrize("path", ["/", CONSOLE, f"{CONSOLE}/", f"{CONSOLE}/sign-in", f"{CONSOLE}/static/console.css"])
def test_without_a_password_there_is_no_console(running: Server, path: str) -> None:
    with TestClient(application(running.url, CONSOLE_PASSWORD="")) as client:
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


@pytest.mark.parametrize(("given", "loaded"), [([], False), (["CONSOLE_PASSWORD=a password for tests"], True)])
def test_without_a_password_its_code_is_not_even_loaded(given: list[str], loaded: bool) -> None:
    found = modules(*given)
    assert ("receiver.console.app" in found) == loaded
    assert any(name.startswith(THE_CONSOLE) for name in found) == loaded


def test_pages_need_neither_herokus_endpoints_nor_rule_files() -> None:
    """The record of calls imported the endpoints for a type, and the web process was 13 MB larger with a console."""
    assert not NOT_FOR_PAGES & set(modules("CONSOLE_PASSWORD=a password for tests"))


def modules(*given: str) -> list[str]:
    """What is loaded by a web application with these settings, in a process of its own."""
    command = [sys.executable, "-c", WHAT_IS_LOADED, *given]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.split()


def test_there_are_addresses_to_try() -> None:
    assert {f"{CONSOLE}/runs", f"{CONSOLE}/runs/x"} <= set(behind_the_password("GET"))
    assert {f"{CONSOLE}/runs/x", f"{CONSOLE}/sign-out"} <= set(behind_the_password("POST"))


@pytest.mark.parametrize("path", behind_the_password("GET"))
def test_whoever_is_not_signed_in_is_led_from_each_page_to_the_form_for_it(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{CONSOLE}/sign-in?next=%2Fconsole")
    assert answer.text == ""


@pytest.mark.parametrize("path", behind_the_password("POST"))
def test_whoever_is_not_signed_in_does_nothing(stranger: Visitor, server: redis.Redis, path: str) -> None:
    token = stranger.token(f"{CONSOLE}/sign-in")  # a good one, of a session in which nobody has signed in
    answer = stranger.post(path, token=token, why="I like to", do="approve", name="eve", password="a guess")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, f"{CONSOLE}/sign-in")
    assert server.keys("*") == []


@pytest.mark.parametrize("path", behind_the_password("POST"))
@pytest.mark.parametrize("token", [None, "", "a guess", "\ud800", "another's"])
def test_nothing_is_done_without_the_token_of_ones_own_session(
    ada: Visitor, stranger: Visitor, server: redis.Redis, path: str, token: str | None
) -> None:
    """A page of another site can send a form in the name of whoever is signed in here, but not know the token."""
    if token == "another's":
        token = stranger.signed_in("eve").token(f"{CONSOLE}/runs")
    fields = {} if token is None else {"token": token.encode("utf-8", "surrogatepass").decode("latin-1")}

    answer = ada.post(path, **fields, why="I like to", do="approve")

    assert answer.status_code == 403
    assert "This form is too old, or not from here." in answer.text
    assert server.keys("*") == []
    assert ada.get(f"{CONSOLE}/runs").status_code == 200


@pytest.mark.parametrize("path", behind_the_password("POST"))
def test_the_token_of_ones_own_session_opens_each_form(ada: Visitor, path: str) -> None:
    answer = ada.send(path, on=f"{CONSOLE}/runs", why="I looked", do="nothing that there is")
    assert answer.status_code == 303


@pytest.mark.parametrize("path", sorted({*addresses("GET"), *addresses("POST")} - {"/"}))
def test_no_address_takes_any_other_method(ada: Visitor, path: str) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
        answer = ada.ask(method, path)
        assert answer.status_code == 405, method
        assert set(answer.headers["allow"].split(", ")) <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", behind_the_password("GET"))
def test_a_look_at_the_head_alone_needs_a_session_too(stranger: Visitor, path: str) -> None:
    assert stranger.ask("HEAD", path).headers["location"] == f"{CONSOLE}/sign-in"
