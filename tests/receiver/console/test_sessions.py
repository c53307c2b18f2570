"""The cookie: what it says to the browser, how long it is good for, and that nobody makes one for himself."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import itsdangerous
import pytest
import redis
from pydantic import SecretStr
from starlette.testclient import TestClient

from core import layout
from core.links import CONSOLE
from receiver.console import sessions
from tests.receiver.console.browsing import PASSWORD, SIGN_IN, Visitor
from tests.receiver.console.conftest import application
from tests.receiver.console.keeping import Records
from tests.receiver.console.walking import behind_the_password
from toolbelt.servers import Server

RUNS = f"{CONSOLE}/runs"
HOUR = 3_600


class Stamped(itsdangerous.TimestampSigner):
    """Signs as if it were another time."""

    at = 0

    def get_timestamp(self) -> int:
        return self.at


def cookie(*, ago: int = 0, by: str = "ada", password: str = PASSWORD, signed_ago: int = 0, **kept: Any) -> str:
    """As it would have been made so many seconds before now."""
    now = int(time.time())
    signer = Stamped(sessions.key(SecretStr(password)))
    signer.at = now - signed_ago
    content = {"by": by, "at": now - ago, "token": "t", **kept}
    return signer.sign(base64.b64encode(json.dumps(content).encode())).decode()


def opens(visitor: Visitor, cookie: str) -> bool:
    visitor.cookie = cookie
    status = visitor.get(RUNS).status_code
    assert status in (200, 303)
    return status == 200


def test_a_browser_sends_it_over_https_to_the_console_only_and_lets_no_script_read_it(stranger: Visitor) -> None:
    said = stranger.sign_in().headers["set-cookie"]
    words = {word.strip().lower() for word in said.partition(";")[2].split(";")}
    assert words == {"path=/console", "max-age=43200", "httponly", "samesite=lax", "secure"}


@pytest.mark.parametrize(
    ("address", "secure"),
    [("https://d.example", True), ("", True), ("http://127.0.0.1:5000", False), ("http://localhost:5000", False)],
)
def test_it_goes_over_plain_http_only_on_ones_own_machine(
    running: Server, server: redis.Redis, address: str, secure: bool
) -> None:
    with TestClient(application(running.url, PUBLIC_URL=address), base_url=address or "https://d.example") as client:
        said = Visitor(client).sign_in().headers["set-cookie"]
    assert ("secure" in said.lower()) == secure


def test_it_holds_a_name_a_time_and_the_token_of_the_forms(ada: Visitor) -> None:
    content = json.loads(base64.b64decode(ada.cookie.partition(".")[0]))
    assert set(content) == {"by", "at", "token"}
    assert content["token"] == ada.token(RUNS)


@pytest.mark.parametrize(
    ("ago", "signed_ago", "good"),
    [
        pytest.param(0, 0, True, id="now"),
        pytest.param(12 * HOUR - 60, 60, True, id="nearly over"),
        pytest.param(12 * HOUR + 1, 0, False, id="over, though it was signed since"),
        pytest.param(0, 12 * HOUR + 1, False, id="signed too long ago"),
        pytest.param(-30, 0, True, id="by a clock that is a little before ours"),
        pytest.param(-HOUR, 0, False, id="from another time"),
    ],
)
def test_it_is_good_for_a_shift(stranger: Visitor, ago: int, signed_ago: int, good: bool) -> None:
    assert opens(stranger, cookie(ago=ago, signed_ago=signed_ago)) == good


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: cookie(password="another password"), id="of another password"),
        pytest.param(lambda: cookie()[:-1], id="cut short"),
        pytest.param(lambda: cookie()[1:], id="cut off"),
        pytest.param(lambda: f"{cookie(by='eve').partition('.')[0]}.{cookie().partition('.')[2]}", id="another name"),
        pytest.param(lambda: cookie().rpartition(".")[0], id="not signed"),
        pytest.param(lambda: "", id="empty"),
        pytest.param(lambda: "null", id="null"),
        pytest.param(lambda: "....", id="dots"),
        pytest.param(lambda: "x" * 60_000, id="long"),
        pytest.param(lambda: "ÿþ", id="not ASCII"),
    ],
)
def test_any_other_opens_nothing(stranger: Visitor, made: Callable[[], str]) -> None:
    assert opens(stranger, cookie())
    assert not opens(stranger, made())


def test_the_cookie_of_a_session_in_which_nobody_signed_in_opens_nothing(stranger: Visitor) -> None:
    assert stranger.get(SIGN_IN).status_code == 200
    assert stranger.cookie
    assert stranger.get(RUNS).status_code == 303


def test_signing_in_makes_a_new_token(stranger: Visitor) -> None:
    """Else whoever had put a cookie of his into somebody's browser would know the token of what came of it."""
    before = stranger.token(SIGN_IN)
    stranger.signed_in()
    assert stranger.token(RUNS) != before


