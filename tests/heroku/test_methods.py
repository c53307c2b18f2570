"""Every method sends what its endpoint takes and reads what it gives, and none gets past the access check."""

import json as jsons
from typing import Any

import pytest
from pydantic import BaseModel

from heroku.access import GROUPS, Grant, Level
from heroku.endpoints import BY_NAME, TABLE
from heroku.errors import AccessDenied, Forbidden
from heroku.events import read
from heroku.models import WebhookEvent
from heroku.samples import encode
from tests.heroku.doubles import TOKEN, bench, json
from tests.heroku.methods import APP, CASES, WEBHOOK, Case

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.endpoint)


def test_every_endpoint_has_its_method() -> None:
    assert sorted(case.endpoint for case in CASES) == sorted(endpoint.name for endpoint in TABLE)


@each
def test_a_method_sends_what_its_endpoint_takes(case: Case) -> None:
    endpoint = BY_NAME[case.endpoint]
    b = bench(json(case.answer, endpoint.success))
    case.make(b.heroku)
    (request,) = b.api.requests
    assert (request.method, request.url.raw_path.decode()) == (endpoint.method, case.target)
    assert request.headers["accept"] == f"application/vnd.heroku+json; version={endpoint.version}"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert (jsons.loads(request.content) if request.content else None) == case.body
    assert ("content-type" in request.headers) == (case.body is not None)
    assert (b.record.endpoint, b.record.outcome) == (case.endpoint, "done")


@each
def test_a_method_gives_what_its_endpoint_gives(case: Case) -> None:
    """And so says the table, from which others know it."""
    endpoint = BY_NAME[case.endpoint]
    found = case.make(bench(json(case.answer)).heroku)
    if case.endpoint in ("restart_dyno", "restart_all", "stop_dyno"):
        assert found is None
        return
    (one,) = found if endpoint.many else [found]
    assert isinstance(one, BaseModel)
    assert type(one) is endpoint.gives
    assert one == endpoint.gives.model_validate(case.answer[0] if endpoint.many else case.answer)


@pytest.mark.parametrize("level", Level, ids=lambda level: level.word)
@each
def test_no_method_gets_past_the_access_check(case: Case, level: Level) -> None:
    """All endpoints by all levels: what the level does not reach is not sent, and the refusal is recorded."""
    endpoint = BY_NAME[case.endpoint]
    grant = Grant("rule x", {endpoint.group: level}, frozenset({"*"}))
    b = bench(json(case.answer), grant=grant)
    if level >= endpoint.level:
        case.make(b.heroku)
        assert len(b.api.requests) == 1
        return
    with pytest.raises(AccessDenied, match=f"needs {endpoint.group}: {endpoint.level.word} and has {level.word}"):
        case.make(b.heroku)
    assert (b.api.requests, b.hooks.calls) == ([], [])
    assert (b.record.endpoint, b.record.allowed, b.record.outcome) == (case.endpoint, False, "denied")


@each
def test_no_other_group_and_no_other_app_helps(case: Case) -> None:
    endpoint = BY_NAME[case.endpoint]
    elsewhere = dict.fromkeys(set(GROUPS) - {endpoint.group}, Level.FULL)
    grants = [Grant("rule x", elsewhere, frozenset({"*"}))]
    if endpoint.reaches != "account":
        grants.append(Grant("rule x", dict.fromkeys(GROUPS, Level.FULL), frozenset({"another-app"})))
    for grant in grants:
        b = bench(grant=grant)
        with pytest.raises(AccessDenied):
            case.make(b.heroku)
        assert b.api.requests == []


def test_a_new_webhook_comes_with_the_secret_that_heroku_made_up() -> None:
    b = bench(json(WEBHOOK, 201, Heroku_Webhook_Secret="s3cret"))
    made = b.heroku.create_webhook("acme-web", include=["api:release"], url="https://hooks.acme.example")
    assert made.secret is not None
    assert made.secret.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(made) + repr(b.record)


def test_an_event_that_was_fetched_back_is_read_like_a_delivery() -> None:
    payload = {
        "action": "update",
        "actor": {"id": "u-1", "email": "dev@acme.example"},
        "data": {"id": "r-42", "version": 42, "app": APP},
        "previous_data": {},
        "resource": "release",
        "version": "application/vnd.heroku+json; version=3",
    }
    answered = {"id": "e-1", "include": "api:release", "payload": payload, "created_at": "2026-03-04T09:15:20Z"}
    event = read(encode(WebhookEvent.model_validate(answered).delivery()))
    assert (event.id, event.include, event.action) == ("e-1", "api:release", "update")
    assert event.app is not None
    assert event.app.name == "acme-web"
    assert event.created_at is not None
    assert event.created_at.isoformat() == "2026-03-04T09:15:20+00:00"


def test_config_vars_are_reached_by_name() -> None:
    answer = {"DEPTH": "2", "SIZE": "1", "ODD": None}
    found = bench(json(answer)).heroku.config_vars("acme-web")
    assert (found.names, list(found), len(found)) == (("DEPTH", "SIZE"), ["DEPTH", "SIZE"], 2)
    assert "DEPTH" in found
    assert found["DEPTH"].get_secret_value() == "2"
    assert found.get("ODD") is None
    assert repr(found) == str(found) == "<ConfigVars DEPTH, SIZE>"


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ({}, {}, ()),
        ({"A": "1"}, {"A": "1"}, ()),
        ({"B": "1", "A": "1"}, {"A": "2"}, ("A", "B")),
        ({}, {"A": "1"}, ("A",)),
    ],
)
def test_what_differs_between_config_vars_is_told_by_name(
    before: dict[str, str], after: dict[str, str], names: tuple[str, ...]
) -> None:
    kind: Any = BY_NAME["get_config_vars"].gives
    assert kind.model_validate(before).differing(kind.model_validate(after)) == names


def test_the_scopes_of_the_token_are_told_for_free() -> None:
    b = bench(json({"remaining": 4500}, Oauth_Scope="read, identity"))
    assert b.heroku.scopes() == {"read", "identity"}
    assert b.record.endpoint == "get_rate_limits"


def test_scopes_too_small_for_the_question_are_told_all_the_same() -> None:
    assert bench(json({"id": "forbidden"}, 403, Oauth_Scope="read")).heroku.scopes() == {"read"}
    with pytest.raises(Forbidden):
        bench(json({"id": "suspended"}, 403)).heroku.scopes()
