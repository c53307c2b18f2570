"""What comes to the door: each kind of request has one right answer, and only Heroku's are believed."""

import asyncio
import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest

from heroku.samples import encode, names, sample
from heroku.signature import HEADER
from receiver.body import Limits
from tests.receiver.fakes import HANG_UP, STALL, Door, Reply, signature

LIMITS = Limits(whole_bytes=4096, read_bytes=8192, excerpt_bytes=1024, read_seconds=0.05, linger_seconds=0.05)
BODY = encode(sample("release_update_failed", id="event-1"))
SIGNATURE = signature(BODY)[1]
NAME = HEADER.lower().encode()


@dataclass(frozen=True)
class Case:
    """A request that is not taken. Correctly signed where no headers are given."""

    id: str
    status: int
    cause: str
    body: bytes | Sequence[bytes] = BODY
    headers: Iterable[tuple[bytes, bytes]] | None = None
    declared: int | None = None


def wrong(id: str, value: bytes, body: bytes = BODY) -> Case:
    return Case(id, 401, "wrong_signature", body, [(NAME, value)])


REFUSED = [
    Case("no signature", 401, "no_signature", headers=[]),
    Case("empty signature", 401, "no_signature", headers=[(NAME, b"")]),
    Case("rubbish, no signature", 401, "no_signature", b"\x00\xff{", headers=[]),
    Case("right signature twice", 401, "repeated_signature", headers=[(NAME, SIGNATURE)] * 2),
    Case("right and wrong signature", 401, "repeated_signature", headers=[(NAME, SIGNATURE), (NAME, b"x")]),
    wrong("signature cut short", SIGNATURE[:-1]),
    wrong("signature too long", SIGNATURE + b"="),
    wrong("signature not ASCII", "ß€".encode()),
    wrong("signature not UTF-8", b"\xff\xfe\x00"),
    wrong("signature behind a blank", b" " + SIGNATURE),
    wrong("signatures in one header", SIGNATURE + b"," + SIGNATURE),
    wrong("signature of another secret", signature(BODY, "another secret")[1]),
    wrong("signature of the empty secret", signature(BODY, "")[1]),
    wrong("body altered", SIGNATURE, BODY.replace(b"failed", b"Failed")),
    wrong("body truncated", SIGNATURE, BODY[:-1]),
    wrong("body longer", SIGNATURE, BODY + b"\n"),
    wrong("body empty", SIGNATURE, b""),
    wrong("kept no longer than signed", signature(b"x" * 4096)[1], b"x" * 4097),
    Case("declared too large", 413, "too_large", declared=8193),
    Case("declared too large, no signature", 413, "too_large", headers=[], declared=8193),
    Case("declared beyond all numbers", 413, "too_large", declared=10**400),
    Case("too large by one byte", 413, "too_large", b"x" * 8193),
    Case("too large in chunks", 413, "too_large", [b"x" * 1000] * 9),
    Case("too large, declared small", 413, "too_large", b"x" * 8193, declared=5),
    Case("stalled at once", 408, "too_slow", [STALL], [(NAME, SIGNATURE)]),
    Case("stalled half-way", 408, "too_slow", [BODY[:10], STALL], [(NAME, SIGNATURE)]),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_what_is_not_herokus_is_refused_counted_and_not_kept(case: Case) -> None:
    reply, door, counted = deliver(case.body, case.headers, declared=case.declared)
    assert reply.status == case.status
    assert counted == {f"refused:{case.cause}": 1}
    assert door.ledger.calls == []
    assert list(reply.json) == ["error"]
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_a_refusal_quotes_nothing_that_was_sent(case: Case) -> None:
    reply, _, _ = deliver(case.body, case.headers, declared=case.declared)
    assert SIGNATURE not in reply.body
    assert b"event-1" not in reply.body


UNREADABLE = {
    "empty": b"",
    "truncated": BODY[:-20],
    "not UTF-8": BODY.replace(b"update", b"upd\xff\xfeate"),
    "UTF-16": BODY.decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + BODY,
    "gzip": gzip.compress(BODY),
    "deep": b"[" * 2000 + b"]" * 2000,
    "deep in an object": b'{"id": "1", "resource": "app", "data": ' + b"[" * 1500 + b"]" * 1500 + b"}",
    "NaN": b'{"id": "1", "resource": "app", "data": {"x": NaN}}',
    "infinity": b'{"id": "1", "resource": "app", "data": {"x": -Infinity}}',
    "number out of range": b'{"id": "1", "resource": "app", "data": {"x": 1e999}}',
    "lone surrogate": rb'{"id": "\ud800", "resource": "app"}',
    "an array": b"[1]",
    "a number": b"17",
    "null": b"null",
    "no id": b'{"resource": "app"}',
    "id of another type": b'{"id": 7, "resource": "app"}',
    "no entity": b'{"id": "1"}',
    "larger than is kept whole": b"x" * 4097,
    "as large as is read": b"x" * 8192,
}


@pytest.mark.parametrize("body", [pytest.param(body, id=id) for id, body in UNREADABLE.items()])
def test_a_signed_delivery_that_cannot_be_read_is_kept_aside(body: bytes) -> None:
    reply, door, counted = deliver(body)
    [(id, arrival)] = door.ledger.kept.items()
    assert (reply.status, reply.json) == (202, {"status": "unreadable", "event": id})
    assert id.startswith("unreadable-")
    assert arrival.kind == "unreadable"
    assert arrival.reason
    assert arrival.body == (body if len(body) <= 4096 else body[:1024])
    assert counted == {"unreadable": 1}


@pytest.mark.parametrize("name", names())
def test_every_kind_of_event_that_heroku_sends_is_accepted(name: str) -> None:
    body = encode(sample(name))
    reply, door, _ = deliver(body, limits=Limits())
    [(id, arrival)] = door.ledger.kept.items()
    assert (reply.status, reply.json) == (202, {"status": "accepted", "event": id})
    assert (arrival.kind, arrival.body) == ("event", body)


def test_an_arrival_carries_what_deciding_looks_up_first() -> None:
    body = encode(sample("release_update_failed", id="event-1", created_at="2026-05-17T11:37:37+00:00"))
    _, door, _ = deliver(body)
    arrival = door.ledger.kept["event-1"]
    assert (arrival.include, arrival.action, arrival.created_at) == ("api:release", "update", 1779017857.0)
    assert arrival.app


def test_a_time_that_cannot_be_read_is_left_out() -> None:
    _, door, _ = deliver(encode(sample("release_update_failed", id="event-1", created_at="yesterday")))
    assert door.ledger.kept["event-1"].created_at is None


def test_where_a_key_comes_twice_the_last_one_counts() -> None:
    reply, _, _ = deliver(b'{"id": "first", "id": "second", "resource": "app"}')
    assert reply.json == {"status": "accepted", "event": "second"}


@pytest.mark.parametrize("size", [4095, 4096])
def test_a_body_up_to_the_limit_is_kept_whole(size: int) -> None:
    body = BODY[:-1] + b" " * (size - len(BODY)) + b"}"
    reply, door, _ = deliver(body)
    assert reply.json["status"] == "accepted"
    assert door.ledger.kept["event-1"].body == body


@pytest.mark.parametrize("cut", [1, 7, 1000, 4096])
def test_it_does_not_matter_in_which_pieces_a_body_comes(cut: int) -> None:
    body = b"x" * 5000
    pieces = [body[at : at + cut] for at in range(0, len(body), cut)]
    whole, door, _ = deliver(body)
    in_pieces, other, _ = deliver(pieces)
    assert in_pieces.json == whole.json
    assert other.ledger.kept == door.ledger.kept


def test_large_bodies_that_differ_only_at_their_end_are_two() -> None:
    one, _, _ = deliver(b"x" * 5000)
    other, _, _ = deliver(b"x" * 4999 + b"y")
    assert one.json["event"] != other.json["event"]


def test_any_of_several_secrets_will_do() -> None:
    async def story() -> None:
        door = Door(secrets=["old", "new"])
        for secret in ("old", "new"):
            assert (await door.post(BODY, [signature(BODY, secret)])).status == 202
        assert (await door.post(BODY, [signature(BODY, "old,new")])).status == 401

    asyncio.run(story())


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param([b"Bearer exactly this"], 202, id="the same"),
        pytest.param([], 401, id="none"),
        pytest.param([b""], 401, id="empty"),
        pytest.param([b"bearer exactly this"], 401, id="another case"),
        pytest.param([b"Bearer exactly this "], 401, id="longer"),
        pytest.param([b"\xff\xfe"], 401, id="not UTF-8"),
        pytest.param([b"Bearer exactly this"] * 2, 401, id="twice"),
    ],
)
def test_an_authorization_that_was_registered_is_asked_for(given: list[bytes], status: int) -> None:
    headers = [signature(BODY), *((b"authorization", value) for value in given)]
    reply, _, counted = deliver(BODY, headers, authorization=b"Bearer exactly this")
    assert reply.status == status
    assert counted == ({} if status == 202 else {"refused:wrong_authorization": 1})


