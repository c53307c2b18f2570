"""Whatever bytes come, in whatever pieces: no answer but the documented ones, and nothing believed unsigned."""

import asyncio
import json
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from heroku.samples import encode, names, sample
from heroku.signature import HEADER, sign
from receiver.body import Limits
from tests.receiver.fakes import HANG_UP, SECRET, STALL, Door, Reply, signature

LIMITS = Limits(whole_bytes=2000, read_bytes=4000, excerpt_bytes=500, read_seconds=0.01, linger_seconds=0.01)
NAME = HEADER.lower().encode()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
documents = st.sampled_from(names()).map(sample)
FIELDS = ["id", "data", "actor", "action", "resource", "created_at", "updated_at", "version", "webhook_metadata"]
mangled = st.builds(
    lambda document, changes: json.dumps(document | changes).encode(),
    documents,
    st.dictionaries(st.sampled_from(FIELDS), values, min_size=1),
)
cut = st.builds(lambda document, at: encode(document)[:at], documents, st.integers(0, 1500))
bodies = st.binary(max_size=5000) | mangled | cut | values.map(lambda value: json.dumps(value).encode())

header_names = st.sampled_from([NAME, b"content-length", b"authorization", b"transfer-encoding"]) | st.binary()
headers = st.lists(st.tuples(header_names, st.binary(max_size=60)), max_size=6)
pieces = st.lists(st.binary(max_size=1500) | st.sampled_from([STALL, HANG_UP]), min_size=1, max_size=6)


@given(body=bodies, cuts=st.lists(st.integers(0, 5000), max_size=4))
@example(body=b"", cuts=[])
def test_a_signed_body_is_acknowledged_whatever_is_in_it_and_kept(body: bytes, cuts: list[int]) -> None:
    reply, door = deliver(split(body, cuts), [signature(body)])
    if len(body) > LIMITS.read_bytes:
        assert reply.status == 413
        return
    assert reply.status == 202
    assert reply.json["status"] in {"accepted", "unreadable"}
    assert list(door.ledger.kept) == [reply.json["event"]]
    assert reply.json["event"]


@given(body=bodies, given_headers=headers)
def test_nothing_unsigned_is_believed(body: bytes, given_headers: list[tuple[bytes, bytes]]) -> None:
    right = sign(SECRET, body).encode()
    given_headers = [(name, value) for name, value in given_headers if value != right]
    reply, door = deliver([body], given_headers)
    assert reply.status in {401, 413}
    assert door.ledger.calls == []


@given(body=bodies.filter(bool), at=st.integers(0), bit=st.integers(0, 7))
def test_no_bit_of_a_signed_body_can_be_turned(body: bytes, at: int, bit: int) -> None:
    altered = bytearray(body)
    altered[at % len(body)] ^= 1 << bit
    reply, door = deliver([bytes(altered)], [signature(body)])
    assert reply.status in {401, 413}
    assert door.ledger.calls == []


@given(chunks=pieces, given_headers=headers, sign_it=st.booleans())
def test_no_request_has_an_answer_that_is_not_documented(
    chunks: list[bytes], given_headers: list[tuple[bytes, bytes]], sign_it: bool
) -> None:
    signed = [signature(b"".join(chunks))] if sign_it else []
    reply, _ = deliver(chunks, signed + given_headers)
    assert reply.status in {0, 202, 401, 408, 413}
    assert reply.status != 0 or HANG_UP in chunks


def split(body: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(at, len(body)) for at in cuts), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def deliver(chunks: list[bytes], given_headers: list[tuple[bytes, bytes]]) -> tuple[Reply, Door]:
    async def story() -> tuple[Reply, Door]:
        door = Door(limits=LIMITS)
        return await door.post(chunks, given_headers), door

    return asyncio.run(story())
