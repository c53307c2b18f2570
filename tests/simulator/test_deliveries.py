"""Deliveries over a real socket: signed, in order, retried until acknowledged, repeated when asked."""

from dataclasses import replace

import httpx2
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


def test_after_72_hours_one_is_given_up_and_the_older_ones_are_tried_once(serving: Serving, receiver: Receiver) -> None:
    """With the hours made short: the receiver fails for longer than the first delivery is tried for, then is well."""
    with serving(replace(FAST, retried_for=0.3, first_wait=0.6, longest_wait=0.6)) as live:
        receiver.answers.extend([500] * 10_000)
        live.remote.subscribe(receiver.url, include=RELEASES)
        live.remote.deploy("acme-shop")
        wait_for(lambda: [each.status for each in live.remote.deliveries()] == ["failed", "skipped", "skipped"], 10)
        receiver.answers.clear()
        live.remote.deploy("acme-shop")
        wait_for(lambda: len(receiver.documents()) == 3, 10)
        attempts = [len(each.attempts) for each in live.remote.deliveries()]
    assert attempts == [2, 1, 1, 1, 1, 1]


def test_what_is_late_and_then_well_received_succeeded(serving: Serving, receiver: Receiver) -> None:
    with serving(replace(FAST, retried_for=0.001)) as live:
        live.remote.subscribe(receiver.url, include=RELEASES)
        live.remote.deploy("acme-shop")
        wait_for(lambda: arrived(receiver) == STORY, 10)
        wait_for(lambda: {each.status for each in live.remote.deliveries()} == {"succeeded"}, 10)


def test_a_subscription_that_was_taken_away_hears_no_more(live: Live, receiver: Receiver) -> None:
    lost = live.remote.subscribe(receiver.url, app="acme-shop", include=RELEASES)
    live.remote.unsubscribe(lost.id)
    with Receiver().running() as other:
        live.remote.subscribe(other.url, include=RELEASES)
        live.remote.deploy("acme-shop")
        wait_for(lambda: arrived(other) == STORY, 10)
    assert receiver.received == []
    assert live.api.get("/apps/acme-shop/webhooks").json() != []
    with pytest.raises(httpx2.HTTPStatusError):
        live.remote.unsubscribe(lost.id)


def test_a_replaced_secret_signs_from_the_next_attempt_on(live: Live, receiver: Receiver) -> None:
    made = live.remote.subscribe(receiver.url, app="acme-shop", secret="another", include=RELEASES)
    live.api.patch(f"/apps/acme-shop/webhooks/{made.id}", json={"secret": SECRET}).raise_for_status()
    live.remote.deploy("acme-shop")
    wait_for(lambda: arrived(receiver) == STORY, 10)
    assert all(fits(received) for received in receiver.received)


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
