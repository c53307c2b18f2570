"""The policy: what may be made again, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heroku.calls import Call
from heroku.endpoints import BY_NAME
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
from heroku.retrying import DRY_POOL_SECONDS, LONGEST_WAIT_SECONDS, OUTAGE_SECONDS, Problem, failure, lost, retry_after

GET = Call(BY_NAME["get_app"], "GET", "/apps/acme-web", "acme-web", None)
POST = Call(BY_NAME["rollback"], "POST", "/apps/acme-web/releases", "acme-web", {"release": "r-41"})
PATCH = Call(BY_NAME["update_app"], "PATCH", "/apps/acme-web", "acme-web", {"maintenance": True})

DATE = "Wed, 04 Mar 2026 09:00:00 GMT"
LATER = "Wed, 04 Mar 2026 09:01:30 GMT"


@pytest.mark.parametrize(
    ("status", "id", "get", "post"),
    [
        (301, None, Refused, Refused),
        (302, None, Refused, Refused),
        (303, None, Refused, Unknown),
        (307, None, Refused, Refused),
        (400, "bad_request", Invalid, Invalid),
        (401, "unauthorized", Unauthorized, Unauthorized),
        (402, "delinquent", Forbidden, Forbidden),
        (403, "forbidden", Forbidden, Forbidden),
        (403, "two_factor", Forbidden, Forbidden),
        (404, "not_found", NotFound, NotFound),
        (406, "not_acceptable", Invalid, Invalid),
        (408, None, Unavailable, Unavailable),
        (409, "conflict", Conflict, Conflict),
        (410, "gone", NotFound, NotFound),
        (412, None, Conflict, Conflict),
        (416, "requested_range_not_satisfiable", Invalid, Invalid),
        (418, None, Refused, Refused),
        (422, "invalid_params", Invalid, Invalid),
        (422, "verification_needed", Invalid, Invalid),
        (423, "confirmation_required", Conflict, Conflict),
        (425, None, Unavailable, Unavailable),
        (429, "rate_limit", Unavailable, Unavailable),
        (500, "internal_server_error", Unavailable, Unknown),
        (502, None, Unavailable, Unknown),
        (503, None, Unavailable, Unknown),
        (503, "service_unavailable", Unavailable, Unknown),
        (503, "maintenance", Unavailable, Unavailable),
        (500, "maintenance", Unavailable, Unknown),
        (504, None, Unavailable, Unknown),
        (599, None, Unavailable, Unknown),
    ],
)
def test_the_table_of_statuses(status: int, id: str | None, get: type[CallFailed], post: type[CallFailed]) -> None:
    assert type(failure(GET, status, {}, Problem(id))) is get
    assert type(failure(POST, status, {}, Problem(id))) is post


@pytest.mark.parametrize(
    ("sent", "status", "get", "post"),
    [
        pytest.param(False, None, Unavailable, Unavailable, id="never sent"),
        pytest.param(True, None, Unavailable, Unknown, id="no answer"),
        pytest.param(True, 201, Unavailable, Unknown, id="unreadable success"),
    ],
)
def test_the_table_of_lost_calls(sent: bool, status: int | None, get: type[CallFailed], post: type[CallFailed]) -> None:
    assert type(lost(GET, "why", sent=sent, status=status)) is get
    assert type(lost(POST, "why", sent=sent, status=status)) is post


@pytest.mark.parametrize(
    ("error", "sure"),
    [
        pytest.param(failure(PATCH, 429, {}, Problem()), True, id="turned away"),
        pytest.param(failure(PATCH, 503, {}, Problem("maintenance")), True, id="closed"),
        pytest.param(failure(PATCH, 422, {}, Problem()), True, id="refused"),
        pytest.param(lost(PATCH, "why", sent=False), True, id="never sent"),
        pytest.param(failure(PATCH, 503, {}, Problem()), False, id="a router's answer"),
        pytest.param(lost(PATCH, "why"), False, id="no answer"),
        pytest.param(lost(POST, "why"), False, id="no answer to what may not be repeated"),
    ],
)
def test_it_is_told_whether_surely_nothing_was_done(error: CallFailed, sure: bool) -> None:
    assert error.without_effect is sure


def test_an_error_holds_what_is_needed_to_find_the_call_again() -> None:
    error = failure(POST, 422, {}, Problem("invalid_params", "No such release."), request_id="q-1")
    assert (error.method, error.path, error.status, error.id) == (
        "POST",
        "/apps/acme-web/releases",
        422,
        "invalid_params",
    )
    assert str(error) == "POST /apps/acme-web/releases: 422 invalid_params: No such release. (request q-1)"


def test_an_error_without_an_answer_says_so() -> None:
    assert str(lost(GET, "", sent=False)) == "GET /apps/acme-web: no answer"


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        pytest.param(429, {}, DRY_POOL_SECONDS, id="dry pool"),
        pytest.param(503, {}, OUTAGE_SECONDS, id="outage"),
        pytest.param(429, {"retry-after": "3"}, 3.0, id="seconds"),
        pytest.param(429, {"retry-after": "0"}, 0.0, id="now"),
        pytest.param(503, {"retry-after": "86400"}, LONGEST_WAIT_SECONDS, id="a day"),
        pytest.param(503, {"retry-after": "9" * 5000}, LONGEST_WAIT_SECONDS, id="for ever"),
        pytest.param(503, {"retry-after": LATER, "date": DATE}, 90.0, id="date"),
        pytest.param(503, {"retry-after": DATE, "date": LATER}, 0.0, id="date gone by"),
        pytest.param(503, {"retry-after": LATER}, OUTAGE_SECONDS, id="date without the server's own"),
        pytest.param(503, {"retry-after": LATER, "date": DATE[:-4]}, OUTAGE_SECONDS, id="date without a zone"),
        pytest.param(429, {"retry-after": "soon", "date": DATE}, DRY_POOL_SECONDS, id="nonsense"),
        pytest.param(429, {"retry-after": "-5"}, DRY_POOL_SECONDS, id="negative"),
        pytest.param(429, {"retry-after": "1.5"}, DRY_POOL_SECONDS, id="fraction"),
        pytest.param(429, {"retry-after": "٣"}, DRY_POOL_SECONDS, id="other digits"),
    ],
)
def test_how_long_to_wait(status: int, headers: dict[str, str], seconds: float) -> None:
    assert retry_after(status, headers) == seconds
    error = failure(GET, status, headers, Problem())
    assert isinstance(error, Unavailable)
    assert error.retry_after == seconds


@given(st.sampled_from([429, 503]), st.text(), st.text())
def test_no_header_makes_a_wait_endless_or_negative(status: int, said: str, date: str) -> None:
    assert 0.0 <= retry_after(status, {"retry-after": said, "date": date}) <= LONGEST_WAIT_SECONDS
