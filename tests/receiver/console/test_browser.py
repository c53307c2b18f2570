"""The console in a real browser: a question is answered, pages renew themselves, and all can be reached and read."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import redis
from playwright.sync_api import Browser

from core import layout
from core.links import CONSOLE
from tests.receiver.console.browsing import PASSWORD, SIGN_IN, Visitor
from tests.receiver.console.chromium import Window, chromium
from tests.receiver.console.conftest import application
from tests.receiver.console.filling import fill
from tests.receiver.console.keeping import Records
from tests.receiver.console.walking import walk
from tests.receiver.serving import serving
from toolbelt.servers import Server

RUN = "e1:roll-back"
PAGE = f"{CONSOLE}/runs/{RUN}"

Open = Callable[..., Window]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(running: Server) -> Iterator[str]:
    with serving(application(running.url, PUBLIC_URL="http://127.0.0.1:1")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def window(browser: Browser, address: str, server: redis.Redis) -> Iterator[Open]:
    """Opens windows, of which none may have anything to complain of."""
    contexts, windows = [], []

    def open_(*, signed_in: bool = True, scripts: bool = True) -> Window:
        contexts.append(browser.new_context(java_script_enabled=scripts))
        windows.append(Window(contexts[-1], address))
        if signed_in:
            windows[-1].go(SIGN_IN)
            windows[-1].sign_in("ada", PASSWORD)
        return windows[-1]

    yield open_
    for context in contexts:
        context.close()
    assert [complaint for one in windows for complaint in one.complaints] == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_question_is_answered_from_the_link_in_a_message_on(window: Open, records: Records, scripts: bool) -> None:
    records.asking(RUN)
    ada = window(signed_in=False, scripts=scripts)

    ada.go(PAGE)
    ada.sign_in("ada", "a wrong password")
    ada.sees("This is not the password.")
    ada.forgive(401)
    ada.sign_in("ada", PASSWORD)
    ada.sees("It asks for a yes or no")
    question = ada.page.locator("#question")
    question.get_by_label("Why").fill("I looked at the logs")
    question.get_by_role("button", name="Approve").click()

    ada.sees("Approved: the run goes on.")
    ada.sees("ada said yes: I looked at the logs")
    assert ada.path == PAGE.replace(":", "%3A")
    assert records.server.hget(layout.RUN + RUN, "state") == b"due"


def test_a_run_under_way_renews_itself_until_its_end_and_leaves_what_is_typed(window: Open, records: Records) -> None:
    """The form to stop a run was not part of what is renewed, or else lost what stood in it."""
    records.due(records.run(RUN, state="running"), seconds=60)
    ada = window()
    ada.go(PAGE)
    why = ada.page.locator("#stop").get_by_label("Why")
    why.fill("we are at it")

    records.run(RUN, state="running", journal={"step:0": {"state": "waiting", "sentence": "It waits for a build."}})
    ada.renews()
    ada.sees("It waits for a build.")
    assert why.input_value() == "we are at it"
    assert ada.page.evaluate("document.activeElement.name") == "why"

    records.asking(RUN)
    ada.renews()
    ada.sees("It asks for a yes or no")
    assert why.input_value() == "we are at it"
    assert ada.page.locator("#question").get_by_label("Why").input_value() == ""

    records.run(RUN, state="done", journal={"step:0": {"sentence": "It was rolled back to v7."}})
    ada.renews()
    ada.sees("It was rolled back to v7.")
    assert ada.page.locator("form[method=post]:not(.who)").count() == 0
    assert ada.page.locator("[hx-trigger]").count() == 0


def test_what_was_opened_stays_open_while_the_page_renews_itself(window: Open, records: Records) -> None:
    journal = {"step:0": {"output": {"release": "v7"}, "sentence": "It looked."}}
    records.due(records.run(RUN, state="running", journal=journal), seconds=60)
    ada = window()
    ada.go(PAGE)
    ada.page.get_by_text("What came out of it").click()

    records.run(RUN, state="running", journal={"step:0": {**journal["step:0"], "sentence": "It looked again."}})
    ada.renews()
    ada.sees("It looked again.")
    assert ada.page.locator("details").first.get_attribute("open") is not None


def test_an_agents_words_are_shown_as_they_come(window: Open, records: Records) -> None:
    said = [{"kind": "text", "name": "", "text": "Looking."}]
    run = records.speaking("e1:why", *said)
    ada = window()
    ada.go(f"{CONSOLE}/runs/{run}")
    ada.sees("Looking.")
    assert ada.page.get_by_text("It ran out of memory.").count() == 0

    records.speaking(run, *said, {"kind": "text", "name": "", "text": "It ran out of memory."})
    ada.renews()
    ada.sees("It ran out of memory.")


def test_a_page_that_cannot_be_renewed_stays_as_it_is_until_it_can(window: Open, records: Records) -> None:
    """While Redis was away for a moment, all that was known of a run vanished from the page, and never came back."""
    records.due(records.run(RUN, state="running"), seconds=60)
    ada = window()
    ada.go(PAGE)
    kept: Any = records.server.hgetall(layout.RUN + RUN)
    with ada.page.expect_response(lambda answer: answer.status == 404):
        records.server.delete(layout.RUN + RUN)
        ada.renews()
    assert ada.page.locator(".steps").count() == 1
    records.server.hset(layout.RUN + RUN, mapping={**kept, "state": "done"})
    ada.renews()
    ada.page.locator("#live .state.ok").first.wait_for()
    ada.forgive(404)


def test_whose_session_is_over_is_led_to_the_form_and_back(window: Open, records: Records) -> None:
    records.due(records.run(RUN, state="running"), seconds=60)
    ada = window()
    ada.go(PAGE)
    ada.page.context.clear_cookies()
    ada.renews()
    ada.sees("Your name, for the record")
    ada.sign_in("ada", PASSWORD)
    ada.sees("Stop this run")
    ada.forgive(401)


def some(paths: Iterable[str]) -> list[str]:
    """Of the pages of a kind only a few: the others are drawn alike."""
    kinds: dict[str, list[str]] = {}
    for path in paths:
        kinds.setdefault(path.rpartition("/")[0] if path.count("/") > 2 else path.partition("?")[0], []).append(path)
    return [path for kind in kinds.values() for path in sorted(kind, key=len)[:3]]


def test_every_page_can_be_read_and_heard_by_day_and_by_night(window: Open, records: Records, ada: Visitor) -> None:
    """And none runs what no browser would run: its policy would complain."""
    fill(records, "<img src=x onerror=alert(1)>")
    visitor = window()
    lacks = {}
    for path in (SIGN_IN, *some(walk(ada))):
        visitor.go(path)
        lacks[path] = visitor.lacks()
    assert len(lacks) > 12
    assert {path: lacking for path, lacking in lacks.items() if lacking} == {}


@pytest.mark.parametrize("text", ["x" * 90, "some words and more " * 9], ids=["a long word", "many words"])
def test_no_page_is_broader_than_a_window_at_a_desk_or_a_phone(
    window: Open, records: Records, ada: Visitor, text: str
) -> None:
    fill(records, text)
    visitor = window()
    broad = {}
    for path in (SIGN_IN, *some(walk(ada))):
        visitor.go(path)
        broad[path] = visitor.too_broad()
    assert {path: pixels for path, pixels in broad.items() if pixels} == {}


@pytest.mark.parametrize(
    "path",
    [SIGN_IN, PAGE, *(f"{CONSOLE}{path}" for path in ("/", "/events", "/rules", "/silences"))],
)
def test_whoever_has_a_keyboard_and_no_mouse_gets_everywhere_and_sees_where(
    window: Open, records: Records, path: str
) -> None:
    records.event("e1")
    records.asking(RUN)
    ada = window(signed_in=path != SIGN_IN)
    ada.go(path)

    reached, unseen = ada.tab_through()

    assert unseen == []
    assert reached >= ada.reachable()
    assert len(reached) >= 3


def test_a_question_is_answered_by_keys_alone(window: Open, records: Records) -> None:
    records.asking(RUN)
    ada = window()
    ada.go(PAGE)
    ada.page.locator("#question").get_by_label("Why").focus()
    for key in ("I", "t", "Tab", "Tab", "Enter"):
        ada.page.keyboard.press(key)
    ada.sees("ada said no: It")
