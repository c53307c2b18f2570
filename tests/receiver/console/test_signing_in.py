"""The form that opens the console: who gets in, by what name, and where to from there."""

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import redis
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from core.links import CONSOLE, LONGEST
from receiver.console import forms
from tests.receiver.console.browsing import PASSWORD, SIGN_IN, Visitor
from tests.receiver.console.conftest import application
from toolbelt.servers import Server

RUNS = f"{CONSOLE}/runs"
WRONG = "This is not the password."
FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_the_right_password_opens_the_console_by_the_name_that_was_given(stranger: Visitor) -> None:
    answer = stranger.sign_in("  Ada   Lovelace ")

    assert (answer.status_code, answer.headers["location"]) == (303, CONSOLE)
    assert "<span>Ada Lovelace</span>" in stranger.page(RUNS)


@pytest.mark.parametrize(
    "password",
    [
        "a wrong password",
        PASSWORD[:-1],
        f"{PASSWORD} ",
        f"{PASSWORD}\0",
        PASSWORD.upper(),
        "",
        " ",
        "pässwörd ☃",
        "x" * 7_000,
    ],
    ids=["wrong", "cut short", "a blank more", "a zero more", "shouted", "none", "blank", "not ASCII", "long"],
)
def test_any_other_opens_nothing(stranger: Visitor, password: str) -> None:
    answer = stranger.sign_in("ada", password)

    assert answer.status_code == 401
    assert WRONG in answer.text
    assert stranger.get(RUNS).status_code == 303


def test_a_password_may_hold_any_letter(running: Server, server: redis.Redis) -> None:
    password = "pässwörd & ☃ = 😀 + %41"
    with TestClient(application(running.url, CONSOLE_PASSWORD=password), base_url="https://d.example") as client:
        assert Visitor(client).sign_in("ada", password).status_code == 303


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "ada\x1b[31m", "ada\u202egnp", "a\0b"])
def test_nobody_gets_in_without_a_name_that_can_be_shown(stranger: Visitor, name: str) -> None:
    answer = stranger.sign_in(name)

    assert answer.status_code == 422
    assert "Say who you are, in 1 to 60 letters." in answer.text
    assert stranger.get(RUNS).status_code == 303


@pytest.mark.parametrize("name", ["x" * 60, "Łucja 😀", "李雷", "O'Brien <ops>"])
def test_any_other_name_is_kept(stranger: Visitor, name: str) -> None:
    assert stranger.sign_in(name).status_code == 303
    assert stranger.get(RUNS).status_code == 200


def test_the_longest_name_fits_into_what_browsers_keep(stranger: Visitor) -> None:
    stranger.signed_in("😀" * 60)
    assert len(stranger.cookie) < 4_000


def test_who_mixes_up_the_two_fields_finds_the_password_in_no_log_and_on_no_page(
    stranger: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    """The name of a sign-in that was refused stood in the log, and was the password."""
    assert stranger.sign_in(PASSWORD, "ada").status_code == 401
    answer = stranger.sign_in(f"ada {PASSWORD}", PASSWORD)

    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert stranger.get(RUNS).status_code == 303
    said = capfd.readouterr()
    assert "console sign-in refused" in said.out
    assert PASSWORD not in said.out + said.err


def test_who_is_signed_in_is_led_on_by_the_form(ada: Visitor) -> None:
    answer = ada.get(f"{SIGN_IN}?next=%2Fconsole%2Fruns")
    assert (answer.status_code, answer.headers["location"]) == (303, RUNS)


def test_the_way_leads_back_to_where_one_wanted_to_go(stranger: Visitor) -> None:
    wanted = f"{RUNS}?app=acme%20%26%20sons&skip=50"
    form = stranger.get(wanted).headers["location"]
    [to] = parse_qs(urlsplit(form).query)["next"]

    answer = stranger.send(SIGN_IN, on=form, name="ada", password=PASSWORD, next=to)

    assert (answer.status_code, answer.headers["location"]) == (303, wanted)


def test_the_longest_link_that_a_message_carries_leads_where_it_says(stranger: Visitor) -> None:
    """What a message linked to was longer than what signing in led on to: whoever came by it saw the overview."""
    wanted = f"{RUNS}/".ljust(LONGEST, "x")
    [to] = parse_qs(urlsplit(stranger.get(wanted).headers["location"]).query)["next"]

    assert stranger.sign_in(next=to).headers["location"] == wanted


def test_a_button_that_was_pressed_in_vain_is_told_of_and_the_way_leads_back_to_its_page(stranger: Visitor) -> None:
    """A session ended while a page was open: the form said nothing, and led to the overview."""
    form = stranger.post(f"{RUNS}/e1", token="of then", do="stop", why="I thought so").headers["location"]

    assert "Nothing was done: you were not signed in any more." in stranger.page(form)
    [to] = parse_qs(urlsplit(form).query)["next"]
    assert stranger.send(SIGN_IN, on=form, name="ada", password=PASSWORD, next=to).headers["location"] == f"{RUNS}/e1"


def test_a_way_out_that_was_taken_twice_is_nothing_to_tell_of(stranger: Visitor) -> None:
    assert stranger.post(f"{CONSOLE}/sign-out", token="of then").headers["location"] == SIGN_IN


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/console/",
        "https:evil.example",
        "javascript:alert(1)",
        "/console\\@evil.example",
        "/console@evil.example",
        "/console.evil.example",
        "/consolery",
        "/console/\r\nSet-Cookie: dynohook=x",
        "/console/\tx",
        "/console/ü",
        "/webhooks/heroku",
        "console/runs",
        " /console/runs",
        "/console/" + "x" * LONGEST,
    ],
)
def test_and_to_no_other_site_whatever_the_address_says(stranger: Visitor, to: str) -> None:
    assert stranger.sign_in(next=to).headers["location"] == CONSOLE
    answer = stranger.get(f"{SIGN_IN}?{urlencode({'next': to})}")
    assert (answer.status_code, answer.headers["location"]) == (303, CONSOLE)


