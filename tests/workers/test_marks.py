"""What our calls bring about is known as ours, and what people do to the same things later is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heroku import events
from heroku.events import Event
from heroku.samples import encode, sample
from workers import marks

NOW = datetime(2025, 5, 17, 12, 0, tzinfo=UTC)
APP = "5b1f0f5e-0a6c-4f0e-9d3b-2f6d1c8a7e10"


def event(name: str, **more: Any) -> Event:
    return events.read(encode(sample(name, **{"data.app.id": APP, **more})))


def one(name: str, **more: Any) -> str:
    return marks.of(event(name, **{"data.id": "x", **more}))


@pytest.mark.parametrize("name", ["release_create_pending", "release_update_failed", "build_update_failed"])
def test_all_that_happens_to_a_release_or_a_build_of_ours_is_ours(name: str) -> None:
    assert one(name) == "x"


@pytest.mark.parametrize("name", ["oneoff_crashed", "scheduler_crashed"])
def test_so_is_the_life_of_a_one_off_dyno(name: str) -> None:
    assert one(name) == "x"


@pytest.mark.parametrize("name", ["addon_create", "domain_create", "collaborator_create"])
def test_what_we_made_is_ours_when_it_begins(name: str) -> None:
    assert one(name) == marks.made("x")


@pytest.mark.parametrize("name", ["addon_destroy", "domain_destroy", "collaborator_destroy"])
def test_what_we_took_away_is_ours_when_it_ends(name: str) -> None:
    assert one(name) == marks.removed("x") != marks.made("x")


def test_a_change_is_ours_as_of_its_time_and_another_one_is_not() -> None:
    """A formation that we once scaled is not ours for ever: what a person does to it later must be heard."""
    at = "2025-05-17T12:00:00.404020Z"
    assert one("formation_update", **{"data.updated_at": at}) == marks.changed("x", NOW)
    assert one("formation_update", **{"data.updated_at": at}) != marks.changed("x", NOW + timedelta(seconds=1))


@pytest.mark.parametrize("name", ["dyno_crashed", "dyno_crashed_again"])
def test_a_crash_is_nobodys_intention(name: str) -> None:
    assert one(name) == ""


def test_the_dyno_that_a_restart_ends_is_ours_by_its_end() -> None:
    assert one("dyno_cycled") == marks.removed("x")


@pytest.mark.parametrize("id", [None, 7, ["x"], "x" * 300], ids=["none", "number", "list", "long"])
def test_what_has_no_usable_id_has_no_mark(id: Any) -> None:
    assert one("addon_destroy", **{"data.id": id}) == ""


INTENTS = [
    pytest.param(
        "release_update_failed", {"data.description": "Rollback to v3"}, ["release:Rollback to v3"], id="release"
    ),
    pytest.param("release_update_failed", {"data.description": None}, ["release:*"], id="release that says nothing"),
    pytest.param(
        "release_create_config",
        {"data.description": "Set FOO config vars"},
        ["release:Set FOO config vars", "config:Set FOO config vars", "config:*"],
        id="config",
    ),
    pytest.param("build_update_failed", {"data.source_blob.version": "abc"}, ["build:abc"], id="build"),
    pytest.param("formation_update", {"data.type": "web"}, ["formation:web"], id="formation"),
    pytest.param(
        "dyno_cycled", {"data.name": "web.1", "data.type": "web"}, ["dyno:web.1", "dyno:web", "dyno:all"], id="dyno"
    ),
    pytest.param("addon_create", {"data.name": "a", "data.plan.name": "b:c"}, ["addon:a", "addon:b:c"], id="add-on"),
    pytest.param("domain_create", {"data.hostname": "acme.example"}, ["domain:acme.example"], id="domain"),
    pytest.param("domain_create", {"data.hostname": {"x": 1}}, ["domain:*"], id="domain without a name"),
    pytest.param(
        "collaborator_create",
        {"data.user.email": "a@b.example", "data.user.id": "u"},
        ["collaborator:a@b.example", "collaborator:u"],
        id="collaborator",
    ),
    pytest.param("sni_endpoint_create", {}, [], id="what no action touches"),
]


@pytest.mark.parametrize(("name", "more", "intents"), INTENTS)
def test_what_an_open_call_may_have_intended(name: str, more: dict[str, Any], intents: list[str]) -> None:
    assert marks.intents(event(name, **more)) == [f"{APP}:{intent}" for intent in intents]


def test_an_event_of_no_app_was_intended_by_nobody() -> None:
    assert marks.intents(event("domain_create", **{"data.app": None})) == []


def test_the_end_of_a_one_off_tells_its_status() -> None:
    assert marks.exit_of(event("oneoff_crashed", **{"data.id": "x", "data.exit_status": 3})) == ("x", 3)


NO_END = [
    pytest.param("dyno_crashed", {}, id="of the formation"),
    pytest.param("oneoff_crashed", {"action": "update"}, id="not over"),
    pytest.param("oneoff_crashed", {"data.exit_status": None}, id="no status"),
    pytest.param("oneoff_crashed", {"data.exit_status": True}, id="an odd status"),
    pytest.param("oneoff_crashed", {"data.exit_status": 10**30}, id="a status that none has"),
    pytest.param("oneoff_crashed", {"data.id": None}, id="no id"),
]


@pytest.mark.parametrize(("name", "more"), NO_END)
def test_other_events_tell_of_no_such_end(name: str, more: dict[str, Any]) -> None:
    assert marks.exit_of(event(name, **more)) is None
