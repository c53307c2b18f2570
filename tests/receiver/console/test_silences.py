"""The page of silences: those in force, one more, and the end of one before its time."""

import pytest
import redis

from core import layout
from tests.receiver.console.browsing import Visitor
from tests.receiver.console.keeping import APP, Records
from tests.receiver.console.working import beating, rulebook

PAGE = "/console/silences"


def test_a_silence_begins_with_a_name_and_a_reason_and_is_ended_so(
    ada: Visitor, records: Records, server: redis.Redis
) -> None:
    records.event()
    beating(server, rulebook("mode: live"))

    told = ada.told(PAGE, do="add", app="acme-*", rule="roll-back", **{"for": "2h"}, why="a migration")

    assert "From now on rule roll-back about acme-* is silent for 2 h." in told
    assert "is it spelt right" not in told
    [kept] = records.hands.silences()
    assert (kept.app, kept.rule, kept.by, kept.why) == ("acme-*", "roll-back", "ada", "a migration")
    assert kept.until - kept.at == 7_200_000
    assert kept.id in told

    told = ada.told(PAGE, do="end", silence=kept.id, why="it is done")

    assert "The silence of rule roll-back about acme-* is over." in told
    assert "Nothing is silenced." in told
    assert [deed.did for deed in records.hands.history(most=5)] == ["end silence", "silence"]


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        pytest.param({"app": "acme-shop"}, ("acme-shop", "*"), id="an app, every rule"),
        pytest.param({"rule": "roll-*"}, ("*", "roll-*"), id="a rule, every app"),
    ],
)
def test_what_is_not_named_is_everything(
    ada: Visitor, records: Records, fields: dict[str, str], scope: tuple[str, str]
) -> None:
    ada.told(PAGE, do="add", **fields, **{"for": "1h"}, why="x")

    [kept] = records.hands.silences()
    assert (kept.app, kept.rule) == scope


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"app": "", "rule": " "}, "Name an app, a rule or both.", id="of nothing"),
        pytest.param({"for": "1w"}, "How long it lasts must be a duration like 30s, 10m, 2h or 1d.", id="unknown unit"),
        pytest.param({"for": ""}, "How long it lasts must be a duration", id="no end"),
        pytest.param({"for": "31d"}, "must be longer than nothing and at most 30d", id="for ever"),
        pytest.param({"app": "x" * 101}, "at most 100 characters", id="an app that no app is called"),
        pytest.param({"why": "  "}, "Say why", id="no reason"),
        pytest.param({"do": "shout"}, "There is no &#39;shout&#39; for a silence", id="what nobody can do"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    ada: Visitor, records: Records, fields: dict[str, str], said: str
) -> None:
    typed = {"do": "add", "app": "acme-shop", "rule": "roll-back", "for": "2h", "why": "a migration"} | fields

    told = ada.told(PAGE, **typed)

    assert said in told
    assert records.hands.silences() == []
    for name in ("app", "rule", "for", "why"):
        assert f'name="{name}" value="{typed[name].strip()}"' in told


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"rule": "rol-back"}, "no rule that is loaded is called rol-back: is it spelt right?", id="rule"),
        pytest.param({"app": "acme-shp"}, "was about an app called acme-shp: is it spelt right?", id="app"),
    ],
)
def test_a_name_that_nobody_knows_is_silenced_with_a_warning(
    ada: Visitor, records: Records, server: redis.Redis, fields: dict[str, str], said: str
) -> None:
    records.event()
    beating(server, rulebook("mode: live"))

    assert said in ada.told(PAGE, do="add", **fields, **{"for": "1h"}, why="x")
    assert len(records.hands.silences()) == 1


def test_without_workers_no_rule_is_called_unknown(ada: Visitor, records: Records) -> None:
    records.event()

    told = ada.told(PAGE, do="add", app=APP, rule="whatever", **{"for": "1h"}, why="x")

    assert "From now on" in told
    assert "is it spelt right" not in told


def test_there_is_an_end_to_silences(ada: Visitor, records: Records) -> None:
    for number in range(layout.SILENCES_MOST):
        records.hands.silence(app=f"app-{number}", rule="*", seconds=600, by="sam", why="x")

    told = ada.told(PAGE, do="add", app="acme-shop", **{"for": "1h"}, why="x")

    assert f"there are {layout.SILENCES_MOST} silences already" in told
    assert 'value="acme-shop"' in told


def test_a_silence_that_is_over_cannot_be_ended(ada: Visitor, records: Records) -> None:
    assert "there is no silence" in ada.told(PAGE, do="end", silence="4f1c", why="x")
    assert records.hands.history(most=5) == []


def test_the_form_knows_the_rules_and_takes_one_over_from_its_page(ada: Visitor, server: redis.Redis) -> None:
    beating(server, rulebook("mode: live"))

    page = ada.page(f"{PAGE}?rule=roll-back")

    assert '<option value="roll-back">' in page
    assert 'name="rule" value="roll-back"' in page


def test_nothing_that_was_typed_becomes_markup(ada: Visitor, records: Records) -> None:
    evil = '"><script>alert(1)</script>'

    refused = ada.told(PAGE, do="add", app=evil, rule=evil, **{"for": evil}, why=evil)
    kept = ada.told(PAGE, do="add", app=evil, rule=evil, **{"for": "1h"}, why=evil)

    assert len(records.hands.silences()) == 1
    for page in (refused, kept):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
