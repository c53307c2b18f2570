"""Faults that are ordered happen, as often as ordered, and the record says whether the call took effect."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.simulator.driving import HEADERS, Live
from tests.simulator.receiving import Receiver
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.simulator.remote import wait_for
from toolbelt.simulator.views import CallView

RELEASES = "/apps/acme-shop/releases"


def roll_back(live: Live, **options: Any) -> httpx2.Response:
    target = live.remote.app("acme-shop").releases[-2]
    return live.api.post(RELEASES, json={"release": target.id}, **options)


def versions(live: Live) -> int:
    return live.remote.app("acme-shop").newest.version


def only_post(live: Live) -> CallView:
    (call,) = live.remote.calls("POST")
    return call


def ended(live: Live) -> CallView:
    """The one POST, once the simulator is done with it."""
    wait_for(lambda: only_post(live).seconds, 10, "the end of the call")
    return only_post(live)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, "unauthorized"), (429, "rate_limit"), (500, "internal_server_error"), (503, "service_unavailable")],
)
def test_an_ordered_status_is_answered_and_nothing_happens(live: Live, status: int, error: str) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, status=status, method="POST", path="/apps/*/releases"))
    answer = roll_back(live)
    assert (answer.status_code, answer.json()["id"], versions(live)) == (status, error, 41)
    call = only_post(live)
    assert (call.status, call.fault, call.effect) == (status, "status", False)
    assert call.body["release"]


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        pytest.param({"status": 410}, {"id": "gone", "message": "Ordered fault 410."}, id="gone"),
        pytest.param({"status": 412}, {"id": "precondition_failed", "message": "Ordered fault 412."}, id="412"),
        pytest.param({"status": 416, "message": "No."}, {"id": "requested_range_not_satisfiable", "message": "No."}),
        pytest.param({"status": 403, "error": "two_factor", "message": "No."}, {"id": "two_factor", "message": "No."}),
        pytest.param(
            {"status": 500, "field": "error", "message": "No."}, {"id": "internal_server_error", "error": "No."}
        ),
    ],
)
def test_an_ordered_refusal_is_worded_as_ordered(live: Live, fault: dict[str, Any], body: dict[str, str]) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, **fault))
    answer = live.api.get("/account")
    assert (answer.status_code, answer.json()) == (fault["status"], body)


def test_the_token_endpoint_can_be_spoiled_too(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, path="/oauth/token"))
    assert live.api.post("/oauth/token", data={"grant_type": "refresh_token"}).status_code == 503
    assert [call.fault for call in live.remote.calls("POST", "/oauth/token")] == ["status"]


def test_a_retry_after_is_sent_when_ordered(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, status=429, retry_after=7))
    assert live.api.get("/account").headers["Retry-After"] == "7"


def test_an_html_page_comes_instead_of_json(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.HTML))
    answer = roll_back(live)
    assert (answer.status_code, answer.headers["Content-Type"], versions(live)) == (503, "text/html; charset=utf-8", 41)


def test_a_redirect_points_elsewhere_and_nothing_happens(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.REDIRECT, location="http://127.0.0.1:9/elsewhere"))
    answer = roll_back(live)
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.1:9/elsewhere")
    assert versions(live) == 41


def test_a_warning_comes_with_an_answer_that_is_as_ever(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.WARN, message="This stack goes away."))
    answer = roll_back(live)
    assert (answer.status_code, answer.headers["X-Heroku-Warning"]) == (201, "This stack goes away.")
    assert (only_post(live).fault, versions(live)) == ("warn", 42)


def test_a_slow_answer_is_right_but_late(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.SLOW, seconds=0.2))
    assert roll_back(live).status_code == 201
    assert (only_post(live).seconds or 0) > 0.1


def test_a_dripping_answer_comes_byte_by_byte(live: Live) -> None:
    whole = live.api.get("/apps/acme-shop").json()
    live.remote.order_faults(Fault(kind=Kind.DRIP, seconds=0.001))
    with live.api.stream("GET", "/apps/acme-shop") as answer:
        chunks = list(answer.iter_raw())
    assert len(chunks) > 10
    assert httpx2.Response(200, content=b"".join(chunks)).json() == whole


def test_a_drip_outlasts_a_client_that_only_bounds_each_read(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.DRIP, seconds=0.05))
    answer = live.api.get("/account/rate-limits", timeout=0.5)
    assert answer.json() == {"remaining": 4_500}
    took = wait_for(lambda: live.remote.calls()[-1].seconds, 10)
    assert took is not None
    assert took > 0.5


def test_no_answer_comes_and_nothing_happens(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.TIME_OUT_BEFORE))
    with pytest.raises(httpx2.ReadTimeout):
        roll_back(live, timeout=0.2)
    call = ended(live)
    assert (call.status, call.effect, versions(live)) == (None, False, 41)


def test_no_answer_comes_but_it_happens(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.TIME_OUT_AFTER))
    with pytest.raises(httpx2.ReadTimeout):
        roll_back(live, timeout=0.2)
    call = ended(live)
    assert (call.status, call.fault, call.effect) == (None, "time-out-after", True)
    live.remote.wait_for(lambda state: state.app("acme-shop").current == state.app("acme-shop").newest, 10)
    assert live.remote.app("acme-shop").newest.description == "Rollback to v40"


def raw_post(live: Live, *, length: int | None = None) -> socket.socket:
    """A rollback sent over a connection that nobody reads from, with the true Content-Length or another."""
    address = urlsplit(live.remote.base_url)
    body = json.dumps({"release": live.remote.app("acme-shop").releases[-2].id})
    length = len(body) if length is None else length
    head = {**HEADERS, "Host": address.netloc, "User-Agent": "test", "Content-Length": str(length)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    connection = socket.create_connection((address.hostname, address.port), timeout=10)
    connection.sendall(f"POST {RELEASES} HTTP/1.1\r\n{lines}\r\n{body}".encode())
    return connection


def test_deliveries_of_the_effect_go_out_while_the_answer_is_held_back(live: Live, receiver: Receiver) -> None:
    live.remote.order_faults(Fault(kind=Kind.TIME_OUT_AFTER))
    live.remote.subscribe(receiver.url, include=["api:release"])
    with closing(raw_post(live)):
        wait_for(lambda: len(receiver.received) == 3, 10)
        held = only_post(live)
        assert (held.status, held.seconds, held.effect) == (None, None, True)
    ended(live)


def test_a_request_that_breaks_off_has_no_effect(live: Live) -> None:
    raw_post(live, length=1_000).close()
    wait_for(lambda: live.remote.calls("POST"), 10)
    call = ended(live)
    assert (call.status, call.effect, call.body, versions(live)) == (None, False, None, 41)


@pytest.mark.parametrize("kind", [Kind.TIME_OUT_BEFORE, Kind.TIME_OUT_AFTER])
def test_a_client_with_endless_patience_gets_a_page_at_the_bound(live: Live, kind: Kind) -> None:
    live.remote.order_faults(Fault(kind=kind, seconds=0.1))
    answer = roll_back(live)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")


def test_what_is_held_has_happened_and_is_answered_when_the_faults_are_cleared(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.HOLD, method="POST"))
    with ThreadPoolExecutor(1) as asking:
        answer = asking.submit(roll_back, live)
        wait_for(lambda: live.remote.calls("POST", effect=True), 10)
        assert (only_post(live).status, answer.done(), versions(live)) == (None, False, 42)
        live.remote.clear_faults()
        assert answer.result(10).status_code == 201


def test_what_is_held_is_answered_in_any_case_after_its_time(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.HOLD, seconds=0.1))
    assert roll_back(live).status_code == 201


def test_a_cut_answer_breaks_off_after_the_effect(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.CUT))
    with pytest.raises(httpx2.RemoteProtocolError):
        roll_back(live)
    assert (only_post(live).effect, versions(live)) == (True, 42)


def test_a_fault_spoils_as_many_calls_as_ordered(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, times=2))
    assert [live.api.get("/account").status_code for _ in range(3)] == [503, 503, 200]


def test_a_fault_without_end_lasts_until_it_is_cleared(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, times=None))
    assert [live.api.get("/account").status_code for _ in range(3)] == [503, 503, 503]
    live.remote.clear_faults()
    assert live.api.get("/account").status_code == 200


def test_a_fault_spoils_only_the_calls_it_names(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, method="GET", path="/apps/*/dynos"))
    assert live.api.get("/apps/acme-shop").status_code == 200
    assert live.api.get("/apps/acme-shop/dynos").status_code == 503


def test_the_control_plane_is_never_spoiled(live: Live) -> None:
    live.remote.order_faults(Fault(kind=Kind.STATUS, times=None))
    assert live.remote.state().app("acme-shop").well
