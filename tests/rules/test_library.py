"""The rules that ship: each loads, touches nothing until it is turned on, and is about the right deliveries."""

from pathlib import Path

import pytest

from heroku import samples
from heroku.events import Event, read
from rules.deciding import decide
from rules.loading import Source, load
from rules.model import Mode
from rules.rulebook import Rulebook
from tests.rules.factories import ACTIONS, NOON

FOLDER = Path(__file__).parents[2] / "rules" / "library"
FILES = sorted(FOLDER.glob("*.yaml"))


def library() -> Rulebook:
    return load([Source(file.name, file.read_text()) for file in FILES], actions=ACTIONS, environment={})


def sample(name: str) -> Event:
    return read(samples.encode(samples.sample(name)))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_holds_the_one_rule_it_is_named_for_and_says_what_it_is(file: Path) -> None:
    [rule] = load([Source(file.name, file.read_text())], actions=ACTIONS).rules

    assert rule.name == file.stem
    assert rule.mode is Mode.SHADOW
    assert rule.description.endswith(".")
    assert rule.on_failure


def test_the_whole_library_loads_without_any_setting() -> None:
    assert {rule.name for rule in library().rules} == {file.stem for file in FILES}


def rules_for(event: Event) -> dict[str, str]:
    """Which rules are meant for an event, and what they should count it by."""
    if (event.include, event.action, event.data.get("status")) == ("api:release", "update", "failed"):
        return {"roll-back-failed-release": event.data["id"]}
    if event.include == "dyno" and (event.data["type"], event.data["state"]) == ("web", "crashed"):
        return {"roll-back-crashing-release": event.data["release"]["id"]}
    return {}


@pytest.mark.parametrize("name", samples.names())
def test_every_sample_reaches_the_rules_that_are_meant_for_it(name: str) -> None:
    event = sample(name)

    fired = decide(library(), event, now=event.created_at or NOON).fired

    assert {verdict.rule.name: verdict.key for verdict in fired} == rules_for(event)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_rule_is_reached_by_some_sample(file: Path) -> None:
    assert any(file.stem in rules_for(sample(name)) for name in samples.names())


def test_two_crashes_of_one_release_share_a_key() -> None:
    keys = {
        verdict.key
        for name in ("dyno_crashed", "dyno_crashed_again")
        for verdict in decide(library(), sample(name), now=NOON).matched
    }

    assert len(keys) == 1
