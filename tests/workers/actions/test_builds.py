"""`build`: what is said of an archive that an event names, and what of the address reaches Heroku."""

import pytest

from rules.examining import examine
from rules.files.loading import Source
from tests.workers.actions.scene import ENVIRONMENT, SECRET, occasion, rule, worked_through
from tests.workers.world import World
from workers.actions import SPECS

ACCESS = {"builds": "full"}
X = "{{ data.command }}"
SUM = f"checksum: 'SHA256:{'0' * 64}'"


def told(params: str) -> list[str]:
    """What `rules check` says of the step."""
    problems = examine([Source("rules.yaml", rule(f"build: {{{params}}}", ACCESS))], actions=SPECS).problems
    return [str(problem) for problem in problems if ".build" in problem.key and "comes back" not in problem.message]


ODD = [
    pytest.param(f"url: '{X}'", id="all of the address"),
    pytest.param(f"url: 'https://sources.example/{X}.tgz'", id="a part of it"),
    pytest.param(f"url: '{X}', checksum: '{X}'", id="a checksum out of the same event"),
]


@pytest.mark.parametrize("params", ODD)
def test_an_archive_that_an_event_names_is_built_only_with_a_warning(params: str) -> None:
    """Whoever can write an event had their own code built, with the app's config at hand."""
    [problem] = told(params)
    assert problem.startswith("rules.yaml:12:22: warning: rules[0].do[0].build.url: the build runs whatever the event")
    assert "write its checksum into the rule, or the whole address" in problem


def test_by_a_call_it_is_no_other_thing() -> None:
    do = f"call: {{endpoint: create_build, with: {{source_blob: {{url: '{X}'}}}}}}"
    problems = examine([Source("rules.yaml", rule(do, ACCESS))], actions=SPECS).problems
    odd = [problem.key for problem in problems if "runs whatever the event names" in problem.message]
    assert odd == ["rules[0].do[0].call.with.source_blob.url"]


@pytest.mark.parametrize(
    "params", [f"url: '{X}', {SUM}", "url: $A_LINK", "url: 'https://sources.example/a.tgz'", f"url: $A, version: '{X}'"]
)
def test_what_the_rule_names_itself_is_left_alone(params: str) -> None:
    assert told(params) == []


def built(world: World, params: str, **event: str) -> tuple[str, str]:
    world.worker(rule(f"build: {{{params}}}", ACCESS), environment=ENVIRONMENT)
    world.deliver(occasion(world, **event))
    worked_through(world)
    return world.step()


def test_what_an_event_says_stays_one_segment_of_the_address(world: World) -> None:
    built(world, f"url: 'https://sources.example/{X}.tgz', {SUM}", **{"data.command": "../evil/a?b"})
    [call] = world.heroku.calls("POST", "*/builds")
    assert call.body is not None
    assert call.body["source_blob"]["url"] == "https://sources.example/..%2Fevil%2Fa%3Fb.tgz"


def test_a_signed_address_out_of_an_event_fails_and_says_why(world: World) -> None:
    """Templates leave out what may be a key, and Heroku was asked to build an address that ended in ?…"""
    link = f"https://sources.example/a.tgz?key={SECRET}"
    state, sentence = built(world, f"url: '{X}', {SUM}", **{"data.command": link})
    assert state == "failed"
    assert "does not print the query of an address" in sentence
    assert world.posts() == []
