"""Whatever the bytes: an event or a named error, and nothing believed without its signature."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.errors import BadDelivery
from heroku.events import NAME_CHARACTERS, Event, content_key, read
from heroku.samples import encode, names, sample
from heroku.signature import Verifier, sign

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.text(min_size=190, max_size=210),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=10,
)
TOP = ("id", "data", "actor", "action", "version", "resource", "created_at", "updated_at", "webhook_metadata")
FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(TOP, VALUES))
PLANTED = "pl4nted-in-the-body"


def read_or_refuse(body: bytes) -> Event | None:
    """What `read` promises: an event of a sound shape, or `BadDelivery` with a short reason (here None)."""
    event, reason = attempt(body)
    if event is None:
        assert 0 < len(reason) < 100
        assert reason.isprintable()
    else:
        check_shape(event)
    return event


def attempt(body: bytes) -> tuple[Event | None, str]:
    try:
        return read(body), ""
    except BadDelivery as error:
        return None, f"{error.reason}{error.__cause__ or ''}"


def check_shape(event: Event) -> None:
    for name in (event.id, event.include, event.resource):
        assert 0 < len(name) <= NAME_CHARACTERS
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in name)
    assert isinstance(event.action, str)
    assert isinstance(event.data, dict)
    for time in (event.created_at, event.updated_at):
        assert time is None or (isinstance(time, datetime) and time.tzinfo is UTC)
    assert event.fields["id"] == event.id
    assert event.fields["data"] is event.data
    json.dumps(dict(event.fields), allow_nan=False).encode()
    assert len(content_key(event)) == 32


@given(st.binary())
def test_any_bytes(body: bytes) -> None:
    read_or_refuse(body)


@given(VALUES)
def test_any_json(value: Any) -> None:
    read_or_refuse(json.dumps(value).encode())


@given(FIELDS)
def test_any_value_in_any_field(fields: dict[str, Any]) -> None:
    read_or_refuse(json.dumps(fields).encode())


@given(VALUES, VALUES, VALUES)
def test_any_value_inside_the_metadata(event: Any, id: Any, include: Any) -> None:
    for metadata in ({"event": event}, {"event": {"id": id, "include": include}}):
        read_or_refuse(json.dumps({"id": "e-1", "resource": "app", "webhook_metadata": metadata}).encode())


@given(VALUES, VALUES)
def test_any_value_in_the_app_and_the_actor(id: Any, name: Any) -> None:
    pair = {"id": id, "name": name, "email": name}
    body = {"id": "e-1", "resource": "release", "data": {"app": pair}, "actor": pair}
    event = read_or_refuse(json.dumps(body, allow_nan=True).encode())
    if event is None:
        return
    for ref in (event.app, event.actor):
        assert ref is None or (ref.id or getattr(ref, "name", None) or getattr(ref, "email", None))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to everything inside a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from places(inner, (*path, key))


def put(doc: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(doc)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


WRONG: tuple[Any, ...] = (None, True, 0, -1, 1.5, 10**400, "", "x", "\x00", [], [[]], {}, {"": {}}, {"id": {"id": []}})


@pytest.mark.parametrize("name", names())
def test_every_wrong_type_in_every_place_of_a_real_delivery(name: str) -> None:
    doc = sample(name)
    for path in places(doc):
        for wrong in WRONG:
            event = read_or_refuse(encode(put(doc, path, wrong)))
            if path[0] not in ("id", "resource", "webhook_metadata") and event is not None:
                assert event.id == doc["id"]


@given(st.sampled_from(names()), st.data())
def test_a_delivery_cut_or_altered_anywhere_is_read_or_refused(name: str, data: st.DataObject) -> None:
    body = bytearray(encode(sample(name)))
    place = data.draw(st.integers(0, len(body) - 1))
    assert read_or_refuse(bytes(body[:place])) is None
    body[place] = data.draw(st.integers(0, 255))
    read_or_refuse(bytes(body))


@given(st.text(), st.binary())
def test_a_reason_quotes_nothing_of_the_body(text: str, noise: bytes) -> None:
    planted = PLANTED.encode()
    for body in (
        planted + noise,
        b'{"' + planted + b'": ' + noise,
        json.dumps({"id": [PLANTED], "resource": text}).encode(),
        json.dumps({"id": "e-1", PLANTED: float("nan")}).encode(),
        json.dumps([PLANTED, text]).encode(),
    ):
        event, reason = attempt(body)
        assert event is None
        assert PLANTED not in reason


@given(st.binary(max_size=200) | st.text(max_size=60).map(str.encode), st.integers(0, 60))
def test_no_header_but_the_right_one_fits(header: bytes, cut: int) -> None:
    body = encode(sample("dyno_crashed"))
    right = sign("foobar", body).encode()
    check = Verifier(["other", "foobar"]).begin()
    check.update(body)
    for tried in (header, right[:cut], right[:cut] + header, header + right, right + header):
        assert check.fits(tried) == (tried == right)
    assert check.fits(right)
