"""Pausing and going on: what a person is told before, and what stands in Redis afterwards."""

import pytest
import redis

from core import layout
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import Records

PAGE = "/console/pause"


def test_the_service_is_paused_and_goes_on_with_names_and_reasons(
    ada: Visitor, records: Records, server: redis.Redis
) -> None:
    told = ada.told(PAGE, do="pause", why="a fire")

    assert "Paused: deliveries are kept, nothing is decided or done." in told
    assert "ada paused it" in told
    assert server.exists(layout.PAUSED)

    told = ada.told(PAGE, do="resume", why="it is out")

    assert "It goes on. ada had paused it at" in told
    assert not server.exists(layout.PAUSED)
    assert [deed.sentence for deed in records.hands.history(most=5)] == [
        "ada let the service go on: it is out",
        "ada paused the service: a fire",
    ]


@pytest.mark.parametrize("do", ["pause", "resume"])
def test_neither_happens_without_a_reason(ada: Visitor, records: Records, do: str) -> None:
    if do == "resume":
        records.hands.pause(by="sam", why="a fire")

    assert "Say why" in ada.told(PAGE, do=do, why=" ")
    assert bool(records.hands.paused()) == (do == "resume")


def test_before_it_goes_on_everybody_sees_what_goes_on_with_it(ada: Visitor, records: Records) -> None:
    records.event("e1", waiting=True)
    records.event("e2", waiting=True)
    records.due(records.run("e3:roll-back", state="due"))
    records.run("e4:roll-back")
    records.hands.pause(by="sam", why="a fire")

    page = ada.page(PAGE)

    assert "2 events wait to be decided" in page
    assert "1 run from before goes on as well, <strong>however old</strong>" in page
    assert 'href="/console/runs/e3%3Aroll-back"' in page
    assert "e4%3Aroll-back" not in page
    assert 'hx-get="/console/pause"' in page
    assert "So do the runs from before, whatever their age: 1." in ada.told(PAGE, do="resume", why="x")


def test_a_pause_with_nothing_waiting_says_so(ada: Visitor, records: Records) -> None:
    records.hands.pause(by="sam", why="a fire")

    page = ada.page(PAGE)

    assert "No event waits to be decided." in page
    assert "No run from before goes on as well." in page


def test_every_page_says_that_the_service_is_paused(ada: Visitor, records: Records) -> None:
    assert "Nothing is decided or done" not in ada.page("/console/runs")
    records.hands.pause(by="sam", why="<b>a fire</b>")

    for path in ("runs", "rules", "silences", "calls", "people"):
        page = ada.page(f"/console/{path}")
        assert "Nothing is decided or done: sam paused the service" in page
        assert "&lt;b&gt;a fire&lt;/b&gt;" in page


def test_what_goes_on_already_cannot_be_resumed(ada: Visitor, records: Records) -> None:
    assert '<p class="said bad" role="status">The service is not paused.</p>' in ada.told(PAGE, do="resume", why="x")
    assert records.hands.history(most=5) == []


def test_what_nobody_can_do_is_not_done(ada: Visitor, records: Records) -> None:
    told = ada.told(PAGE, do="explode", why="x")

    assert "There is no &#39;explode&#39; for the service." in told
    assert 'name="why" value="x"' in told
    assert records.hands.paused() is None
