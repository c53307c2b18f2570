"""A health check: good for a while or bad for a while, each look a row and no thread waiting."""

import re

import pytest

from rules.errors import RuleErrors
from rules.files.loading import Source, load
from tests.workers.actions.pages import Pages
from tests.workers.actions.scene import SECRET, occasion, rule, worked_through
from tests.workers.world import World
from workers.actions import SPECS
from workers.fetching import Fetcher

DO = "check: {url: %s, path: /healthz, good_for: 30s, bad_for: 20s, every: 10s, at_most: 2m%s}"


def timed(found: tuple[str, str], seconds: int) -> tuple[str, str]:
    """State and sentence, as if it had taken exactly so long: on a busy machine it is some seconds more."""
    state, sentence = found
    [told] = re.findall(r"for (\d+) s", sentence)
    assert seconds <= int(told) < seconds + 15
    return state, sentence.replace(f"for {told} s", f"for {seconds} s")


def checked(world: World, pages: Pages, more: str = "", *, url: str = "", private: bool = True) -> tuple[str, str]:
    environment = {"A_PAGE": f"{pages.url}/?key={SECRET}"}
    fetcher = Fetcher(private=private)
    world.worker(rule(DO % (url or pages.url, more), {}), environment=environment, fetcher=fetcher)
    world.deliver(occasion(world))
    worked_through(world, looks=30)
    return world.step()


def test_what_is_well_for_a_while_is_done(world: World, pages: Pages) -> None:
    state, sentence = checked(world, pages)
    assert timed((state, sentence), 30) == ("done", "127.0.0.1/healthz was well for 30 s.")
    assert {asked.path for asked in pages.asked} == {"/healthz"}
    assert 3 <= len(pages.asked) <= 5
    assert world.run().journal["step:0"].output == {"looks": len(pages.asked), "why": ""}


def test_what_is_bad_for_a_while_has_failed(world: World, pages: Pages) -> None:
    pages.usual = (503, "down")
    assert timed(checked(world, pages), 20) == ("failed", "127.0.0.1/healthz was not well for 20 s: it answered 503.")
    assert world.step("failure:0")[0] == "done"


def test_one_bad_look_begins_the_good_time_anew(world: World, pages: Pages) -> None:
    pages.answers.extend([(200, ""), (200, ""), (500, ""), (200, "")])
    assert checked(world, pages)[0] == "done"
    assert len(pages.asked) >= 7


def test_what_is_neither_fails_in_the_end(world: World, pages: Pages) -> None:
    pages.answers.extend([(200, ""), (500, "")] * 20)
    state, sentence = checked(world, pages)
    assert state == "failed"
    assert "was neither well nor bad for long enough within 2 min; now it" in sentence


WELL = [
    pytest.param(", contains: all is well", (200, "so all is well"), "done", id="the text is there"),
    pytest.param(", contains: all is well", (200, "no"), "failed", id="the text is missing"),
    pytest.param(", status: 204", (204, ""), "done", id="this status"),
    pytest.param(", status: 204", (200, ""), "failed", id="another status"),
    pytest.param(", status: [2xx, 401]", (401, ""), "done", id="one of several"),
    pytest.param("", (302, ""), "failed", id="a redirect is not followed"),
    pytest.param(", status: 3xx", (302, ""), "done", id="unless it is what is wished"),
]


@pytest.mark.parametrize(("more", "answer", "state"), WELL)
def test_what_counts_as_well(world: World, pages: Pages, more: str, answer: tuple[int, str], state: str) -> None:
    pages.usual = answer
    assert checked(world, pages, more)[0] == state
    assert {asked.path for asked in pages.asked} == {"/healthz"}


def test_an_address_where_nobody_answers_is_bad(world: World, pages: Pages) -> None:
    state, sentence = checked(world, pages, url="http://127.0.0.1:9")
    assert timed((state, sentence), 20) == (
        "failed",
        "127.0.0.1/healthz was not well for 20 s: it gave no answer (ConnectError).",
    )


def test_private_addresses_are_refused_at_once(world: World, pages: Pages) -> None:
    state, sentence = checked(world, pages, private=False)
    assert state == "failed"
    assert sentence.startswith("127.0.0.1/healthz cannot be asked: it leads to a private address; ALLOW_PRIVATE_")
    assert pages.asked == []


def test_an_address_out_of_the_environment_is_told_by_its_name(world: World, pages: Pages) -> None:
    assert timed(checked(world, pages, url="$A_PAGE"), 30) == ("done", "the address in $A_PAGE was well for 30 s.")
    assert SECRET not in world.kept()


def test_the_apps_own_address_is_what_is_asked_by_default(world: World) -> None:
    world.worker(rule("check: {path: '/healthz?deep=1', good_for: 20s}", {"apps": "read"}))
    world.deliver(occasion(world))
    worked_through(world)
    assert timed(world.step(), 20) == ("done", "127.0.0.1/visits/acme-shop/healthz was well for 20 s.")


