"""The pages about rules: those that workers run, and one with its breaker, its silences and its runs."""

import json

import pytest
import redis

from core import layout
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import Records
from tests.receiver.console.working import beating, open_breaker, rulebook

LIVE = "mode: live\ndescription: Takes it back.\nmatch: {data.status: failed}\nlimit: {max: 3, within: 1d}"


def test_the_list_shows_what_the_workers_run_and_what_became_of_it(
    ada: Visitor, records: Records, server: redis.Redis
) -> None:
    digest = beating(server, rulebook(LIVE, "mode: shadow"))
    records.run("e1:roll-back")
    records.run("e2:roll-back")
    records.run("e3:roll-back", state="failed")

    page = ada.page("/console/rules")

    assert f"Rules <code>{digest}</code>, run by 1 worker, ACT is live" in page
    assert 'href="/console/rules/roll-back"' in page
    assert "Takes it back." in page
    assert '<span class="state ">live</span>' in page
    assert '<span class="state ">shadow</span>' in page
    assert 'href="/console/runs?rule=roll-back&amp;state=done">2 done</a>' in page
    assert 'href="/console/runs?rule=roll-back&amp;state=failed">1 failed</a>' in page


def test_a_rule_is_told_in_words(ada: Visitor, server: redis.Redis) -> None:
    beating(server, rulebook(LIVE))

    page = ada.page("/console/rules/roll-back")

    for told in (
        "Takes it back.",
        "<code>api:release.update</code>",
        "<li>data.status is failed</li>",
        "<li>at most 3 runs with an effect in 1 d</li>",
        "<li>notify (to: log; text: hello)</li>",
        "None covers it.",
    ):
        assert told in page


@pytest.mark.parametrize(
    ("act", "said"),
    [
        pytest.param("live", "", id="act is live"),
        pytest.param("shadow", "held to shadow by ACT", id="act is shadow"),
        pytest.param("off", "held to off by ACT", id="act is off"),
        pytest.param("", "", id="a worker of an older version does not say"),
    ],
)
def test_a_live_rule_that_act_holds_back_says_so(ada: Visitor, server: redis.Redis, act: str, said: str) -> None:
    beating(server, rulebook(LIVE), act=act)

    page = ada.page("/console/rules")

    assert ("by ACT" in page) == bool(said)
    assert said in page


def test_during_a_deploy_both_wordings_are_shown_and_what_is_the_same_once(ada: Visitor, server: redis.Redis) -> None:
    old = beating(server, rulebook("mode: shadow", "cooldown: 1m"), worker="worker.1")
    new = beating(server, rulebook("mode: live", "cooldown: 1m"), worker="worker.2")

    page, rule, other = (ada.page(f"/console/rules{name}") for name in ("", "/roll-back", "/rule-1"))

    assert "The workers run different rules, as in a deploy." in page
    assert page.count('href="/console/rules/roll-back"') == page.count('href="/console/rules/rule-1"') == 1
    assert f"<h2>In rules <code>{old}</code></h2>" in rule
    assert f"<h2>In rules <code>{new}</code></h2>" in rule
    assert "<h2>In rules" not in other


def test_an_outline_of_an_older_version_is_shown_as_far_as_it_goes(ada: Visitor, server: redis.Redis) -> None:
    digest = beating(server, rulebook("mode: live"), kept=False)
    old = {"name": "roll-back", "digest": "d", "mode": "live", "on": ["dyno"], "clauses": ["x is 1"], "paths": [["x"]]}
    server.set(layout.BOOK + digest, json.dumps([old]))

    assert "roll-back" in ada.page("/console/rules")
    assert "<li>x is 1</li>" in ada.page("/console/rules/roll-back")


def test_without_workers_nobody_knows_the_rules(ada: Visitor) -> None:
    assert "No worker has been seen lately" in ada.page("/console/rules")


def test_rules_that_are_not_kept_yet_are_named_by_their_digest(ada: Visitor, server: redis.Redis) -> None:
    digest = beating(server, rulebook("mode: live"), kept=False)

    page = ada.page("/console/rules")

    assert digest in page
    assert "what they say is not kept yet" in page


