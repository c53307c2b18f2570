"""The page of messages: what gathers, what arrived, and what did not."""

import json

import pytest
import redis

from core import layout
from core.outbox import Outbox
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import Records

PAGE = "/console/messages"
DELIVER = {"name": "deliver", "action": "deliver", "params": {"to": "ops"}}


def sent(records: Records, id: str, *, target: str = "ops", state: str = "done", sentence: str, words: str = "") -> str:
    """A message that was sent, or failed."""
    told = {"state": state, "sentence": sentence, "memory": {"words": words}}
    journal = {"step:0": told}
    return records.run(id, state=state, steps=[DELIVER], journal=journal, rule=layout.SYSTEM, key=target, notes="3")


def test_what_gathers_is_shown_with_how_much_it_is(ada: Visitor, server: redis.Redis) -> None:
    outbox = Outbox(server)
    for number in range(2):
        note = json.dumps({"title": "t", "text": "x", "incident": "i"})
        outbox.join("ops", f"key-{number}", note, note, wait=60)

    page = ada.page(PAGE)

    assert '<td data-name="Target">ops</td>' in page
    assert '<td data-name="Made of">2 notes</td>' in page
    assert "It waits a moment for more to go with it." in page


def test_a_message_that_did_not_arrive_says_why_and_leads_to_its_run(ada: Visitor, records: Records) -> None:
    id = sent(records, "tell:ops:1:1", state="failed", sentence="ops was not told: 404.", words="acme-shop: it is down")

    page = ada.page(PAGE)

    assert '<span class="state wrong">failed</span>' in page
    assert f'href="/console/runs/{id.replace(":", "%3A")}">ops was not told: 404.</a>' in page
    assert "acme-shop: it is down" in page
    assert "3 notes" in page
    assert "ops was not told: 404." in ada.page("/console/runs")


@pytest.mark.parametrize(
    ("query", "left"),
    [
        pytest.param("", {"one", "two", "three"}, id="all"),
        pytest.param("state=failed", {"two"}, id="a state"),
        pytest.param("target=ops", {"one", "two"}, id="a target"),
        pytest.param("target=ops&state=unknown", set(), id="none"),
    ],
)
def test_messages_are_narrowed_and_other_runs_are_none(
    ada: Visitor, records: Records, query: str, left: set[str]
) -> None:
    sent(records, "tell:ops:1:1", sentence="Told one.")
    sent(records, "tell:ops:1:2", sentence="Told two.", state="failed")
    sent(records, "system:tell:system:1:3", sentence="Told three.", target="system")
    records.run("e1:roll-back", journal={"step:0": {"sentence": "Told four."}})

    page = ada.page(f"{PAGE}?{query}")

    assert {name for name in ("one", "two", "three", "four") if f"Told {name}." in page} == left
    assert ("There is no such message" in page) == (not left)


def test_nothing_in_a_message_becomes_markup(ada: Visitor, records: Records) -> None:
    evil = "<img src=x onerror=alert(1)>"
    sent(records, f"tell:{evil}:1:1", target=evil, sentence=evil, words=evil)

    page = ada.page(PAGE)

    assert "<img" not in page
    assert page.count("&lt;img") >= 3


@pytest.mark.parametrize(
    ("path", "nothing", "narrowed"),
    [
        ("messages?target=ops", "No message went out lately.", "There is no such message among the newest runs."),
        ("runs?app=acme-shop", "No run was planned yet.", "There is no such run."),
        ("events?app=acme-shop", "No event is kept: nothing came", "There is no such event."),
    ],
)
def test_a_list_of_nothing_speaks_of_what_was_asked_for_only_if_something_was(
    ada: Visitor, path: str, nothing: str, narrowed: str
) -> None:
    assert nothing in ada.page(f"/console/{path.partition('?')[0]}")
    assert narrowed in ada.page(f"/console/{path}")
