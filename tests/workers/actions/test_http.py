"""A webhook of the team's own: what it says, how it is signed, and what is tried again."""

import json
import re
from typing import Any

import pytest

from rules.errors import RuleErrors
from rules.files.loading import Source, load
from tests.workers.actions.pages import Pages
from tests.workers.actions.scene import SECRET, occasion, rule, worked_through
from tests.workers.world import World
from workers import signing
from workers.actions import SPECS
from workers.fetching import Fetcher

SIGNING = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


def posted(
    world: World, pages: Pages, more: str = "", *, private: bool = True, about: dict[str, Any] | None = None
) -> tuple[str, str]:
    environment = {"A_PAGE": f"{pages.url}/hook?key={SECRET}", "A_SECRET": SECRET, "SIGNING": SIGNING, "ODD": "x"}
    do = f"http: {{url: $A_PAGE{more}}}"
    world.worker(rule(do, {}), environment=environment, fetcher=Fetcher(private=private))
    world.deliver(occasion(world, **(about or {})))
    worked_through(world, seconds=20)
    return world.step()


def test_it_says_which_rule_and_what_about_unless_told_otherwise(world: World, pages: Pages) -> None:
    assert posted(world, pages) == ("done", "Posted to the address in $A_PAGE: it answered 200.")
    [asked] = pages.asked
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    told = {"rule": "act", "app": "acme-shop", "event": "e1", "run": "e1:act", "dedup_key": "e1:act:step:0"}
    assert json.loads(asked.body) == told
    assert SECRET not in world.kept()


def test_the_body_is_what_the_rule_says(world: World, pages: Pages) -> None:
    more = ", body: {event: {kind: crash, dyno: '{{ data.name }}'}, key: $A_SECRET, n: 3}"
    posted(world, pages, more, about={"data.name": "$A_SECRET"})
    assert json.loads(pages.asked[0].body) == {
        "event": {"kind": "crash", "dyno": "$A_SECRET"},
        "key": SECRET,
        "n": 3,
    }


def test_it_is_signed_with_the_secret_that_it_is_given(world: World, pages: Pages) -> None:
    posted(world, pages, ", secret: $SIGNING, headers: {X-Token: $A_SECRET}")
    [asked] = pages.asked
    at = int(asked.headers["webhook-timestamp"])
    wanted = signing.headers(asked.body, id="e1:act:step:0", at=at, secrets=SIGNING)
    assert {name: asked.headers[name] for name in wanted} == wanted
    assert asked.headers["x-token"] == SECRET
    assert SECRET not in world.kept()


def test_what_is_tried_again_has_the_same_id(world: World, pages: Pages) -> None:
    pages.answers.extend([(503, ""), (429, "")])
    assert posted(world, pages, ", secret: $SIGNING")[0] == "done"
    assert len(pages.asked) == 3
    assert len({asked.headers["webhook-id"] for asked in pages.asked}) == 1


ENDS = [
    pytest.param("", (404, "no"), "the address in $A_PAGE answered 404.", id="refused"),
    pytest.param("", (302, ""), "the address in $A_PAGE answered 302.", id="elsewhere"),
    pytest.param(", secret: $ODD", (200, ""), "The secret for the address in $A_PAGE is none: ", id="no secret"),
]


@pytest.mark.parametrize(("more", "answer", "told"), ENDS)
def test_what_is_refused_fails(world: World, pages: Pages, more: str, answer: tuple[int, str], told: str) -> None:
    pages.usual = answer
    state, sentence = posted(world, pages, more)
    assert state == "failed"
    assert sentence.startswith(told)


def test_private_addresses_are_refused(world: World, pages: Pages) -> None:
    state, sentence = posted(world, pages, private=False)
    assert (state, pages.asked) == ("failed", [])
    assert "it leads to a private address" in sentence


WRONG = [
    pytest.param("{url: 'https://a.example/?key=abc'}", "looks like a secret", id="a key in the address"),
    pytest.param("{url: $X, body: {a: [$WEBHOOK_SECRET]}}", "a setting of this service", id="our own secret"),
    pytest.param("{url: $X, headers: {Host: elsewhere.example}}", "no header that can be given", id="another host"),
    pytest.param('{url: $X, headers: {X-A: "a\\nb"}}', "one line of ASCII", id="two lines"),
    pytest.param("{url: acme.example/hook}", "must be an address like https://", id="no address"),
    pytest.param("{url: 'https://acme.example:99999/'}", "must be an address like https://", id="no port"),
    pytest.param("{url: ''}", "must not be empty", id="an empty address"),
    pytest.param("{url: $X, headers: {Authorization: Bearer abcdef}}", "looks like a secret", id="a key in a header"),
]


@pytest.mark.parametrize(("params", "told"), WRONG)
def test_what_must_not_be_sent_is_told_when_the_rule_is_loaded(params: str, told: str) -> None:
    with pytest.raises(RuleErrors, match=re.escape(told)):
        load([Source("rules.yaml", rule(f"http: {params}", {}))], actions=SPECS)


@pytest.mark.parametrize(
    "url",
    [
        "{{ data.url }}",
        "https://{{ data.host }}/x",
        "https://acme.example{{ data.rest }}",
    ],
)
def test_an_event_cannot_say_who_gets_it(url: str) -> None:
    """What is sent may be signed and hold keys; they would go to whoever can write an event."""
    with pytest.raises(RuleErrors, match="its host must be written out"):
        load([Source("rules.yaml", rule(f"http: {{url: '{url}', headers: {{X: $A_SECRET}}}}", {}))], actions=SPECS)


def test_what_an_event_says_is_one_segment_of_the_path_and_one_value_of_the_query(world: World, pages: Pages) -> None:
    """A release described as `../admin?as=root` had a webhook of the team's own called at another path."""
    do = f"http: {{url: '{pages.url}/deploys/{{{{ data.command }}}}/done?of={{{{ data.command }}}}&a=b'}}"
    world.worker(rule(do, {}), fetcher=Fetcher(private=True))
    world.deliver(occasion(world, **{"data.command": "../admin?as=root#x y"}))
    worked_through(world)
    [asked] = pages.asked
    value = "..%2Fadmin%3Fas%3Droot%23x%20y"
    assert asked.path == f"/deploys/{value}/done?of={value}&a=b"
