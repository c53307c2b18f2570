"""The pages about events: the list, and why each rule did or did not act on one, as a real worker decided it."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import redis

from core import layout
from heroku.events import AppRef
from heroku.samples import encode, sample
from receiver.console.events import LOOKED_AT, SHOWN
from receiver.console.harmless import harmless, short
from rules.outlines import outline
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import APP, Records
from tests.receiver.console.reading import part, words
from tests.workers.conftest import theatre, world  # noqa: F401  a worker around the same server
from tests.workers.world import World

RULES = """
version: 1
rules:
  - name: acts
    mode: live
    on: api:release.update
    match: {data.status: failed}
    do: [{notify: {to: log, text: hello}}]
  - name: only-for-others
    mode: live
    on: api:release
    match: {data.status: failed, app.name: acme-news, data.version: {gt: 1}}
    do: [{notify: {to: log, text: hello}}]
  - name: only-recorded
    on: api:release.update
    do: [{notify: {to: log, text: hello}}]
  - name: too-late
    mode: live
    on: api:release.update
    fresh_within: 1s
    do: [{notify: {to: log, text: hello}}]
  - name: deaf
    mode: live
    on: dyno
    match: {data.state: crashed}
    do: [{notify: {to: log, text: hello}}]
"""


def listed(page: str) -> list[str]:
    """The events of a list."""
    return re.findall(r'<a id="/console/events/([^"]*)"', page)


# --- the list ---


def test_the_list_shows_what_came_and_what_became_of_it(ada: Visitor, records: Records) -> None:
    records.event("e1", ago=300)
    records.event("e2", waiting=True, ago=200)
    records.event("e3", ago=100)
    records.dead("e3")
    records.event("unreadable-4", unreadable="not JSON", body=b"{", decisions=[{"unreadable": "not JSON"}], ago=50)

    page = ada.page("/console/events")

    assert listed(page) == ["unreadable-4", "e3", "e2", "e1"]
    for row in (
        "50 s ago unreadable-4 \N{EN DASH} unreadable not JSON",
        f"1 min 40 s ago api:release update {APP} dead",
        f"3 min 20 s ago api:release update {APP} waiting",
        f"5 min ago api:release update {APP} decided no rule listens to it",
    ):
        assert row in words(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("state=waiting", ["w"], id="those that wait"),
        pytest.param("state=dead", ["d"], id="dead letters"),
        pytest.param("state=unreadable", ["unreadable-1"], id="those that could not be read"),
        pytest.param("state=decided", ["c", "b", "a"], id="those that were decided"),
        pytest.param("app=acme-news", ["c"], id="of an app by its name"),
        pytest.param("app=app-7", ["c"], id="of an app by its id"),
        pytest.param("entity=dyno", ["b"], id="of an entity"),
        pytest.param("entity=api:release&app=acme-shop&state=decided", ["a"], id="all of it"),
        pytest.param("app=acme-&state=", [], id="an app that there is not"),
        pytest.param("state=made%20up", [], id="a state that there is not"),
    ],
)
def test_the_list_is_narrowed(ada: Visitor, records: Records, query: str, found: list[str]) -> None:
    news = sample("release_update_failed", id="c", app=AppRef("app-7", "acme-news"))
    records.event("a", ago=9)
    records.event("b", kind="dyno_crashed", ago=8)
    records.event("c", body=encode(news), ago=7)
    records.event("w", waiting=True, ago=6)
    records.event("d", ago=5)
    records.dead("d")
    records.event("unreadable-1", unreadable="not JSON", body=b"{", ago=4)

    page = ada.page(f"/console/events?{query}")

    assert listed(page) == found
    assert ("There is no such event." in page) == (not found)


def test_a_long_list_is_shown_a_page_at_a_time(ada: Visitor, records: Records) -> None:
    for number in range(SHOWN + 3):
        records.event(f"e{number}", ago=number * 10)

    first, second = ada.page("/console/events"), ada.page(f"/console/events?skip={SHOWN}")

    assert listed(first) == [f"e{number}" for number in range(SHOWN)]
    assert f'<a rel="next" href="?skip={SHOWN}">Older</a>' in first
    assert listed(second) == [f"e{SHOWN}", f"e{SHOWN + 1}", f"e{SHOWN + 2}"]
    assert "Newer" in second
    assert "Older" not in second


def test_of_an_app_that_is_rare_the_page_says_how_far_it_has_looked(ada: Visitor, records: Records) -> None:
    for number in range(LOOKED_AT + 1):
        records.event(f"e{number}", ago=number * 10)
    records.event("rare", body=encode(sample("release_update_failed", id="rare", app="acme-news")), ago=9_000)

    first = ada.page("/console/events?app=acme-news")
    further = ada.page(f"/console/events?app=acme-news&skip={LOOKED_AT}")

    assert f"None of {LOOKED_AT} events, back to " in words(first)
    assert f'href="?app=acme-news&amp;skip={LOOKED_AT}">Older</a>' in first
    assert listed(further) == ["rare"]


def test_an_empty_list_says_what_to_look_at(ada: Visitor, server: redis.Redis) -> None:
    assert "Is an app subscribed?" in ada.page("/console/events")


# --- one event, decided by a worker ---


@pytest.fixture
def decided(world: World) -> str:  # noqa: F811
    """An event that came half a minute ago and was decided by those rules."""
    at = datetime.fromtimestamp(world.hands.now() - 30, UTC)
    world.deliver(sample("release_update_failed", id="e-decided", app=APP, at=at))
    worker = world.worker(RULES)
    worker.crew.ledger.keep_book(worker.crew.book.digest, outline(worker.crew.book))  # as it does when it starts
    worker.drain()
    return "e-decided"


def test_every_rule_that_listened_tells_clause_by_clause_why(ada: Visitor, decided: str) -> None:
    page = ada.page(f"/console/events/{decided}")

    verdicts = {
        name: re.sub(r"\d+ s old", "… s old", words(article))
        for name, article in re.findall(r"<article.*?<h3>([\w-]+)(.*?)</article>", page, re.DOTALL)
    }
    assert verdicts == {
        "acts": f"planned Run {decided}:acts. To the run holds data.status is failed saw failed",
        "only-for-others": (
            "no match holds data.status is failed saw failed does not hold app.name is acme-news saw acme-shop "
            "not asked data.version is over 1 saw 42"
        ),
        "only-recorded": "shadow In shadow: nothing was touched. It would have done: notify (to: log; text: hello)",
        "too-late": "stale Stopped: it was … s old, and the rule acts up to 1 s.",
    }
    assert 'href="/console/runs/e-decided%3Aacts">To the run' in page


def test_what_came_of_it_stands_on_the_page(ada: Visitor, decided: str) -> None:
    page = ada.page(f"/console/events/{decided}")

    assert f"api:release update of {APP}" in page
    assert "What came of it" in page
    assert re.search(r'<td data-name="State"><span class="state ok">done</span></td>', page)
    assert "hx-get" not in page[page.index('<div id="live"') :]


def test_by_whom_and_when_it_was_caused_stands_on_the_page(ada: Visitor, decided: str) -> None:
    told = words(ada.page(f"/console/events/{decided}"))

    assert re.search(r"State decided Accepted \d+ s ago Happened \d+ s ago By \S+@\S+ Id e-decided", told)


def test_an_event_is_decided_again_with_a_name_and_a_reason(
    ada: Visitor,
    world: World,  # noqa: F811
    decided: str,
) -> None:
    page = f"/console/events/{decided}"

    waiting = ada.told(page, why="the rule is mended")
    world.workers[0].drain()
    told = words(ada.page(page))

    assert "It is decided again, by today&#39;s rules." in waiting
    assert 'hx-get="/console/events/e-decided" hx-trigger="every 2s"' in waiting
    assert "Decide it again</h2>" not in waiting
    assert "again, as ada asked: the rule is mended" in told
    assert told.index("only-recorded") < told.index("as ada asked") < told.rindex("only-recorded")
    assert [deed.sentence for deed in world.hands.history(most=1)] == [
        f"ada had {decided} looked at again: the rule is mended"
    ]


def test_nothing_is_decided_again_without_a_reason_or_while_it_waits(ada: Visitor, records: Records) -> None:
    records.event("e1")
    records.event("e2", waiting=True)
    records.event("e3")

    assert "Say why" in ada.told("/console/events/e1", why=" ")
    assert "e2 is waiting to be worked on as it is" in ada.told("/console/events/e2", on="/console/events/e1", why="x")
    assert ada.post("/console/events/e3", why="x").status_code == 403
    assert records.server.hgetall(layout.REPLAYS) == {}


def test_a_rule_that_was_put_off_tells_how_that_ended(ada: Visitor, records: Records, server: redis.Redis) -> None:
    book: Any = [{"name": "a", "digest": "d", "mode": "live", "on": ["api:release"], "clauses": [], "paths": []}]
    server.set(layout.BOOK + "b", json.dumps(book))
    decisions: list[dict[str, Any]] = [
        {"b": "b", "n": [-1], "g": [[0, "waits", "missing", 1_763_884_800_000]]},
        {"b": "b", "w": "missing", "r": "a", "g": [[0, "came", "e7"]]},
    ]

    page = ada.page(f"/console/events/{records.event('e1', decisions=decisions)}")

    told = words(page)
    assert "It waits for what may still come, until 2025-11-23 08:00:00 UTC." in told
    assert part(page, "of a rule that was put off (missing)", "Decide it again").endswith(
        "a came Stopped: what would have been missing came, as event e7. To that event "
    )
    assert 'href="/console/events/e7">To that event' in page


@pytest.mark.parametrize(
    ("due_in", "renews"), [pytest.param(600, True, id="still"), pytest.param(-600, False, id="no more")]
)
def test_a_page_renews_itself_while_a_rule_is_put_off(
    ada: Visitor, records: Records, due_in: float, renews: bool
) -> None:
    due = int((records.hands.now() + due_in) * 1_000)
    records.event("e1", decisions=[{"b": "b", "n": [-1], "g": [[0, "waits", "quiet", due]]}])

    assert ("hx-trigger" in ada.page("/console/events/e1")) == renews


# --- what cannot be read, and what is not nice ---


def test_what_could_not_be_read_is_shown_with_the_reason_and_its_beginning(ada: Visitor, records: Records) -> None:
    sent = b'{"id": 7, "resource": "</script><script>alert(1)</script>", "token": "HRKU-secret' + b"\xff\x00 and more"
    records.event("unreadable-1", body=sent, unreadable="no usable id", decisions=[{"unreadable": "no usable id"}])

    page = ada.page("/console/events/unreadable-1")

    told = words(page)
    assert "It could not be read: no usable id." in told
    assert '"resource": "</script><script>alert(1)</script>", "token": "[redacted]' in told
    assert "alert(1)</script>" not in page
    assert "HRKU" not in page


def test_a_record_of_another_version_is_there_and_no_more_is_told(ada: Visitor, records: Records) -> None:
    records.event("e1")
    records.server.setrange(layout.EVENT + "e1", 0, bytes((layout.FORMAT + 1,)))

    page = ada.page("/console/events/e1")

    assert "Another version of Dynohook wrote this down" in page
    assert "Decide it again" not in page
    assert "of another version" in ada.page("/console/events")


DESCRIBED: dict[str, Any] = {"data.description": "set HRKU-1234 and go"}


def test_what_was_sent_is_shown_without_secrets(ada: Visitor, records: Records) -> None:
    body = encode(sample("release_update_failed", id="e1", **DESCRIBED))

    page = ada.page(f"/console/events/{records.event('e1', body=body)}")

    assert '"description": "set [redacted] and go"' in words(page)
    assert "HRKU" not in page


@pytest.mark.parametrize(
    "overrides",
    [
        pytest.param({"data.app.name": "\u202e<b>acme</b>"}, id="a name that turns round"),
        pytest.param({"data.description": "x" * 900_000}, id="a megabyte"),
        pytest.param({"data.description": [["x"] * 20_000]}, id="many values"),
        pytest.param({"x" * 900: 1, "data." + "</script>" * 99: 1}, id="names of fields"),
        pytest.param({"data.status": "</script><script>alert(1)</script>" * 9_000}, id="what a clause sees"),
        pytest.param({"actor.email": "\u202e" * 200, "data.version": 10**300}, id="an actor"),
    ],
)
def test_whatever_is_in_an_event_stands_there_as_harmless_short_text(
    ada: Visitor,
    world: World,  # noqa: F811
    overrides: dict[str, Any],
) -> None:
    world.deliver(sample("release_update_failed", id="e-hostile", **overrides))
    world.worker(RULES).drain()

    for path in ("/console/", "/console/events", "/console/events/e-hostile"):
        page = ada.page(path)
        assert len(page) < 400_000, path
        assert "\u202e" not in page
        assert "<script>alert" not in page
        assert "<b>acme" not in page


def test_text_is_harmless_where_it_would_hide_or_turn_round() -> None:
    odd = "a\u202eb\x00c\ud800d\u200be\u2066f\x1bg\ufeff"

    assert harmless(odd) == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg\ufffd"
    assert harmless("Grüße,\n\t שלום 👍") == "Grüße,\n\t שלום 👍"
    assert harmless(7) == 7
    assert short("x" * 200) == "x" * 200
    assert short("x" * 201) == "x" * 199 + "…"


def test_an_event_whose_id_is_an_address_is_found(ada: Visitor, records: Records) -> None:
    id = "../runs?a#b&c/d \N{SNOWMAN}"
    records.event(id)

    [link] = listed(ada.page("/console/events"))

    assert f"<code>{id.replace('&', '&amp;')}</code>" in ada.page(f"/console/events/{link}")


def test_what_is_not_kept_is_said_to_be_not_there(ada: Visitor, records: Records) -> None:
    answer = ada.get("/console/events/gone")

    assert answer.status_code == 404
    assert "There is no event &#39;gone&#39;" in answer.text


def test_books_are_looked_up_once_and_few_records_at_a_time(ada: Visitor, records: Records) -> None:
    """With ten thousand events a page must stay a matter of milliseconds."""
    for number in range(40):
        records.event(f"e{number}", decisions=[{"b": "b", "n": [], "g": []}], ago=number)
    before = calls(records.server)

    ada.page("/console/events")

    asked = {name: number - before.get(name, 0) for name, number in calls(records.server).items()}
    assert asked["get"] <= 4  # the book, the pause, the session
    assert asked["mget"] == 2


def calls(server: redis.Redis) -> dict[str, int]:
    """How often each command was asked for."""
    told: Any = server.info("commandstats")
    return {name.removeprefix("cmdstat_"): one["calls"] for name, one in told.items()}
