"""The samples: complete, readable, changeable."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heroku.events import AppRef, read
from heroku.samples import ABSENT, changed, encode, names, sample

KINDS = {
    "api:addon": "create update destroy",
    "api:addon-attachment": "create destroy",
    "api:app": "create update destroy",
    "api:build": "create update",
    "api:collaborator": "create update destroy",
    "api:domain": "create update destroy",
    "api:dyno": "create",
    "api:formation": "update destroy",
    "api:release": "create update",
    "api:sni-endpoint": "create update destroy",
    "dyno": "create update destroy",
}
SPELLINGS = {
    "fraction": r"T[\d:]{8}\.\d{6}Z",
    "offset": r"T[\d:]{8}\+00:00",
    "plain": r"T[\d:]{8}Z",
}


@pytest.mark.parametrize("name", names())
def test_every_sample_is_an_event_of_the_story(name: str) -> None:
    event = read(encode(sample(name)))
    assert event.created_at is not None
    assert event.app is not None
    assert event.app.name == "acme-web"
    assert event.actor is not None
    assert event.actor.email is not None
    assert event.actor.email.endswith(("@acme.example", "@example.com", "@heroku.com", "@addons.heroku.com"))


def test_every_entity_and_action_has_a_sample() -> None:
    events = [read(encode(sample(name))) for name in names()]
    there = {(event.include, event.action) for event in events}
    assert there >= {(include, action) for include, actions in KINDS.items() for action in actions.split()}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_a_time_occurs(spelling: str) -> None:
    created = [sample(name)["created_at"] for name in names()]
    assert any(re.search(spelling + "$", text) for text in created)


def lacks(doc: dict[str, Any], *keys: str) -> bool:
    return not set(keys) & set(doc)


def test_the_odd_shapes_are_there() -> None:
    assert lacks(sample("without_metadata"), "webhook_metadata")
    assert lacks(sample("dyno_crashed"), "sequence", "updated_at")
    assert sample("dyno_crashed")["published_at"] is None
    assert lacks(sample("release_update_without_current")["data"], "current")
    assert sample("release_update_without_description")["data"]["description"] is None
    assert lacks(sample("dyno_cycled")["data"], "exit_status")
    assert lacks(sample("collaborator_update_without_role")["data"], "role")
    assert all(sample(name).get("previous_data") == {} for name in names())


def test_event_ids_differ() -> None:
    assert len({sample(name)["id"] for name in names()}) == len(names())


def test_two_crashes_concern_one_release() -> None:
    crashes = [sample("dyno_crashed"), sample("dyno_crashed_again")]
    live = sample("release_update_succeeded")
    assert {crash["data"]["release"]["id"] for crash in crashes} == {live["data"]["id"]}
    assert crashes[0]["data"]["id"] != crashes[1]["data"]["id"]


def test_an_id_is_changed_in_both_places() -> None:
    doc = sample("dyno_crashed", id="e-1")
    assert doc["id"] == doc["webhook_metadata"]["event"]["id"] == "e-1"
    assert sample("without_metadata", id="e-1")["id"] == "e-1"


@pytest.mark.parametrize("name", ["dyno_crashed", "app_update", "addon_attachment_create"])
def test_the_app_is_changed_wherever_it_stands(name: str) -> None:
    body = encode(sample(name, app=AppRef("an-id", "other-app")))
    assert read(body).app == AppRef("an-id", "other-app")
    assert b'"acme-web"' not in body


def test_a_name_alone_always_comes_with_the_same_id() -> None:
    release, dyno = (read(encode(sample(n, app="other"))).app for n in ("release_update_failed", "dyno_crashed"))
    assert release == dyno
    assert release != read(encode(sample("dyno_crashed"))).app


@pytest.mark.parametrize("name", ["release_update_failed", "dyno_crashed", "release_update_without_current"])
def test_times_move_together_and_keep_their_spelling(name: str) -> None:
    before, at = sample(name), datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    after = sample(name, at=at)
    assert read(encode(after)).created_at == at
    assert len(after["created_at"]) == len(before["created_at"])
    gap = timedelta(seconds=1)
    assert abs(_age(after) - _age(before)) <= gap


def _age(doc: dict[str, Any]) -> timedelta:
    created_at = datetime.fromisoformat(doc["created_at"])
    return created_at - datetime.fromisoformat(doc["data"]["created_at"])


def test_overrides_reach_inside_make_way_and_take_out() -> None:
    overrides: dict[str, Any] = {"data.exit_status": 137, "data.new.deep": 1, "actor": ABSENT}
    doc = sample("dyno_crashed", **overrides)
    assert doc["data"]["exit_status"] == 137
    assert doc["data"]["new"] == {"deep": 1}
    assert "actor" not in doc


def test_a_copy_is_fresh() -> None:
    sample("dyno_crashed")["data"].clear()
    assert sample("dyno_crashed")["data"]


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(LookupError, match="did you mean 'dyno_crashed'"):
        sample("dyno_crash")


def test_a_delivery_of_ones_own_is_changed_alike_and_gets_what_it_lacks() -> None:
    mine = {"resource": "release", "action": "update", "data": {"status": "failed"}}
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    event = read(encode(changed(mine, id="e1", app="acme-shop", at=noon, **{"data.version": 7})))
    assert (event.id, event.created_at, event.data["version"]) == ("e1", noon, 7)
    assert event.app is not None
    assert (event.app.name, event.app.id is None) == ("acme-shop", False)


def test_the_times_of_a_delivery_of_ones_own_move_together() -> None:
    mine = {"created_at": "2020-01-01T00:00:05Z", "data": {"created_at": "2020-01-01T00:00:00Z"}}
    moved = changed(mine, at=datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert (moved["created_at"], moved["data"]["created_at"]) == ("2026-03-04T12:00:00Z", "2026-03-04T11:59:55Z")


def test_a_time_that_stands_for_never_stays() -> None:
    mine = {"created_at": "2020-01-01T00:00:00Z", "data": {"expires_at": "9999-12-31T00:00:00Z"}}
    assert changed(mine, at=datetime(2026, 3, 4, tzinfo=UTC))["data"]["expires_at"] == "9999-12-31T00:00:00Z"


@pytest.mark.parametrize("odd", [[], "text", None, {"event": 7}])
def test_a_delivery_whose_metadata_are_none_is_changed_all_the_same(odd: Any) -> None:
    assert changed({"webhook_metadata": odd}, id="e1") == {"id": "e1", "webhook_metadata": odd}
