"""The page of dead letters: what was given up, and having it tried again."""

import redis

from core import layout
from receiver.console.letters import SHOWN
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import APP, Records
from tests.receiver.console.reading import words

DEAD = "/console/dead"


def test_each_says_what_it_is_since_when_and_leads_there(ada: Visitor, records: Records, server: redis.Redis) -> None:
    records.dead(records.event("e1"), ago=300)
    records.dead(records.run("e2:roll-back", state="running"), lane="act", attempts=6, ago=200)
    server.hset(layout.WAIT + "e3:quiet", mapping={"rule": "quiet", "event": "e3"})
    records.dead("e3:quiet", lane="wait", ago=100)
    records.dead(records.event("unreadable-4", unreadable="not JSON", body=b"{"), ago=70)
    records.dead("gone", ago=50)

    page = ada.page(DEAD)

    told = words(page)
    for said in (
        f"Event: api:release update of {APP} given up 5 min ago after 5 attempts · e1",
        f"Run: rule roll-back of {APP} given up 3 min 20 s ago after 6 attempts · e2:roll-back",
        "Wait: rule quiet, put off given up 1 min 40 s ago after 5 attempts · e3:quiet",
        "Event: that could not be read given up 1 min 10 s ago after 5 attempts · unreadable-4",
        "Event: nothing more is kept of it given up 50 s ago after 5 attempts · gone",
    ):
        assert said in told
    places = [told.index(f"· {id}") for id in ("gone", "unreadable-4", "e3:quiet", "e2:roll-back", "e1")]
    assert places == sorted(places)
    for link in ("/console/events/e1", "/console/runs/e2%3Aroll-back", "/console/events/e3"):
        assert f'href="{link}"' in page


def test_without_any_it_says_so(ada: Visitor, records: Records) -> None:
    assert "There is none." in ada.page(DEAD)


def test_one_is_tried_again_with_a_name_and_a_reason(ada: Visitor, records: Records) -> None:
    records.dead(records.event("e1"))

    told = ada.told(DEAD, id="e1", why="the worker has more memory")

    assert "Event e1 is decided again." in told
    assert "There is none." in told
    assert records.hands.event("e1").state == "waiting"
    [deed] = records.hands.history(most=1)
    assert deed.sentence == "ada had e1 looked at again: the worker has more memory"


def test_a_run_goes_on_and_a_wait_is_judged(ada: Visitor, records: Records, server: redis.Redis) -> None:
    records.dead(records.run("e2:roll-back", state="running"), lane="act")
    server.hset(layout.WAIT + "e3:quiet", mapping={"rule": "quiet", "event": "e3"})
    records.dead("e3:quiet", lane="wait")

    assert "Run e2:roll-back goes on where it stood." in ada.told(DEAD, id="e2:roll-back", why="mended")
    assert "Whether e3:quiet fires is judged now." in ada.told(DEAD, id="e3:quiet", why="mended")
    assert records.hands.dead() == {}
    assert server.zscore(layout.DUE + "act", "e2:roll-back") is not None
    assert server.zscore(layout.DUE + "wait", "e3:quiet") is not None


def test_what_cannot_be_tried_again_stays_and_says_why(ada: Visitor, records: Records) -> None:
    records.dead(records.event("e1"))
    records.dead("gone")

    assert "Say why" in ada.told(DEAD, id="e1", why="")
    assert "there is no event 'gone'" in words(ada.told(DEAD, id="gone", why="x"))
    assert set(records.hands.dead()) == {"decide e1", "decide gone"}


def test_many_are_shown_a_page_at_a_time(ada: Visitor, records: Records) -> None:
    for number in range(SHOWN + 2):
        records.dead(f"e{number}", ago=number * 10)

    first, second = ada.page(DEAD), ada.page(f"{DEAD}?skip={SHOWN}")

    assert first.count("Try again</button>") == SHOWN
    assert f'href="?skip={SHOWN}">Older' in first
    assert second.count("Try again</button>") == 2
    assert "· e51" in words(second)
