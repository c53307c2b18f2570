"""The rules that ship: each loads, touches nothing until it is turned on, and is about the right deliveries."""

from pathlib import Path
from typing import Any

import pytest

from heroku import samples
from heroku.events import Event, read
from rules.deciding import decide
from rules.examining import examine
from rules.files.loading import Source, load
from rules.model import Mode
from rules.rulebook import Rule, Rulebook
from rules.trials.suites import suites
from rules.trials.testing import run
from tests.rules.factories import NOON
from workers.actions import SPECS

FOLDER = Path(__file__).parents[2] / "rules" / "library"
FILES = sorted(FOLDER.glob("*.yaml"))
NAMES = [file.stem for file in FILES]
SOURCES = [Source(file.name, file.read_text()) for file in FILES]
WAITING = {"collaborator-from-outside": ("domain",)}  # for values that nobody can guess

CRASHES = {"roll-back-and-ask-why", "roll-back-crashing-release"}
MEANT = {
    "addon_destroy": {"removed-addon"},
    "build_update_failed": {"explain-failed-build"},
    "collaborator_create": {"collaborator-from-outside"},
    "domain_destroy": {"removed-domain"},
    "dyno_crashed": CRASHES,
    "dyno_crashed_again": CRASHES,
    "dyno_crashed_with_good_release": CRASHES,
    "dyno_without_metadata": CRASHES,
    "release_update_failed": {"roll-back-failed-release"},
    "release_update_succeeded": {"check-health-after-release"},
    "release_update_without_description": {"roll-back-failed-release"},
    "unknown_fields": {"check-health-after-release"},
    "without_metadata": {"roll-back-failed-release"},
}
"""Sample → the rules whose `match` it fits; all other samples fit none."""

CHANGED: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "a production app's formation": ("formation_update", {"data.app.name": "acme-production"}, {"web-scaled-to-zero"}),
    "a worker's crash": ("dyno_crashed", {"data.type": "worker"}, {"restart-stuck-dyno"}),
    "the end of a release phase": ("dyno_crashed", {"data.type": "release"}, set()),
    "a rollback that goes live": ("release_update_succeeded", {"data.description": "Rollback to v41"}, set()),
    "one of our people": ("collaborator_create", {"data.user.email": "new@acme.example"}, set()),
    "Heroku's own name for an app": ("domain_destroy", {"data.kind": "heroku"}, set()),
}


def library(*more: str) -> Rulebook:
    """The library, and files of one's own."""
    own = [Source(f"own{number}.yaml", text) for number, text in enumerate(more)]
    return load([*SOURCES, *own], actions=SPECS, environment={}, library=SOURCES)


def every(book: Rulebook) -> list[Rule]:
    """The rules, those that wait for a value with their example."""
    return [*book.rules, *(template.example for template in book.templates if template.example)]


def reached(event: Event) -> set[str]:
    book = library()
    fired = decide(Rulebook.of(every(book), book.targets), event, now=event.created_at or NOON).fired
    return {verdict.rule.name for verdict in fired}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_file_holds_the_one_rule_it_is_named_for_and_says_what_it_is(file: Path) -> None:
    [rule] = every(load([Source(file.name, file.read_text())], actions=SPECS))

    assert rule.name == file.stem
    assert rule.mode is Mode.SHADOW
    assert rule.description.endswith(".")
    assert rule.on_failure


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_file_opens_with_its_story(file: Path) -> None:
    schema, *story = file.read_text().partition("\nversion: 1\n")[0].splitlines()
    assert schema.startswith("# yaml-language-server: ")
    assert len(story) >= 2
    assert all(line.startswith("#") for line in story)


def test_the_whole_library_loads_without_any_setting() -> None:
    book = library()
    assert {rule.name for rule in book.rules} == set(NAMES) - set(WAITING)
    assert {template.name: template.needs for template in book.templates} == WAITING


def test_nothing_is_to_be_said_of_it_as_a_whole() -> None:
    assert [str(problem) for problem in examine(SOURCES, actions=SPECS, environment={}).problems] == []


@pytest.mark.parametrize("name", samples.names())
def test_every_sample_reaches_the_rules_that_are_meant_for_it(name: str) -> None:
    assert reached(read(samples.encode(samples.sample(name)))) == MEANT.get(name, set())


@pytest.mark.parametrize(("name", "changes", "meant"), CHANGED.values(), ids=CHANGED)
def test_what_the_samples_leave_open(name: str, changes: dict[str, Any], meant: set[str]) -> None:
    assert reached(read(samples.encode(samples.sample(name, **changes)))) == meant


def test_every_rule_is_reached_by_something() -> None:
    assert set(NAMES) == set().union(*MEANT.values(), *(meant for _, _, meant in CHANGED.values()))


# --- taking one over ---


def test_the_stranger_s_rule_is_turned_on_with_two_lines_and_a_domain() -> None:
    book = library(
        "version: 1\nrules:\n  - use: collaborator-from-outside\n    mode: live\n    with: {domain: acme.example}\n"
    )
    rule = book.rule("collaborator-from-outside")

    assert rule is not None
    assert (rule.mode, book.templates) == (Mode.LIVE, ())


@pytest.mark.parametrize("to", ["ops", "[ops, system]"])
@pytest.mark.parametrize("name", NAMES)
def test_every_rule_tells_whomever_it_is_given(name: str, to: str) -> None:
    values = f"to: {to}, domain: acme.example" if name in WAITING else f"to: {to}"
    own = f"version: 1\nrules:\n  - use: {name}\n    mode: live\n    with: {{{values}}}\n"
    rule = library(own + "targets: {ops: {log: true}}\n").rule(name)

    assert rule is not None
    told = [step.params["to"] for step in (*rule.do, *rule.on_failure) if step.action == "notify"]
    assert ("ops" if to == "ops" else ["ops", "system"]) in told
    assert "log" not in told


def test_every_value_that_a_rule_takes_gets_into_it() -> None:
    """With other values than the defaults the web rule is about another type, on another app."""
    own = """\
version: 1
rules:
  - use: web-scaled-to-zero
    with: {type: api, at_least: 3, app: acme-shop}
tests:
  - name: it comes back
    events:
      - {sample: formation_update, at: 0s, app: acme-shop, with: {data.type: api}}
      - {sample: formation_update, at: 1m, app: acme-shop, with: {data.type: api, data.quantity: 0}}
    expect: [{rule: web-scaled-to-zero, at: 1m}]
"""
    source = Source("own.yaml", own)
    book = load([source], actions=SPECS, library=SOURCES)
    [suite] = suites([source], book)

    assert run(suite.cases[0].model, suite.book, actions=SPECS).failures == ()
    assert book.rules[0].do[0].params == {"type": "api", "at_least": 3}
