"""A mistake in a request is found before anything is sent, and told without its value."""

from typing import Any

import pytest

from heroku.endpoints import BY_NAME, TABLE
from heroku.errors import Invalid
from tests.heroku.doubles import bench

WEBHOOK = {"include": ["dyno"], "level": "sync", "url": "https://hooks.acme.example"}


@pytest.mark.parametrize(
    ("name", "params", "why"),
    [
        ("create_app", {"name": "Acme!"}, "name: String should match pattern"),
        ("create_app", {"name": 7}, "name: Input should be a valid string"),
        ("create_app", {"feature_flags": "x"}, "feature_flags: Input should be a valid list"),
        ("update_app", {}, "give at least one of name, maintenance, build_stack"),
        ("update_app", {"maintenance": "true"}, "maintenance: Input should be a valid boolean"),
        ("run_dyno", {"command": ""}, "command: String should have at least 1 character"),
        ("run_dyno", {"command": "x", "time_to_live": 0}, "time_to_live: Input should be greater than or equal to 1"),
        ("run_dyno", {"command": "x", "time_to_live": 86_401}, "time_to_live: Input should be less than or equal to"),
        ("run_dyno", {"command": "x", "env": {"A-B": "1"}}, r"env\.A-B.*: String should match pattern"),
        ("run_dyno", {"command": "x", "env": {"A": 1}}, r"env\.A: Input should be a valid string"),
        ("update_formation", {"formation": "web"}, "give at least one of quantity, dyno_size"),
        ("update_formation", {"formation": "web", "quantity": -1}, "quantity: Input should be greater"),
        ("update_formation", {"formation": "web", "quantity": True}, "quantity: Input should be a valid integer"),
        ("update_formation", {"formation": "web", "quantity": "2"}, "quantity: Input should be a valid integer"),
        ("update_formation", {"formation": "web", "dyno_size": {}}, "dyno_size: Value error, give at least one of"),
        ("batch_update_formation", {"updates": []}, "updates: List should have at least 1 item"),
        ("batch_update_formation", {"updates": [{"quantity": 1}]}, r"updates\.0\.type: Field required"),
        ("batch_update_formation", {"updates": [{"type": "web", "n": 1}]}, r"updates\.0\.n: Extra inputs"),
        ("update_config_vars", {"changes": {}}, "changes: Dictionary should have at least 1 item"),
        ("update_config_vars", {"changes": {"A": 1}}, r"changes\.A: Input should be a valid string"),
        ("rollback", {"release": "v12"}, "release: Value error, it must be the release's id, not its version"),
        ("rollback", {"release": "12"}, "release: Value error, it must be the release's id, not its version"),
        ("create_build", {"source_blob": {"url": "code.tgz"}}, r"source_blob\.url: String should match pattern"),
        ("create_addon", {"plan": "redis", "name": "7"}, "name: String should match pattern"),
        ("create_domain", {"hostname": "https://www.acme.example", "sni_endpoint": None}, "hostname: String should"),
        ("create_pipeline", {"name": "A"}, "name: String should match pattern"),
        (
            "create_pipeline",
            {"name": "acme", "owner": {"id": "t", "type": "x"}},
            r"owner\.type: Input should be 'team'",
        ),
        ("create_log_session", {"lines": 0}, "lines: Input should be greater than or equal to 1"),
        ("create_log_session", {"lines": 1_501}, "lines: Input should be less than or equal to 1500"),
        ("create_webhook", {**WEBHOOK, "include": []}, "include: List should have at least 1 item"),
        ("create_webhook", {**WEBHOOK, "level": "all"}, "level: Input should be 'notify' or 'sync'"),
        ("create_webhook", {**WEBHOOK, "url": "hooks"}, "url: String should match pattern"),
        ("update_webhook", {"webhook": "w-1"}, "give at least one of include, level, url, secret, authorization"),
        ("create_authorization", {"scope": ["read"], "expires_in": 0}, "expires_in: Input should be greater"),
    ],
)
def test_what_does_not_fit_is_told_by_its_name(name: str, params: dict[str, Any], why: str) -> None:
    b = bench()
    places = dict.fromkeys(BY_NAME[name].places, "acme-web")
    with pytest.raises(Invalid, match=why):
        b.heroku.call(name, **{**places, **params})
    assert (b.api.requests, b.hooks.calls) == ([], [])
    assert (b.record.outcome, b.record.allowed, b.record.status) == ("refused", True, None)


def test_several_mistakes_are_told_at_once() -> None:
    with pytest.raises(Invalid, match=r"command: .*; time_to_live: "):
        bench().heroku.call("run_dyno", app="acme-web", command=1, time_to_live="1")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("update_config_vars", {"changes": {"A": ["s3cret"]}}),
        ("update_config_vars", {"changes": "s3cret"}),
        ("run_dyno", {"command": "x", "env": {"A": {"s3cret": "s3cret"}}}),
        ("create_build", {"source_blob": {"url": "s3cret"}}),
        ("create_webhook", {**WEBHOOK, "secret": ["s3cret"]}),
        ("create_webhook", {**WEBHOOK, "authorization": 7, "url": "s3cret"}),
        ("create_addon", {"plan": "x", "config": {"A": b"s3cret"}}),
    ],
)
def test_no_value_is_quoted(name: str, params: dict[str, Any]) -> None:
    b = bench()
    with pytest.raises(Invalid) as caught:
        b.heroku.call(name, app="acme-web", **params)
    error = caught.value
    assert "s3cret" not in f"{error}{error!r}{vars(error)}{error.__cause__!r}{b.record}"
    assert error.__suppress_context__


def test_every_field_that_can_hold_a_secret_does_not_show() -> None:
    hiding = {
        f"{endpoint.takes.__name__}.{name}"
        for endpoint in TABLE
        for name, field in endpoint.takes.model_fields.items()
        if not field.repr
    }
    assert hiding == {
        "RunDyno.env",
        "UpdateConfigVars.changes",
        "CreateAddOn.config",
        "CreateWebhook.secret",
        "CreateWebhook.authorization",
        "UpdateWebhook.secret",
        "UpdateWebhook.authorization",
    }


def test_what_is_not_given_is_not_sent() -> None:
    assert BY_NAME["create_app"].body({}) == {}
    assert BY_NAME["create_log_session"].body({"app": "acme-web"}) == {}
