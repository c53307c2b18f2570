"""The pages about runs: the list, one of them, and the answers that it asks for."""

import re

import redis

from core.telling.words import moment
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import Records
from tests.receiver.console.working import beating, rulebook


def test_the_list_leads_to_each_run(ada: Visitor, records: Records) -> None:
    records.run("e1:roll-back")
    records.run("e2:scale", state="failed")

    page = ada.page("/console/runs")

    assert 'href="/console/runs/e1%3Aroll-back"' in page
    assert 'href="/console/runs/e2%3Ascale"' in page


def test_a_run_that_asks_is_approved_with_a_name_and_a_reason(ada: Visitor, records: Records) -> None:
    run = f"/console/runs/{records.asking('e1:roll-back')}"

    told = ada.told(run, do="approve", why="I looked at the logs")

    assert "Approved: the run goes on." in told
    assert "ada said yes: I looked at the logs" in told
    approval = records.hands.run("e1:roll-back").approval
    assert approval is not None
    assert (approval["verdict"], approval["by"], approval["why"]) == ("approve", "ada", "I looked at the logs")


def test_a_question_says_until_when_an_answer_counts(ada: Visitor, records: Records) -> None:
    until = records.hands.now() + 25.5 * 60
    run = records.asking("e1:roll-back", ask_until=f"{until * 1000:.0f}")

    page = " ".join(re.sub(r"<[^>]+>", "", ada.page(f"/console/runs/{run}")).split())

    assert re.search(f"An answer counts until {moment(until)}, in 25 min .* s. Without one it is a no.", page)


def test_a_run_says_what_its_rule_is_for(ada: Visitor, records: Records, server: redis.Redis) -> None:
    """Whoever was asked at night read "dyno destroy" and what would be done, and not a word of what for."""
    beating(server, rulebook("description: A release that crashes is taken back."))

    assert "A release that crashes is taken back." in ada.page(f"/console/runs/{records.asking('e1:roll-back')}")
    assert "is taken back" not in ada.page(f"/console/runs/{records.run('e1:another')}")


def test_who_presses_twice_hears_what_came_of_the_first(ada: Visitor, records: Records) -> None:
    run = f"/console/runs/{records.asking('e1:roll-back')}"
    token = ada.token(run)
    fields = {"token": token, "do": "approve", "why": "I looked"}
    assert [ada.post(run, **fields).status_code for _ in range(2)] == [303, 303]

    assert "run e1:roll-back asks for nothing any more: ada said yes, and it is due" in ada.page(run)
    assert len(records.hands.history(most=10)) == 1


def test_of_what_is_very_long_the_beginning_is_shown(ada: Visitor, records: Records) -> None:
    """Looking for secrets in 3 MB took a second, in which no delivery was answered."""
    records.run("e1:logs", journal={"step:0": {"output": {"lines": ["a line"] * 30_000}}})
    page = ada.page("/console/runs/e1:logs")
    assert "a line" in page
    assert len(page) < 600_000


def test_a_step_that_is_to_come_does_not_look_as_if_it_were_done(ada: Visitor, records: Records) -> None:
    page = ada.page(f"/console/runs/{records.asking('e1:roll-back')}")
    assert '<span class="state">planned</span>' in page
    assert '<li class="ok">' not in page