def test_authorization_alone_opens_nothing() -> None:
    headers = [(NAME, b"wrong"), (b"authorization", b"Bearer exactly this")]
    reply, _, counted = deliver(BODY, headers, authorization=b"Bearer exactly this")
    assert (reply.status, counted) == (401, {"refused:wrong_signature": 1})


@pytest.mark.parametrize(
    ("headers", "declared"),
    [pytest.param([], None, id="no signature"), pytest.param(None, 8193, id="declared too large")],
)
def test_what_is_refused_at_sight_is_not_read_before_its_answer(
    headers: list[tuple[bytes, bytes]] | None, declared: int | None
) -> None:
    reply, _, _ = deliver([b"x" * 1000, b"y"], headers, declared=declared)
    assert reply.read_before == 0
    assert reply.headers["connection"] == "close"


def test_a_wrong_signature_leaves_the_connection_open_for_the_next_request() -> None:
    reply, _, _ = deliver(BODY, [(NAME, b"wrong")])
    assert "connection" not in reply.headers


@pytest.mark.parametrize("chunks", [[HANG_UP], [BODY[:10], HANG_UP]], ids=["before the body", "in the body"])
def test_a_sender_that_hangs_up_is_counted_and_not_answered(chunks: list[bytes]) -> None:
    reply, door, counted = deliver(chunks, [(NAME, SIGNATURE)])
    assert (reply.status, counted, door.ledger.calls) == (0, {"cut_off": 1}, [])