@pytest.mark.parametrize("to", ["/console/..//evil.example", "/console//evil.example", "/console/%2f%2fevil.example"])
def test_what_begins_here_stays_here(stranger: Visitor, to: str) -> None:
    """Each is a path, from which no browser gets to another host."""
    assert stranger.sign_in(next=to).headers["location"].startswith("/console/")


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        pytest.param(FORM, b"name=" + b"x" * 1_000_000, 413, id="1 MB"),
        pytest.param(FORM, b"&".join([b"a=b"] * 21), 413, id="too many fields"),
        pytest.param(FORM, b"\xff\xfe\x00", 403, id="no text"),
        pytest.param(FORM, b"token=%ED%A0%80&name=%ED%A0%80&password=%ED%A0%80", 403, id="half a letter"),
        pytest.param(FORM, b"", 403, id="nothing"),
        pytest.param({"content-type": "application/json"}, b"{}", 415, id="JSON"),
        pytest.param({"content-type": "text/plain"}, b"name=ada", 415, id="what any page may send"),
        pytest.param({}, b"name=ada", 415, id="of no kind"),
        pytest.param(
            {"content-type": "multipart/form-data; boundary=x; charset=unicode_escape"},
            b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n\\ud800\r\n--x--\r\n',
            415,
            id="in parts, of a chosen encoding",
        ),
    ],
)
def test_what_is_no_form_of_ours_is_told_so(
    stranger: Visitor, headers: dict[str, str], content: bytes, status: int
) -> None:
    """A large form ended in a traceback, as two parts of the application answered it."""
    answer = stranger.ask("POST", SIGN_IN, headers=headers, content=content)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "Content-Security-Policy".lower() in answer.headers


def test_a_form_that_does_not_come_is_waited_for_only_so_long() -> None:
    """Else whoever sends nothing holds a connection for as long as he likes."""

    async def nothing() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing comes")

    request = Request({"type": "http", "headers": [(b"content-type", FORM["content-type"].encode())]}, nothing)
    with pytest.raises(HTTPException) as caught:
        asyncio.run(forms.read(request, seconds=0.05))
    assert caught.value.status_code == 408
    assert caught.value.headers == {"Connection": "close"}


def test_half_a_letter_is_no_password_and_no_name(stranger: Visitor) -> None:
    token = stranger.token(SIGN_IN)
    content = f"token={token}&name=%ED%A0%80&password=%ED%A0%80".encode()
    assert stranger.ask("POST", SIGN_IN, headers=FORM, content=content).status_code == 401


def test_a_form_that_is_too_old_is_drawn_anew(stranger: Visitor) -> None:
    """Tabs that a browser opens all at once each draw a form, and only the last one's token is kept."""
    answer = stranger.post(SIGN_IN, token="an old one", name="ada", password=PASSWORD, next=RUNS)

    assert answer.status_code == 403
    assert "This form was too old. Here is a new one." in answer.text
    assert f'value="{RUNS}"' in answer.text
    assert stranger.get(RUNS).status_code == 303


def test_the_form_of_another_tab_leads_on_whoever_has_signed_in_since(ada: Visitor) -> None:
    answer = ada.post(SIGN_IN, token="an old one", name="eve", password="", next=RUNS)
    assert (answer.status_code, answer.headers["location"]) == (303, RUNS)
    assert "<span>ada</span>" in ada.page(RUNS)


def test_no_other_site_signs_anybody_in(stranger: Visitor) -> None:
    """It would have people act in the name of whoever wrote that site."""
    assert stranger.post(SIGN_IN, name="eve", password=PASSWORD).status_code == 403
    assert stranger.get(RUNS).status_code == 303
