"""PagerDuty: one incident for each trouble, opened and closed by its name."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from core.outbox import Trouble
from heroku.errors import Refused, Unavailable
from rules.rulebook import Target
from tests.workers.hooks import Hook, running
from tests.workers.senders.factories import message, note
from workers.notes import Message, Note, brief
from workers.senders import pagerduty
from workers.telling import Teller

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running() as hook:
        yield hook


def send(hook: Hook, sent: Message, **options: Any) -> None:
    teller = Teller({"PAGER": hook.url.replace("http://", f"http://{KEY}@")}, private=True, timeout=2.0)
    try:
        teller.send(Target("pagerduty", "PAGER", options), sent)
    finally:
        teller.close()


def test_an_event_is_as_pagerduty_wants_it(hook: Hook) -> None:
    send(hook, message(note("v12 crashes\nand more")), severity="critical")

    [sent] = hook.sent
    details = {"text": "v12 crashes\nand more", "count": 1, "look": "bin/dynohook runs show e1:tell"}
    assert sent.path == "/v2/enqueue"
    assert sent.message == {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "tell:acme-shop",
        "payload": {
            "summary": "acme-shop · tell: v12 crashes",
            "source": "acme-shop",
            "severity": "critical",
            "component": "dynohook",
            "custom_details": details,
        },
        "client": "Dynohook",
    }


def test_what_is_over_closes_the_incident(hook: Hook) -> None:
    send(hook, message(note("well again", incident="shop-down", resolve=True)))

    assert hook.sent[0].message == {"routing_key": KEY, "event_action": "resolve", "dedup_key": "shop-down"}


A, OVER, B_OVER = note(incident="a"), note(incident="a", resolve=True), note(incident="b", resolve=True)
MANY = [note(incident=str(number)) for number in range(20)]


@pytest.mark.parametrize(
    ("notes", "count", "sent"),
    [
        pytest.param([A, A], 2, [("trigger", "a")], id="twice the same"),
        pytest.param([A, OVER], 2, [("resolve", "a")], id="over already"),
        pytest.param([OVER, A], 2, [("trigger", "a")], id="back again"),
        pytest.param([A, B_OVER], 2, [("trigger", "a"), ("resolve", "b")], id="two"),
        pytest.param([A] * 20, 500, [("trigger", "a")], id="500 of one"),
        pytest.param(MANY, 500, [("trigger", "burst:ops")], id="500 of many"),
        pytest.param([B_OVER, *MANY], 21, [("trigger", "burst:ops"), ("resolve", "b")], id="many, and one is over"),
    ],
)
def test_a_burst_opens_few_incidents(notes: list[Note], count: int, sent: list[tuple[str, str]]) -> None:
    events = pagerduty.events(message(*notes, count=count), severity="error")

    assert [(event["event_action"], event["dedup_key"]) for event in events] == sent


AGAIN, OTHER = Trouble("a", 480, over=False), Trouble("b", 3, over=False)
ENDED, OTHER_ENDED = Trouble("a", 1, over=True), Trouble("b", 1, over=True)


@pytest.mark.parametrize(
    ("troubles", "count", "sent"),
    [
        pytest.param([AGAIN], 500, [("trigger", "a")], id="more of the same"),
        pytest.param([AGAIN, OTHER], 503, [("trigger", "a"), ("trigger", "b")], id="two"),
        pytest.param([ENDED], 21, [("resolve", "a")], id="it is over"),
        pytest.param([OTHER_ENDED], 21, [("trigger", "a"), ("resolve", "b")], id="another is over"),
        pytest.param([OTHER], 500, [("trigger", "burst:ops")], id="of some nothing is known"),
        pytest.param(
            [Trouble(str(number), 1, over=number == 7) for number in range(20)],
            40,
            [("trigger", "burst:ops"), ("resolve", "7")],
            id="too many",
        ),
    ],
)
def test_what_is_not_shown_is_not_lost(troubles: list[Trouble], count: int, sent: list[tuple[str, str]]) -> None:
    """Of a burst 20 notes are shown. The 21st opened another incident, or closed this one, and nobody was told."""
    told = dataclasses.replace(message(*[A] * 20, count=count), troubles=troubles)
    events = pagerduty.events(told, severity="error")

    assert [(event["event_action"], event["dedup_key"]) for event in events] == sent


def test_an_incident_of_which_nothing_is_shown_has_its_name() -> None:
    told = dataclasses.replace(message(*[A] * 20, count=23), troubles=[OTHER])
    first, other = pagerduty.events(told, severity="error")

    assert (first["payload"]["summary"], first["payload"]["custom_details"]["count"]) == (
        "20 messages about acme-shop",
        20,
    )
    assert other["payload"]["summary"] == "b, among 23 messages"


def test_of_500_it_tells_the_number() -> None:
    [event] = pagerduty.events(message(*[A] * 20, count=500), severity="error")

    assert event["payload"]["summary"] == "500 messages"
    assert event["payload"]["custom_details"]["count"] == 500


def test_long_names_of_incidents_stay_apart() -> None:
    one, other = (brief("x" * 300 + end) for end in "ab")

    assert one != other
    assert len(one) == len(other) == 255


def test_texts_are_no_longer_than_it_takes() -> None:
    [event] = pagerduty.events(message(note("x" * 16_000, title="y" * 500)), severity="error")

    assert len(event["payload"]["summary"]) == 1_024
    assert len(event["payload"]["custom_details"]["text"]) == 8_000


def test_if_one_is_put_off_all_are_tried_again(hook: Hook) -> None:
    """PagerDuty takes what it has already for the same, so that sending it again does no harm."""
    hook.answers.extend([(202, None), (429, "9")])
    with pytest.raises(Unavailable) as caught:
        send(hook, message(A, note(incident="b", key="2")))

    assert caught.value.retry_after == 9.0


@pytest.mark.parametrize(
    "value", ["", "short", "https://events.eu.pagerduty.com", "https://short@events.pagerduty.com"]
)
def test_a_key_that_is_none_is_named_by_its_variable(value: str) -> None:
    with pytest.raises(Refused, match="its variable PAGER "):
        Teller({"PAGER": value}, private=True).send(Target("pagerduty", "PAGER"), message())