def test_an_open_breaker_is_closed_by_somebody_with_a_reason(
    ada: Visitor, records: Records, server: redis.Redis
) -> None:
    beating(server, rulebook(LIVE))
    open_breaker(server, "roll-back")
    server.zadd(f"{layout.LIMIT}live:roll-back", {"!e1:roll-back": 1})
    assert 'The breaker of <a href="/console/rules/roll-back">roll-back</a> is open' in ada.page("/console/rules")
    assert 'href="/console/events/e7"' in ada.page("/console/rules/roll-back")

    told = ada.told("/console/rules/roll-back", do="close", why="the build is mended")

    assert "roll-back may act again" in told
    assert "Close the breaker" not in told
    assert not server.exists(f"{layout.BREAKER}live:roll-back", f"{layout.LIMIT}live:roll-back")
    [deed] = records.hands.history(most=5)
    assert deed.sentence == "ada closed the breaker of rule roll-back: the build is mended"


def test_a_breaker_does_not_close_without_a_reason(ada: Visitor, records: Records, server: redis.Redis) -> None:
    open_breaker(server, "roll-back")

    assert "Say why" in ada.told("/console/rules/roll-back", do="close", why=" ")
    assert records.hands.breakers()
    assert records.hands.history(most=5) == []


def test_the_breaker_of_a_rule_that_nobody_runs_any_more_is_found(ada: Visitor, server: redis.Redis) -> None:
    open_breaker(server, "gone", mode="shadow")

    assert 'href="/console/rules/gone"' in ada.page("/console/rules")
    assert "Its breaker is open in shadow" in ada.page("/console/rules/gone")


def test_closing_what_somebody_else_closed_says_so(ada: Visitor, server: redis.Redis) -> None:
    beating(server, rulebook(LIVE))
    token = ada.token("/console/rules/roll-back")

    answer = ada.post("/console/rules/roll-back", token=token, do="close", why="x")

    assert "there is no open breaker of a rule" in ada.page(answer.headers["location"])


def test_a_rule_shows_its_latest_runs_and_no_others(ada: Visitor, records: Records) -> None:
    for number in range(7):
        records.run(f"e{number}:roll-back", ago=100 + number)
    records.run("e9:scale", ago=50)

    page = ada.page("/console/rules/roll-back")

    assert ">7 done</a>" in page
    assert [number for number in range(10) if f'href="/console/runs/e{number}%3A' in page] == [0, 1, 2, 3, 4]


def test_a_run_leads_to_its_rule(ada: Visitor, records: Records) -> None:
    records.run("e1:roll-back")

    assert '<a href="/console/rules/roll-back">its rule</a>' in ada.page("/console/runs/e1:roll-back")


def test_silences_that_cover_a_rule_stand_with_it(ada: Visitor, records: Records, server: redis.Redis) -> None:
    beating(server, rulebook(LIVE, "mode: live"))
    records.hands.silence(app="acme-*", rule="roll-*", seconds=600, by="sam", why="a migration")

    page, other = ada.page("/console/rules/roll-back"), ada.page("/console/rules/rule-1")

    assert "Rule roll-* about acme-*, silenced until" in page
    assert "by sam: a migration" in page
    assert "None covers it." in other
    assert ada.page("/console/rules").count("silent about acme-*") == 1


def test_what_silences_every_rule_is_said_once(ada: Visitor, records: Records, server: redis.Redis) -> None:
    beating(server, rulebook(LIVE, "mode: live"))
    records.hands.silence(app="acme-*", rule="*", seconds=600, by="sam", why="a migration")

    page = ada.page("/console/rules")

    assert "Every rule is silent about acme-*" in page
    assert page.count("acme-*") == 1


def test_a_name_that_nobody_knows_is_told_as_that_with_names_that_are_near(ada: Visitor, server: redis.Redis) -> None:
    beating(server, rulebook(LIVE))

    answer = ada.get("/console/rules/rol-back")

    assert answer.status_code == 404
    assert "did you mean roll-back?" in answer.text


def test_nothing_in_a_rule_or_a_reason_becomes_markup(ada: Visitor, records: Records, server: redis.Redis) -> None:
    evil = "<script>alert(1)</script>"
    beating(server, rulebook(f"description: {evil!r}\nmatch: {{data.status: {evil!r}}}"))
    open_breaker(server, evil, event=evil)
    records.hands.silence(app=evil, rule="*", seconds=600, by=evil, why=evil)
    records.run(f"e1:{evil}")

    pages = [
        ada.page(f"/console/{path}")
        for path in ("rules", "rules/roll-back", "rules/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    ]

    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
