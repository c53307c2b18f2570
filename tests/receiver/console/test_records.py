"""What is written down: calls to Heroku and what people did, as pages and for programs."""

import json

import pytest
import redis

from core import layout
from receiver.console.records import SHOWN
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import Records

CALLS, PEOPLE = "/console/calls", "/console/people"


def test_each_call_is_a_sentence_and_leads_to_its_run(ada: Visitor, records: Records) -> None:
    records.call("e1:roll-back", endpoint="list_releases")

    page = ada.page(CALLS)

    assert "run e1:roll-back called list releases on acme-shop: done (201); releases: write" in page
    assert 'href="/console/runs/e1%3Aroll-back"' in page


def test_a_call_that_was_denied_stands_out(ada: Visitor, records: Records) -> None:
    records.call("e1:roll-back")
    records.call("e2:roll-back", allowed=False, outcome="denied", why="no access", status=None)

    page = ada.page(CALLS)

    assert page.count('class="wrong marked"') == 1
    assert '<span class="state wrong">denied</span>' in page


@pytest.mark.parametrize(
    ("query", "left"),
    [
        pytest.param("", {"one", "two", "three"}, id="all"),
        pytest.param("app=acme-shop", {"one", "two"}, id="an app"),
        pytest.param("who=Rule+roll", {"one"}, id="part of who"),
        pytest.param("run=e2%3A", {"two"}, id="the beginning of a run"),
        pytest.param("outcome=denied", {"three"}, id="an outcome"),
        pytest.param("outcome=denied&app=acme-shop", set(), id="what never happened"),
    ],
)
def test_calls_are_narrowed(ada: Visitor, records: Records, query: str, left: set[str]) -> None:
    records.call("e1:roll-back", who="rule roll-back", endpoint="one")
    records.call("e2:scale", who="ada", endpoint="two")
    records.call("", who="ada", endpoint="three", app="acme-blog", allowed=False, outcome="denied")

    page = ada.page(f"{CALLS}?{query}")

    assert {name for name in ("one", "two", "three") if f"called {name} on" in page} == left
    assert ("There is no such call" in page) == (not left)


def test_calls_come_page_by_page_the_latest_first(ada: Visitor, records: Records) -> None:
    for number in range(SHOWN + 1):
        records.call("e1:roll-back", who=f"caller-{number}")

    first, second = ada.page(f"{CALLS}?app=acme-shop"), ada.page(f"{CALLS}?app=acme-shop&skip={SHOWN}")

    assert "caller-0 " not in first
    assert first.index(f"caller-{SHOWN} ") < first.index("caller-1 ")
    assert f'href="?app=acme-shop&amp;skip={SHOWN}">Older</a>' in first
    assert "caller-0 " in second
    assert 'href="?app=acme-shop">Newer</a>' in second


def test_all_calls_are_had_as_json_lines_as_the_command_line_exports_them(ada: Visitor, records: Records) -> None:
    records.call("e1:roll-back", who="rule é\n</script>")
    records.call("e2:roll-back")

    answer = ada.get("/console/calls.jsonl")

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == [line.to_json() for line in reversed(records.hands.calls())]
    assert [line["run"] for line in lines] == ["e1:roll-back", "e2:roll-back"]
    assert answer.headers["content-disposition"] == 'attachment; filename="dynohook-calls.jsonl"'
    assert answer.headers["content-type"].startswith("application/jsonl")


def test_the_download_is_empty_where_nothing_is_kept(ada: Visitor) -> None:
    assert ada.page("/console/calls.jsonl") == ""


def test_what_people_did_and_why_leads_to_what_they_did_it_to(ada: Visitor, records: Records) -> None:
    records.event("e2")
    records.run("e1:roll-back")
    records.deed("pause", by="sam", why="a fire")
    records.deed("approve", by="kim", about="e1:roll-back", why="I looked")
    records.deed("replay", by="kim", about="e2", why="once more")
    records.deed("replay", by="kim", about="e1:roll-back", why="it was dead")
    records.deed("close breaker", by="kim", about="roll-back in shadow", why="it is mended")

    page = ada.page(PEOPLE)

    assert page.index("had e2 looked at again") < page.index("approved run e1:roll-back") < page.index("a fire")
    assert 'href="/console/runs/e1%3Aroll-back">approved run' in page
    assert 'href="/console/runs/e1%3Aroll-back">had e1:roll-back' in page
    assert 'href="/console/events/e2">had e2' in page
    assert 'href="/console/rules/roll-back">closed the breaker of rule roll-back in shadow</a>' in page


def test_a_deed_about_what_is_gone_leads_nowhere(ada: Visitor, records: Records) -> None:
    records.deed("stop", about="e1:roll-back")
    records.deed("replay", about="e2")

    page = ada.page(PEOPLE)

    assert "stopped run e1:roll-back" in page
    assert "/console/runs/e1" not in page
    assert "/console/events/e2" not in page


@pytest.mark.parametrize(
    ("query", "left"),
    [
        pytest.param("by=sam", {"reason-1"}, id="one person"),
        pytest.param("did=approve", {"reason-2"}, id="one deed"),
        pytest.param("by=sam&did=approve", set(), id="what they never did"),
    ],
)
def test_deeds_are_narrowed(ada: Visitor, records: Records, query: str, left: set[str]) -> None:
    records.deed("pause", by="sam", why="reason-1")
    records.deed("approve", by="kim", about="e1:roll-back", why="reason-2")

    page = ada.page(f"{PEOPLE}?{query}")

    assert {why for why in ("reason-1", "reason-2") if why in page} == left
    assert ("There is nothing like that." in page) == (not left)


def test_a_deed_that_only_a_newer_version_knows_is_shown_by_its_name(ada: Visitor, server: redis.Redis) -> None:
    line = {"by": "sam", "did": "dance", "about": "e1", "why": "joy"}
    server.xadd(layout.HISTORY, {"line": json.dumps(line)})

    assert "dance e1" in ada.page(PEOPLE)


def test_nothing_that_was_written_down_becomes_markup(ada: Visitor, records: Records) -> None:
    evil = "<img src=x onerror=alert(1)>"
    records.call(evil, who=evil, app=evil, why=evil, outcome=evil, endpoint=evil)
    records.deed("approve", by=evil, why=evil, about=evil)

    for path in (CALLS, PEOPLE):
        page = ada.page(path)
        assert "<img" not in page
        assert "&lt;img" in page