def test_a_release_whose_dynos_crash_is_bad(world: World) -> None:
    world.simulator.deploy(world.app.name, "crash")
    world.pass_time(120)
    world.worker(rule("check: {bad_for: 20s}", {"apps": "read"}))
    world.deliver(occasion(world))
    worked_through(world)
    assert timed(world.step(), 20) == ("failed", "127.0.0.1/visits/acme-shop/ was not well for 20 s: it answered 503.")


def test_without_an_address_the_rule_must_be_let_read_the_app() -> None:
    with pytest.raises(RuleErrors, match="needs apps: read"):
        load([Source("rules.yaml", rule("check: {}", {}))], actions=SPECS)


def test_an_answer_must_come_within_the_longest_request() -> None:
    with pytest.raises(RuleErrors, match="timeout: must be at most 10 s"):
        load([Source("rules.yaml", rule("check: {url: 'https://a.example', timeout: 11s}", {}))], actions=SPECS)


BY_EVENT = [
    pytest.param("{url: '{{ data.command }}'}", "http://127.0.0.1:9/x", "127.0.0.1/x was not well", id="all of it"),
    pytest.param("{url: 'http://{{ data.command }}:9/'}", "127.0.0.1", "127.0.0.1/ was not well", id="the host"),
    pytest.param("{url: 'http://{{ data.command }}:9/'}", "a@evil", "cannot be in a host name", id="a name and a host"),
    pytest.param("{url: 'http://{{ data.command }}/'}", "127.0.0.1:22", "cannot be in a host name", id="a port"),
    pytest.param("{url: 'http://127.0.0.1:9', path: '/{{ data.command }}'}", "..", "leads elsewhere", id="up"),
    pytest.param("{url: 'http://127.0.0.1:9', path: '/{{ data.command }}'}", "/x", "127.0.0.1/%2Fx was", id="a path"),
]


@pytest.mark.parametrize(("params", "value", "told"), BY_EVENT)
def test_an_event_may_say_which_host_and_nothing_more(world: World, params: str, value: str, told: str) -> None:
    world.worker(rule(f"check: {params[:-1]}, bad_for: 5s}}", {}), fetcher=Fetcher(private=True))
    world.deliver(occasion(world, **{"data.command": value}))
    worked_through(world)
    state, sentence = world.step()
    assert (state, told in sentence) == ("failed", True), sentence


WRONG = [
    pytest.param("{url: acme.example}", "url: must be an address like https://", id="no address"),
    pytest.param("{url: 'https://'}", "url: must be an address like https://", id="no host"),
    pytest.param("{url: 'ftp://{{ data.name }}/'}", "url: must begin with https://", id="another scheme"),
    pytest.param("{url: 'acme.example/{{ data.name }}'}", "url: must begin with https://", id="no scheme"),
    pytest.param("{url: $A, path: '{{ data.name }}'}", "path: must begin with a / that is written", id="all the path"),
    pytest.param("{url: $A, path: '//{{ data.name }}'}", "path: must begin with a / that is written", id="a host"),
]


@pytest.mark.parametrize(("params", "told"), WRONG)
def test_an_address_that_can_be_none_is_told_when_the_rule_is_loaded(params: str, told: str) -> None:
    with pytest.raises(RuleErrors) as raised:
        load([Source("rules.yaml", rule(f"check: {params}", {}))], actions=SPECS)
    assert told in str(raised.value)
    assert "rules.yaml:12:" in str(raised.value)


@pytest.mark.parametrize("path", ["//elsewhere.example", "healthz"])
def test_a_path_leads_nowhere_else(path: str) -> None:
    with pytest.raises(RuleErrors, match="path"):
        load([Source("rules.yaml", rule(f"check: {{url: 'https://a.example', path: '{path}'}}", {}))], actions=SPECS)


RELEASED = """
version: 1
rules:
  - name: check-release
    mode: live
    on: api:release
    match: {data.current: true}
    each: data.id
    access: {releases: write}
    do: [{check: {url: "%s", bad_for: 30s}}]
    on_failure: [{rollback: {}}]
"""


def test_a_release_that_does_not_answer_is_taken_back(world: World, pages: Pages) -> None:
    """The whole of it as one rule: released, checked, bad, rolled back."""
    pages.usual = (500, "")
    text = RELEASED % pages.url
    world.subscribe()
    world.simulator.deploy("acme-shop")
    world.pass_time(120)
    world.worker(text)
    world.deliver(world.releases(42)[-1])
    worked_through(world, looks=20)
    assert world.step("failure:0") == ("done", "Rolled back from v42 to v41: v43 (Rollback to v41) is live.")
