"""At a real socket: bodies that stall, drip, never end or come with a question, and connections kept or dropped."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator
from itertools import count

import pytest

from heroku.samples import encode, sample
from heroku.signature import HEADER, sign
from receiver.body import MIB, Limits
from tests.receiver.fakes import SECRET, Door
from tests.receiver.serving import Client, chunked, head, serving
from toolbelt.waiting import until

LIMITS = Limits(whole_bytes=MIB, read_bytes=2 * MIB, excerpt_bytes=1024, read_seconds=0.3, linger_seconds=0.5)
BODY = encode(sample("release_update_failed", id="event-1"))
SIGNED = f"{HEADER}: {sign(SECRET, BODY)}"
REQUEST = head(SIGNED, length=len(BODY)) + BODY
LARGE = b"x" * (2 * MIB)


@pytest.fixture
def door() -> Door:
    return Door(limits=LIMITS)


@pytest.fixture
def port(door: Door) -> Iterator[int]:
    with serving(door.app) as port:
        yield port


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that happens in this test is worth an error in the log."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_delivery_is_taken_whatever_the_spelling_of_the_header(port: int) -> None:
    for name in (HEADER, HEADER.lower(), HEADER.upper()):
        with Client(port) as client:
            client.send(head(f"{name}: {sign(SECRET, BODY)}", length=len(BODY)) + BODY)
            assert client.answer().status == 202


def test_one_connection_carries_one_delivery_after_another(port: int) -> None:
    with Client(port) as client:
        client.send(REQUEST + REQUEST)
        assert b"accepted" in client.answer().body
        assert b"duplicate" in client.answer().body
        client.send(head(f"{HEADER}: wrong", length=len(BODY)) + BODY)
        assert client.answer().status == 401
        client.send(REQUEST)
        assert b"duplicate" in client.answer().body


@pytest.mark.parametrize("cut", [1, 10, 1000])
def test_a_chunked_body_is_taken(port: int, cut: int) -> None:
    pieces = [BODY[at : at + cut] for at in range(0, len(BODY), cut)]
    with Client(port) as client:
        client.send(head(SIGNED, "Transfer-Encoding: chunked") + chunked(*pieces))
        assert client.answer().status == 202


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        pytest.param(head(length=len(LARGE)), 401, id="no signature"),
        pytest.param(head(SIGNED, length=200 * MIB), 413, id="declared too large"),
        pytest.param(head(SIGNED, SIGNED, length=len(LARGE)), 401, id="signed twice"),
    ],
)
def test_who_is_refused_at_sight_hears_it_though_it_goes_on_sending(
    port: int, request_head: bytes, status: int
) -> None:
    with Client(port) as client:
        client.send(request_head)
        client.send(LARGE)
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (status, "close")
        assert client.hung_up()


def test_a_chunked_body_without_end_is_refused_and_heard(port: int) -> None:
    with Client(port) as client:
        client.send(head(SIGNED, "Transfer-Encoding: chunked"))
        client.send(chunked(*[b"x" * 65536] * 33, end=False))
        assert client.answer().status == 413
        assert client.hung_up()


def test_who_asks_before_sending_is_told_to_go_on_only_with_a_signature(port: int) -> None:
    with Client(port) as client:
        client.send(head(SIGNED, "Expect: 100-continue", length=len(BODY)))
        assert client.answer().status == 100
        client.send(BODY)
        assert client.answer().status == 202
    with Client(port) as client:
        client.send(head("Expect: 100-continue", length=len(BODY)))
        assert client.answer().status == 401
        assert client.hung_up()


@pytest.mark.parametrize("sent", [b"", BODY[:100]], ids=["at once", "half-way"])
def test_a_body_that_stalls_is_given_up(port: int, sent: bytes) -> None:
    with Client(port) as client:
        client.send(head(SIGNED, length=len(BODY)) + sent)
        assert client.answer().status == 408
        assert client.hung_up()


def test_a_body_that_drips_is_given_up_too(port: int) -> None:
    """Slow loris: each byte comes soon, the whole never does."""
    answered = threading.Event()
    with Client(port) as client:

        def drip() -> None:
            with contextlib.suppress(OSError):
                client.send(head(SIGNED, length=MIB))
                while not answered.wait(0.02):
                    client.send(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert client.answer().status == 408
        finally:
            answered.set()
            dripping.join()


def test_many_slow_senders_do_not_keep_a_delivery_waiting(port: int) -> None:
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(Client(port)) for _ in range(50)]
        for client in slow:
            client.send(head(SIGNED, length=len(BODY)) + BODY[:100])
        with Client(port) as client:
            client.send(REQUEST)
            assert client.answer().status == 202
        assert {client.answer().status for client in slow} == {408}


@pytest.mark.usefixtures("quiet")
def test_a_sender_that_hangs_up_in_its_body_makes_no_noise(door: Door, port: int) -> None:
    for leave in (Client.reset, Client.__exit__):
        client = Client(port)
        client.send(head(SIGNED, length=len(BODY)) + BODY[:100])
        leave(client)
    until(lambda: asyncio.run(door.counted()).get("cut_off") == 2, what="both to be counted")
    assert door.ledger.calls == []


@pytest.mark.usefixtures("quiet")
def test_a_sender_that_does_not_wait_for_its_answer_makes_no_noise(door: Door, port: int) -> None:
    numbers = count()
    for _ in range(20):
        body = encode(sample("release_update_failed", id=f"event-{next(numbers)}"))
        client = Client(port)
        client.send(head(f"{HEADER}: {sign(SECRET, body)}", length=len(body)) + body)
        client.reset()
    with Client(port) as client:
        client.send(REQUEST)
        assert client.answer().status == 202


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(b"GET\r\n\r\n", id="no path"),
        pytest.param(head(SIGNED, "Content-Length: -5"), id="negative length"),
        pytest.param(head(SIGNED, "Content-Length: five"), id="length no number"),
        pytest.param(head(SIGNED, "Content-Length: 99999999999999999999999"), id="length beyond 64 bits"),
        pytest.param(head(SIGNED, "Content-Length: 5", "Content-Length: 6"), id="two lengths"),
        pytest.param(head(SIGNED, "Transfer-Encoding: chunked") + b"zz\r\n", id="chunk size no number"),
        pytest.param(head(SIGNED, "Broken\x00: header", length=0), id="NUL in a header's name"),
        pytest.param(head(SIGNED, length=0, path="/%ff%00"), id="path not UTF-8"),
        pytest.param(head(SIGNED, "Connection: upgrade", "Upgrade: websocket", length=len(BODY)) + BODY, id="upgrade"),
        pytest.param(REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0"), id="HTTP/1.0"),
    ],
)
def test_what_is_hardly_http_does_no_harm(port: int, sent: bytes) -> None:
    with Client(port) as client:
        client.send(sent)
        with contextlib.suppress(ConnectionError):
            assert client.answer().status < 500
    with Client(port) as client:
        client.send(REQUEST)
        assert client.answer().status == 202
