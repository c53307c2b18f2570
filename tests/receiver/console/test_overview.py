"""The overview: what needs a person stands first, then the service in figures, then what happened."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import redis

from core import layout
from receiver.console import charts
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import Records
from tests.receiver.console.reading import part, words
from tests.receiver.console.working import beating, open_breaker, rulebook

OVERVIEW = "/console/"


def needs(page: str) -> str:
    """What stands before the figures."""
    return words(page).partition(" Events ")[0]


def test_it_says_plainly_that_nothing_needs_anybody(ada: Visitor, records: Records, server: redis.Redis) -> None:
    beating(server, rulebook("mode: live"))
    records.run("e1:roll-back", state="failed")

    page = ada.page(OVERVIEW)

    assert '<h1 class="calm">Nothing needs you</h1>' in page
    assert "What needs you" not in page


def worker_gone(records: Records) -> None:
    records.server.delete(layout.WORKERS)


def paused(records: Records) -> None:
    records.hands.pause(by="bob", why="moving the database")


def dead(records: Records) -> None:
    records.event("e9")
    records.dead("e9")


def asking(records: Records) -> None:
    journal = {
        "step:0": {"state": "done", "sentence": "It was looked at."},
        "step:1": {"state": "waiting", "sentence": "May mallory be removed?"},
    }
    steps = [{"name": "look", "action": "check"}, {"name": "remove", "action": "collaborator"}]
    records.due(records.run("e1:remove", state="needs approval", steps=steps, journal=journal), seconds=900)


def breaker(records: Records) -> None:
    open_breaker(records.server, "roll-back")


def nearly_full(records: Records) -> None:
    _fill(records, 0.78)


def full(records: Records) -> None:
    _fill(records, 0.85)


def _fill(records: Records, share: float) -> None:
    used = int(records.server.info("memory")["used_memory"])
    records.server.config_set("maxmemory", int(used / share))


@pytest.mark.parametrize(
    ("happens", "said", "link"),
    [
        pytest.param(worker_gone, ["No worker", "None has been seen lately"], "", id="no worker is seen"),
        pytest.param(paused, ["Paused", "By bob: “moving the database”"], "/console/pause", id="it is paused"),
        pytest.param(dead, ["Dead letters", "1 was given up"], "/console/dead", id="a dead letter"),
        pytest.param(
            asking, ["remove on acme-shop", "May mallory be removed?"], "/console/runs/e1%3Aremove", id="asks"
        ),
        pytest.param(breaker, ["Breaker of roll-back", "limit of 3"], "/console/rules/roll-back", id="an open breaker"),
        pytest.param(nearly_full, ["Redis is nearly full", "From 80% on deliveries"], "", id="redis is nearly full"),
        pytest.param(
            full, ["Redis is full", "are answered 503", "A worker that runs makes room"], "", id="redis is full"
        ),
    ],
)
def test_what_needs_a_person_is_said_with_the_way_there(
    ada: Visitor,
    records: Records,
    server: redis.Redis,
    happens: Callable[[Records], None],
    said: list[str],
    link: str,
) -> None:
    beating(server, rulebook("mode: live"))
    try:
        happens(records)
        page = ada.page(OVERVIEW)
    finally:
        server.config_set("maxmemory", 0)

    assert "<h1>What needs you</h1>" in page
    assert "Nothing needs you" not in page
    for text in said:
        assert text in needs(page)
    assert not link or f'<a href="{link}">' in page


def test_what_is_wrong_stands_before_what_only_asks(ada: Visitor, records: Records) -> None:
    asking(records)
    dead(records)

    told = needs(ada.page(OVERVIEW))

    assert told.index("No worker") < told.index("Dead letters") < told.index("May mallory be removed?")


def test_half_of_the_memory_used_is_nothing_to_tell_of(ada: Visitor, records: Records, server: redis.Redis) -> None:
    beating(server, rulebook("mode: live"))
    server.config_set("maxmemory", int(server.info("memory")["used_memory"]) * 2)
    try:
        page = ada.page(OVERVIEW)
    finally:
        server.config_set("maxmemory", 0)

    assert "Nothing needs you" in page
    assert "<meter " in page


def test_what_is_only_good_to_know_needs_nobody(ada: Visitor, records: Records, server: redis.Redis) -> None:
    digests = [beating(server, rulebook(f"mode: {mode}"), worker=mode) for mode in ("live", "shadow")]
    records.hands.silence(app="acme-news", rule="*", seconds=3_600, by="bob", why="load test")
    open_breaker(server, "roll-back", mode="shadow")

    page = ada.page(OVERVIEW)

    assert "Nothing needs you" in page
    told = needs(page)
    assert f"Workers run different rules As in a deploy, for a moment: {', '.join(sorted(digests))}." in told
    assert "Every rule about acme-news, silenced until" in told
    assert "by bob: load test." in told
    assert "in shadow, where it keeps nothing from being done" in told


def test_of_many_questions_the_first_are_shown_and_the_others_counted(ada: Visitor, records: Records) -> None:
    for number in range(13):
        records.asking(f"e{number}:remove")

    told = needs(ada.page(OVERVIEW))

    assert told.count("It waits for a yes or no.") == 10
    assert "3 more runs ask for a yes or no." in told


def test_the_figures_are_those_that_are_counted(ada: Visitor, records: Records, server: redis.Redis) -> None:
    beating(server, rulebook("mode: live"))
    records.event("e1")
    records.event("e2", waiting=True)
    records.asking("e1:a")
    counted: dict[Any, Any] = {
        "accepted": 1_234,
        "duplicate": 5,
        "unreadable": 2,
        "refused:wrong_signature": 3,
        "not_kept:redis": 1,
    }
    server.hset(layout.COUNT, mapping=counted)

    told = words(ada.page(OVERVIEW))

    for figure in (
        "Events 2 1 waiting",
        "Runs under way 1 1 of them asks for a yes or no",
        "Deliveries accepted 1,234 5 more were duplicates 2 could not be read",
        "Deliveries not taken 4 3 wrongly signed: no secret in WEBHOOK_SECRET fits 1 not kept, as Redis did not",
        "Workers 1 rules ",
        " MB ",
        " connections data since 20",
    ):
        assert figure in told


def test_what_happened_last_is_shown_in_short(ada: Visitor, records: Records) -> None:
    for number in range(9):
        records.event(f"e{number}", ago=number * 60)
        records.run(f"e{number}:a", ago=number * 60, journal={"step:0": {"sentence": f"Step of run {number}."}})

    page = ada.page(OVERVIEW)

    assert re.findall(r'href="/console/events/(\w+)"', page) == [f"e{number}" for number in range(6)]
    assert re.findall(r"Step of run (\d)", page) == list("012345")


def test_what_only_sends_messages_stands_before_no_run_of_a_rule(ada: Visitor, records: Records) -> None:
    """Each run that told somebody came with a line "Told ops.", and half of what was shown were these."""
    note = {"step:0": {"sentence": "Rolled back to v41."}}
    records.run("e1:roll-back", journal=note)
    records.run("system:breaker:roll-back:1", journal={"step:0": {"sentence": "It reached its limit."}}, ago=40)
    for number in range(6):
        told = {"step:0": {"sentence": f"Told {number}."}}
        records.run(f"tell:ops:{number}", journal=told, ago=20)
        records.run(f"system:tell:system:{number}", journal=told, ago=20)

    page = words(ada.page(OVERVIEW))

    assert "Rolled back to v41." in page
    assert "It reached its limit." in page
    assert "Told " not in page


def test_the_last_day_is_drawn_and_told_hour_by_hour(ada: Visitor, records: Records, server: redis.Redis) -> None:
    hour = int(records.hands.now()) // 3_600 * 3_600
    at = {"now": 0, "an hour ago": 1, "too, that": 1, "23 hours ago": 23, "a day ago": 24}
    server.zadd(layout.EVENTS, {id: (hour - hours * 3_600) * 1_000 for id, hours in at.items()})

    page = ada.page(OVERVIEW)

    assert page.count("<rect ") == 48
    assert "4 events, at most 2 in one hour" in words(page)
    rows = re.findall(r"<tr><td[^>]*>([^<]*)</td><td[^>]*>(\d+)</td><td[^>]*>(\d+)</td></tr>", page)
    assert [int(events) for _, events, _ in rows] == [1, *[0] * 21, 2, 1]
    assert f"{rows[22][0]}: 2 events" in part(page, "at most 2 in one hour", "No run, at most 0")


def test_bars_are_as_high_as_their_numbers_and_even_the_least_is_seen() -> None:
    drawn = charts.bars([0, 1, 500, 1_000])

    assert [bar.height for bar in drawn] == [0, charts.LOWEST, charts.HEIGHT / 2, charts.HEIGHT]
    assert all(bar.y + bar.height == charts.HEIGHT for bar in drawn)
    assert drawn[-1].x + drawn[-1].width <= charts.WIDTH
    assert charts.bars([]) == []
    assert [bar.height for bar in charts.bars([0, 0])] == [0, 0]


def test_it_keeps_itself_fresh_where_nobody_types(ada: Visitor, records: Records) -> None:
    page = ada.page(OVERVIEW)

    live = page[page.index('<div id="live"') : page.index("On the command line")]
    assert 'hx-get="/console/" hx-trigger="every 5s" hx-select="#live" hx-swap="outerMorph"' in live
    assert "<form" not in live
    assert "As of 20" in words(live)


def test_an_event_of_another_version_hides_no_other(ada: Visitor, records: Records, server: redis.Redis) -> None:
    records.event("e1")
    records.event("e2")
    server.setrange(layout.EVENT + "e1", 0, bytes((layout.FORMAT + 1,)))

    told = words(ada.page(OVERVIEW))

    assert "of another version" in told
    assert "api:release update" in told