@pytest.mark.parametrize("headers", [None, []], ids=["kept", "refused unread"])
@pytest.mark.parametrize("error", [RuntimeError("the handler is closed"), BrokenPipeError()], ids=repr)
def test_a_sender_that_is_gone_when_its_answer_is_ready_does_no_harm(
    error: Exception, headers: list[tuple[bytes, bytes]] | None
) -> None:
    """uvloop raised RuntimeError when a client had left in the same turn of its loop: a traceback for each."""

    async def story() -> None:
        door = Door()
        await door.post(BODY, headers, sending_fails=error)
        assert (await door.counted())["cut_off"] == 1
        assert list(door.ledger.kept) == (["event-1"] if headers is None else [])

    asyncio.run(story())


def test_repeats_are_told_from_first_arrivals() -> None:
    async def story() -> None:
        door = Door()
        statuses = [(await door.post(BODY)).json["status"] for _ in range(3)]
        assert statuses == ["accepted", "duplicate", "duplicate"]
        unreadable = [(await door.post(b"{")).json["status"] for _ in range(2)]
        assert unreadable == ["unreadable", "unreadable"]
        assert await door.counted() == {"unreadable": 1}

    asyncio.run(story())


def deliver(
    body: bytes | Sequence[bytes],
    headers: Iterable[tuple[bytes, bytes]] | None = None,
    *,
    declared: int | None = None,
    authorization: bytes | None = None,
    limits: Limits = LIMITS,
) -> tuple[Reply, Door, dict[str, int]]:
    """One delivery to a fresh receiver."""

    async def story() -> tuple[Reply, Door, dict[str, int]]:
        door = Door(authorization=authorization, limits=limits)
        reply = await door.post(body, headers, declared=declared)
        return reply, door, await door.counted()

    return asyncio.run(story())
