"""Bodies read into events: what is required, what is forgiven, what identifies."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from heroku.errors import BadDelivery
from heroku.events import Actor, AppRef, Event, content_key, read
from heroku.samples import ABSENT, encode, sample


def read_sample(name: str, overrides: Mapping[str, Any] | None = None, *, id: str | None = None) -> Event:
    return read(encode(sample(name, id=id, **(overrides or {}))))


def short(value: object) -> str:
    return "absent" if value is ABSENT else repr(value)[:12]


def test_a_release_event_is_read_whole() -> None:
    event = read_sample("release_update_succeeded", id="e-1")
    assert (event.id, event.include, event.resource, event.action) == ("e-1", "api:release", "release", "update")
    assert event.app is not None
    assert event.app.name == "acme-web"
    assert event.actor is not None
    assert event.actor.email == "dev@acme.example"
    assert event.version == "application/vnd.heroku+json; version=3"
    assert event.created_at is not None
    assert event.created_at.tzinfo is UTC
    assert event.data["status"] == "succeeded"


def test_rules_see_the_app_at_the_top_in_every_entity() -> None:
    for name in ("release_update_failed", "dyno_crashed", "app_update", "domain_create", "unknown_entity"):
        fields = read_sample(name).fields
        assert fields["app"]["name"] == "acme-web", name


def test_fields_hold_plain_json_of_what_is_known() -> None:
    event = read_sample("dyno_crashed")
    assert json.loads(json.dumps(event.fields)) == event.fields
    assert set(event.fields) == {
        "id",
        "include",
        "resource",
        "action",
        "version",
        "actor",
        "data",
        "created_at",
        "app",
    }


def test_the_app_of_an_app_event_is_its_own_data() -> None:
    event = read_sample("app_update", {"data.app": {"id": "x", "name": "other"}})
    assert event.app == AppRef(event.data["id"], "acme-web")


def test_entities_of_the_same_resource_are_told_apart() -> None:
    assert read_sample("api_dyno_create").include == "api:dyno"
    assert read_sample("dyno_create").include == "dyno"


def test_the_id_in_the_metadata_counts() -> None:
    assert read_sample("dyno_crashed", {"webhook_metadata.event.id": "inner"}, id="top").id == "inner"


@pytest.mark.parametrize("useless", [ABSENT, None, "", 7, "a\nb", "x" * 201, ["x"]], ids=short)
def test_an_unusable_id_in_the_metadata_gives_way_to_the_other(useless: object) -> None:
    assert read_sample("dyno_crashed", {"webhook_metadata.event.id": useless}, id="top").id == "top"


@pytest.mark.parametrize(
    ("overrides", "include"),
    [
        ({"resource": "release"}, "api:release"),
        ({"resource": "dyno", "data": {"state": "starting"}}, "api:dyno"),
        ({"resource": "dyno", "data": {"management": None}}, "dyno"),
        ({"resource": "dyno", "data": {"exit_status": None}}, "dyno"),
        ({"resource": "release", "data": {"exit_status": 1}}, "api:release"),
        ({"resource": "brand-new"}, "api:brand-new"),
    ],
)
def test_without_metadata_the_include_follows_from_the_resource(overrides: dict[str, Any], include: str) -> None:
    assert read_sample("without_metadata", overrides).include == include


@pytest.mark.parametrize(
    ("include", "resource"), [("api:release", "release"), ("dyno", "dyno"), ("api:sni-endpoint", "sni-endpoint")]
)
def test_without_a_resource_it_follows_from_the_include(include: str, resource: str) -> None:
    event = read_sample("dyno_crashed", {"resource": ABSENT, "webhook_metadata.event.include": include})
    assert (event.include, event.resource) == (include, resource)


@pytest.mark.parametrize("wrong", [ABSENT, None, 7, True, [], ["x"], "", "\x00", "x" * 5000], ids=short)
def test_what_is_missing_or_of_a_wrong_type_is_forgiven(wrong: object) -> None:
    fields = ("actor", "action", "version", "created_at", "updated_at", "data", "sequence", "published_at")
    event = read_sample("release_update_failed", dict.fromkeys(fields, wrong), id="e-1")
    assert (event.id, event.include, event.action) == ("e-1", "api:release", "")
    assert [event.actor, event.app, event.version, event.created_at, event.updated_at] == [None] * 5
    assert event.data == {}
    assert set(event.fields) == {"id", "include", "resource", "data"}


def test_half_an_actor_and_half_an_app_are_kept() -> None:
    event = read_sample("release_update_failed", {"actor.id": 7, "data.app.id": None})
    assert event.actor == Actor(None, "dev@acme.example")
    assert event.app == AppRef(None, "acme-web")
    assert event.fields["actor"] == {"email": "dev@acme.example"}
    assert event.fields["app"] == {"name": "acme-web"}


def test_unknown_fields_of_data_are_kept() -> None:
    assert read_sample("unknown_fields").data["rollout"] == {"strategy": "gradual", "steps": [10, 50, 100]}


def test_of_a_key_that_comes_twice_the_last_counts() -> None:
    event = read(b'{"id":"a","resource":"app","id":"b","data":{"name":"x","name":"y"}}')
    assert (event.id, event.app) == ("b", AppRef(None, "y"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(encode(sample("dyno_crashed"))[:-1], "not JSON", id="truncated"),
        pytest.param(encode(sample("dyno_crashed")) + b"}", "not JSON", id="trailing"),
        pytest.param(b'{"id":"\xff"}', "not JSON", id="not UTF-8"),
        pytest.param('{"id":"x"}'.encode("utf-16"), "not JSON", id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"id":"x"}', "not JSON", id="byte order mark"),
        pytest.param(b'{"id":"\\ud800"}', "not JSON", id="lone surrogate"),
        pytest.param(b'{"id":"x","resource":"app","data":{"n":NaN}}', "not JSON", id="NaN"),
        pytest.param(b'{"id":"x","resource":"app","data":{"n":-Infinity}}', "not JSON", id="infinity"),
        pytest.param(b'{"id":"x","resource":"app","data":{"n":[1e999]}}', "out of range", id="too large"),
        pytest.param(b'{"id":"x","resource":"app","n":' + b"9" * 5000 + b"}", "not JSON", id="endless number"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "not JSON", id="too deep"),
        pytest.param(b"[" * 1_000_000, "not JSON", id="far too deep"),
        pytest.param(b'[{"id":"x"}]', "not a JSON object", id="array"),
        pytest.param(b'"id"', "not a JSON object", id="text"),
        pytest.param(b"null", "not a JSON object", id="null"),
        pytest.param(b"{}", "no usable id", id="nothing"),
        pytest.param(b'{"id":7,"resource":"app"}', "no usable id", id="id a number"),
        pytest.param(b'{"id":"","resource":"app"}', "no usable id", id="id empty"),
        pytest.param(b'{"id":"a\\u0000b","resource":"app"}', "no usable id", id="id with control character"),
        pytest.param(b'{"id":"%s","resource":"app"}' % (b"x" * 201), "no usable id", id="id too long"),
        pytest.param(b'{"id":"x"}', "resource", id="no resource"),
        pytest.param(b'{"id":"x","resource":["app"]}', "resource", id="resource a list"),
    ],
)
def test_what_is_no_event_is_a_bad_delivery(body: bytes, reason: str) -> None:
    with pytest.raises(BadDelivery, match=reason) as caught:
        read(body)
    assert len(caught.value.reason) < 100


def test_an_id_may_be_two_hundred_characters_of_any_alphabet() -> None:
    assert read_sample("dyno_crashed", id="é" * 200).id == "é" * 200


def test_the_same_content_under_another_id_has_the_same_key() -> None:
    one, other = read_sample("release_update_failed", id="a"), read_sample("release_update_failed", id="b")
    assert content_key(one) == content_key(other)


def test_the_order_of_keys_makes_no_other_content() -> None:
    doc = sample("release_update_failed")
    turned = dict(doc, data=dict(reversed(doc["data"].items())))
    assert content_key(read(encode(turned))) == content_key(read(encode(doc)))


@pytest.mark.parametrize(
    "overrides",
    [
        {"data.updated_at": "2026-03-04T09:15:40Z"},
        {"data.status": "succeeded"},
        {"action": "create"},
        {"webhook_metadata.event.include": "api:build"},
        {"resource": "build"},
        {"data.extra": None},
    ],
    ids=lambda overrides: next(iter(overrides)),
)
def test_another_content_has_another_key(overrides: dict[str, Any]) -> None:
    assert content_key(read_sample("release_update_failed", overrides)) != content_key(
        read_sample("release_update_failed")
    )


def test_times_are_read_where_they_are_times() -> None:
    event = read_sample("dyno_crashed", {"created_at": "2023-08-03T14:19:07Z", "updated_at": "soon"})
    assert event.created_at == datetime(2023, 8, 3, 14, 19, 7, tzinfo=UTC)
    assert event.updated_at is None
    assert "updated_at" not in event.fields