def test_all_pages_have_one_token_from_the_beginning(ada: Visitor) -> None:
    """Pages that were opened together each made one, and the forms of all but the last were too old."""
    cookie = ada.cookie
    first = ada.token(RUNS)
    ada.cookie = cookie
    assert ada.token(f"{CONSOLE}/runs?state=done") == first


def test_signing_out_ends_it(ada: Visitor) -> None:
    answer = ada.send(f"{CONSOLE}/sign-out", on=RUNS)

    assert (answer.status_code, answer.headers["location"]) == (303, SIGN_IN)
    assert ada.cookie == ""
    assert ada.get(RUNS).status_code == 303


def test_a_copy_of_the_cookie_is_good_for_nothing_after_that(
    ada: Visitor, visitor: Callable[[], Visitor], server: redis.Redis
) -> None:
    """It was good for the rest of the twelve hours, as no server knew that the session had ended."""
    thief, other = visitor(), visitor().signed_in("sam")
    thief.cookie = ada.cookie
    token = thief.token(RUNS)

    ada.send(f"{CONSOLE}/sign-out", on=RUNS)

    answer = thief.post(f"{RUNS}/x", token=token, do="stop", why="I like to")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, SIGN_IN)
    assert thief.cookie == ""
    thief.cookie = cookie()
    assert other.get(RUNS).status_code == 200
    [mark] = server.keys(f"{layout.SIGNED_OUT}*")
    assert 0 < server.ttl(mark) <= layout.SIGNED_IN_SECONDS


@pytest.mark.parametrize("path", behind_the_password("GET"))
def test_nor_does_it_open_any_page(ada: Visitor, path: str) -> None:
    cookie = ada.cookie
    ada.send(f"{CONSOLE}/sign-out", on=RUNS)
    ada.cookie = cookie
    assert ada.get(path).status_code in (303, 307)


def test_what_was_to_be_told_is_not_taken_by_a_part_of_a_page(ada: Visitor, records: Records) -> None:
    """A page in another tab that renewed a part of itself took the answer to an approval, and showed it to nobody."""
    run = f"{RUNS}/{records.asking()}"
    assert ada.send(run, do="approve", why="I looked").status_code == 303
    assert ada.get(run, **{"hx-request": "true"}).status_code == 200
    assert "Approved: the run goes on." in ada.page(run)


def test_the_longest_sentence_to_be_told_fits_into_what_browsers_keep(visitor: Callable[[], Visitor]) -> None:
    """Browsers drop a cookie of more than 4 kB without a word, and with it what had come of an act."""
    someone = visitor().signed_in("😀" * 60)
    someone.send(f"{RUNS}/{'😀' * 600}", on=RUNS, do="approve", why="I looked")
    assert len(someone.cookie) < 4_000
    assert "there is no run &#39;😀😀" in someone.page(RUNS)


def test_nothing_of_an_earlier_session_is_told_in_the_next() -> None:
    session = sessions.Session({"by": "eve", "at": 0, "token": "t", "said": ["done", "Approved."]})
    session.begin("ada")
    assert session.said is None


def test_who_signs_in_again_after_that_is_in(ada: Visitor) -> None:
    ada.send(f"{CONSOLE}/sign-out", on=RUNS)
    assert ada.signed_in().get(RUNS).status_code == 200


def test_another_password_ends_every_session(running: Server, ada: Visitor) -> None:
    with TestClient(
        application(running.url, CONSOLE_PASSWORD="the next password"), base_url="https://d.example"
    ) as next_:
        visitor = Visitor(next_)
        visitor.cookie = ada.cookie
        assert visitor.get(RUNS).status_code == 303


def test_a_part_of_a_page_that_asks_for_more_is_led_to_the_form_as_a_whole(stranger: Visitor) -> None:
    answer = stranger.get(f"{RUNS}/x", **{"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, f"{SIGN_IN}?next=%2Fconsole%2Fruns%2Fx")
