"""Every error that Heroku documents, in each form that it takes, becomes the error that says who should act."""

import httpx2
import pytest

from heroku.client import Heroku
from heroku.errors import (
    CallFailed,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Unauthorized,
    Unavailable,
    Unknown,
)
from tests.heroku.doubles import bench, json

DOCUMENTED: tuple[tuple[int, str, type[CallFailed], type[CallFailed]], ...] = (
    (400, "bad_request", Invalid, Invalid),
    (400, "missing_version", Invalid, Invalid),
    (401, "unauthorized", Unauthorized, Unauthorized),
    (402, "delinquent", Forbidden, Forbidden),
    (403, "forbidden", Forbidden, Forbidden),
    (403, "suspended", Forbidden, Forbidden),
    (403, "two_factor", Forbidden, Forbidden),
    (404, "not_found", NotFound, NotFound),
    (406, "not_acceptable", Invalid, Invalid),
    (409, "conflict", Conflict, Conflict),
    (410, "gone", NotFound, NotFound),
    (412, "precondition_failed", Conflict, Conflict),
    (416, "requested_range_not_satisfiable", Invalid, Invalid),
    (422, "invalid_params", Invalid, Invalid),
    (422, "verification_needed", Invalid, Invalid),
    (423, "confirmation_required", Conflict, Conflict),
    (429, "rate_limit", Unavailable, Unavailable),
    (500, "internal_server_error", Unavailable, Unknown),
    (503, "service_unavailable", Unavailable, Unknown),
)

each = pytest.mark.parametrize(("status", "id", "reading", "changing"), DOCUMENTED, ids=str)


def read(heroku: Heroku) -> None:
    heroku.release("acme-web", 42)


def change(heroku: Heroku) -> None:
    heroku.rollback("acme-web", release="r-41")


@each
@pytest.mark.parametrize("word", ["message", "error"])
def test_an_error_in_json(
    status: int, id: str, reading: type[CallFailed], changing: type[CallFailed], word: str
) -> None:
    for call, kind in ((read, reading), (change, changing)):
        b = bench(json({"id": id, word: "What Heroku says."}, status, Request_Id="q-1"))
        with pytest.raises(CallFailed) as caught:
            call(b.heroku)
        assert type(caught.value) is kind
        assert (caught.value.status, caught.value.id, caught.value.message) == (status, id, "What Heroku says.")
        assert (b.record.status, b.record.request_id, caught.value.request_id) == (status, "q-1", "q-1")


@each
@pytest.mark.parametrize(
    "body",
    [b"<html><h1>Application error</h1></html>", b"", b"\xff\xfe", b'{"id": "not_', b'"text"', b"[1]", b"null"],
    ids=["html", "nothing", "not UTF-8", "cut", "text", "list", "null"],
)
def test_an_error_in_any_other_form_goes_by_its_status(
    status: int, id: str, reading: type[CallFailed], changing: type[CallFailed], body: bytes
) -> None:
    for call, kind in ((read, reading), (change, changing)):
        with pytest.raises(CallFailed) as caught:
            call(bench(httpx2.Response(status, content=body, headers={"request-id": "q-1"})).heroku)
        assert type(caught.value) is kind
        assert (caught.value.status, caught.value.id, caught.value.request_id) == (status, None, "q-1")
        assert "Application error" not in f"{caught.value}{vars(caught.value)}"


@each
def test_an_error_says_who_should_act(
    status: int, id: str, reading: type[CallFailed], changing: type[CallFailed]
) -> None:
    """Refused: the caller. Unavailable: time, and how much of it. Unknown: whoever can look."""
    for call in (read, change):
        with pytest.raises((Refused, Unavailable, Unknown)) as caught:
            call(bench(json({"id": id}, status)).heroku)
        assert isinstance(caught.value, Refused) == (status < 500 and status != 429)
        assert getattr(caught.value, "retry_after", 1.0) > 0
