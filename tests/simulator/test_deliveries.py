"""Deliveries over a real socket: signed, in order, retried until acknowledged, repeated when asked."""

from dataclasses import replace

import pytest

from heroku.signature import HEADER, Verifier
from tests.simulator.driving import FAST, Live, Serving
from tests.simulator.receiving import Received, Receiver
from toolbelt.simulator.remote import wait_for

SECRET = "not-so-secret"
RELEASES = ["api:release"]
STORY = [("create", "pending", False), ("update", "succeeded", False), ("update", "succeeded", True)]


def arrived(receiver: Receiver) -> list[tuple[str, str, bool]]:
    return [(each["action"], each["data"]["status"], each["data"]["current"]) for each in receiver.documents()]


def fits(received: Received) -> bool:
    check = Verifier([SECRET]).begin()
    check.update(received.body)
    return check.fits(received.headers[HEADER].encode())


def test_deliveries_are_signed_and_carry_their_metadata(live: Live, receiver: Receiver) -> None:
    made = live.remote.subscribe(receiver.url, secret=SECRET, authorization="Bearer of-news", include=RELEASES)
    live.remote.deploy("acme-shop")
    wait_for(lambda: arrived(receiver) == STORY, 10)
    for received in receiver.received:
        document, metadata = received.document, received.document["webhook_metadata"]
        assert fits(received)
        assert received.headers["Authorization"] == "Bearer of-news"
        assert metadata["event"] == {"id": document["id"], "include": "api:release"}
        assert metadata["webhook"]["id"] == made.id
    assert len({received.document["id"] for received in receiver.received}) == len(STORY)


def test_a_delivery_that_fails_is_retried_and_the_later_ones_wait(live: Live, receiver: Receiver) -> None:
    receiver.answers.extend([500, 401, 302])
    live.remote.subscribe(receiver.url, secret=SECRET, include=RELEASES)
    live.remote.deploy("acme-shop")
    wait_for(lambda: arrived(receiver) == STORY, 10)
    assert [received.status for received in receiver.received] == [500, 401, 302, 200, 200, 200]
    tries = [received.document["webhook_metadata"] for received in receiver.received[:4]]
    assert len({metadata["delivery"]["id"] for metadata in tries}) == 1
    assert len({metadata["attempt"]["id"] for metadata in tries}) == 4
    assert len({received.headers[HEADER] for received in receiver.received[:4]}) == 4
    assert all(fits(received) for received in receiver.received)
    first, *_ = wait_for(
        lambda: [each for each in live.remote.deliveries() if each.status == "succeeded"],
        10,
    )
    assert [attempt.status for attempt in first.attempts] == [500, 401, 302, 200]


def test_at_level_notify_there_is_one_attempt(live: Live, receiver: Receiver) -> None:
    receiver.answers.extend([500])
    live.remote.subscribe(receiver.url, include=RELEASES, level="notify")
    live.remote.deploy("acme-shop")
    wait_for(lambda: arrived(receiver) == STORY[1:], 10)
    assert [received.status for received in receiver.received] == [500, 200, 200]
    assert live.remote.deliveries()[0].status == "failed"


def test_every_delivery_is_posted_three_times_when_asked(serving: Serving, receiver: Receiver) -> None:
    with serving(replace(FAST, repeat=3)) as live:
        live.remote.subscribe(receiver.url, secret=SECRET, include=RELEASES)
        live.remote.deploy("acme-shop")
        wait_for(lambda: len(receiver.received) == 9, 10)
        wait_for(lambda: {each.status for each in live.remote.deliveries()} == {"succeeded"}, 10)
    ids = [received.document["id"] for received in receiver.received]
    assert [ids.count(each) for each in dict.fromkeys(ids)] == [3, 3, 3]
    assert len({received.headers[HEADER] for received in receiver.received}) == 9
    assert all(fits(received) for received in receiver.received)


def test_a_receiver_that_hangs_holds_up_neither_the_api_nor_others(live: Live, receiver: Receiver) -> None:
    with Receiver().running() as stuck:
        stuck.released.clear()
        live.remote.subscribe(stuck.url, include=RELEASES)
        live.remote.subscribe(receiver.url, include=RELEASES)
        live.remote.deploy("acme-shop")
        wait_for(lambda: arrived(receiver) == STORY, 10)
        assert live.api.get("/account").status_code == 200
        owed = wait_for(lambda: [each for each in live.remote.deliveries() if each.status == "retrying"], 10)
    assert owed[0].attempts[0].error == "TimeoutError"
    assert owed[0].attempts[0].status is None


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"include": ["api:build"]}, id="another entity"),
        pytest.param({"app": "acme-else"}, id="another app"),
    ],
)
def test_only_what_was_subscribed_to_is_delivered(
    live: Live, receiver: Receiver, options: dict[str, str | list[str]]
) -> None:
    live.remote.add_app("acme-else", 3)
    with Receiver().running() as other:
        live.remote.subscribe(other.url, **options)
        live.remote.subscribe(receiver.url, include=RELEASES)
        live.remote.set_config("acme-shop", ["A"])
        wait_for(lambda: arrived(receiver) == STORY, 10)
        assert other.received == []


def test_one_event_comes_once_through_each_of_two_subscriptions(live: Live, receiver: Receiver) -> None:
    for _ in range(2):
        live.remote.subscribe(receiver.url, secret=SECRET, include=RELEASES)
    live.remote.set_config("acme-shop", ["A"])
    wait_for(lambda: len(receiver.received) == 6, 10)
    assert len({received.document["id"] for received in receiver.received}) == 3
    assert len({received.document["webhook_metadata"]["delivery"]["id"] for received in receiver.received}) == 6
