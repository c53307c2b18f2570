"""The client over real sockets: what hangs, drips, breaks off and points elsewhere."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpcore2
import httpx2
import pytest

from heroku.calls import CallRecord
from heroku.client import Heroku
from heroku.deadlines import Deadline, bounded, within
from heroku.errors import CallFailed, NotFound, Refused, Unavailable, Unknown
from tests.heroku.doubles import EVERYTHING, TOKEN, Handler, serving

SHORT = 0.5  # seconds: the whole time of a call in these tests
SLACK = 10.0  # seconds: far more than a loaded machine takes on top, far less than these servers would

RELEASE = b'{"id": "r-42", "version": 42}'


@contextmanager
def client(url: str, *, timeout: float = SHORT) -> Iterator[tuple[Heroku, list[CallRecord]]]:
    records: list[CallRecord] = []
    with Heroku(TOKEN, base_url=url, timeout=timeout, grant=EVERYTHING, after=records.append) as heroku:
        yield heroku, records


def refused_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def hang(handler: Handler) -> None:
    handler.server.over.wait(60)


def cut(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def drip_headers(handler: Handler) -> None:
    handler.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000)


def drip_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n")
    handler.drip(b" " * 1000)


def cut_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n" + RELEASE)
    cut(handler)


def drip_refusal(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n")
    handler.drip(b" " * 1000)


def not_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0 hello\r\n\r\n")
    handler.close_connection = True


def test_a_call_over_a_real_connection_is_answered() -> None:
    with serving(lambda handler: handler.reply(200, RELEASE)) as server, client(server.url) as (heroku, _):
        assert heroku.release("acme-web", 42).version == 42
        assert heroku.rollback("acme-web", release="r-41").id == "r-42"
    assert [(method, path) for method, path, _, _ in server.seen] == [
        ("GET", "/apps/acme-web/releases/42"),
        ("POST", "/apps/acme-web/releases"),
    ]
    assert server.seen[1][3] == b'{"release":"r-41"}'


def test_a_connection_is_used_again() -> None:
    ports: set[int] = set()

    def note(handler: Handler) -> None:
        ports.add(handler.client_address[1])
        handler.reply(200, RELEASE)

    with serving(note) as server, client(server.url) as (heroku, _):
        for _ in range(3):
            heroku.release("acme-web", 42)
    assert len(ports) == 1


@pytest.mark.parametrize(
    ("answer", "get", "post", "status"),
    [
        pytest.param(hang, Unavailable, Unknown, None, id="hangs"),
        pytest.param(cut, Unavailable, Unknown, None, id="cut after it was sent"),
        pytest.param(drip_headers, Unavailable, Unknown, None, id="drips headers"),
        pytest.param(drip_body, Unavailable, Unknown, 201, id="drips a body"),
        pytest.param(cut_body, Unavailable, Unknown, 201, id="cut in the body"),
        pytest.param(drip_refusal, NotFound, NotFound, 404, id="drips a refusal"),
        pytest.param(not_http, Unavailable, Unknown, None, id="speaks something else"),
    ],
)
def test_every_call_ends_in_time_and_says_whether_it_may_be_repeated(
    answer: Callable[[Handler], None], get: type[CallFailed], post: type[CallFailed], status: int | None
) -> None:
    with serving(answer) as server, client(server.url) as (heroku, records):
        with pytest.raises(get):
            heroku.release("acme-web", 42)
        with pytest.raises(post) as caught:
            heroku.rollback("acme-web", release="r-41")
    assert caught.value.status == status
    assert all(record.seconds < SHORT + SLACK for record in records)
    assert len(server.seen) == 2


def test_nothing_is_unknown_where_nobody_listens() -> None:
    with client(refused_port()) as (heroku, _), pytest.raises(Unavailable, match="no connection"):
        heroku.rollback("acme-web", release="r-41")


def test_nothing_is_unknown_where_the_name_does_not_exist() -> None:
    unaskable = "https://" + "x" * 64 + ".invalid"  # too long a label: no resolver is asked
    with client(unaskable) as (heroku, _), pytest.raises(Unavailable, match="no connection"):
        heroku.rollback("acme-web", release="r-41")


def test_no_call_waits_for_a_connection_longer_than_its_time() -> None:
    listener = socket.create_server(("127.0.0.1", 0))  # takes connections, never speaks
    with listener, client(f"http://127.0.0.1:{listener.getsockname()[1]}") as (heroku, records):
        threads = [threading.Thread(target=_failing, args=(heroku,)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert len(records) == 12
    assert {record.outcome for record in records} == {"unavailable"}
    assert max(record.seconds for record in records) < 2 * SHORT + SLACK


def _failing(heroku: Heroku) -> None:
    with pytest.raises(Unavailable):
        heroku.release("acme-web", 42)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_leads_the_token_nowhere(status: int) -> None:
    with serving(lambda handler: handler.reply(200, RELEASE)) as other:
        to = f"{other.url}/apps/acme-web/releases"
        with (
            serving(lambda handler: handler.reply(status, b"", location=to)) as server,
            client(server.url) as (heroku, _),
        ):
            with pytest.raises(Refused):
                heroku.release("acme-web", 42)
            with pytest.raises(Refused):
                heroku.rollback("acme-web", release="r-41")
    assert other.seen == []
    assert len(server.seen) == 2


def test_a_router_s_page_is_an_outage() -> None:
    page = b"<!DOCTYPE html><html>Application error</html>"
    with (
        serving(lambda handler: handler.reply(503, page, content_type="text/html")) as server,
        client(server.url) as (heroku, _),
        pytest.raises(Unavailable) as caught,
    ):
        heroku.app("acme-web")
    assert "Application error" not in str(caught.value)


def test_the_proxies_and_logins_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy that somebody set for a shell would have been sent the token."""
    with serving(lambda handler: handler.reply(200, RELEASE)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with serving(lambda handler: handler.reply(200, RELEASE)) as server, client(server.url) as (heroku, _):
            heroku.release("acme-web", 42)
    assert proxy.seen == []
    assert len(server.seen) == 1


def test_a_connection_that_heroku_closed_meanwhile_is_replaced() -> None:
    closed = threading.Event()

    def answer_once(handler: Handler) -> None:
        handler.reply(200, RELEASE)
        cut(handler)
        closed.set()

    with serving(answer_once) as server, client(server.url) as (heroku, _):
        heroku.release("acme-web", 42)
        assert closed.wait(5)
        assert heroku.rollback("acme-web", release="r-41").id == "r-42"


def test_many_threads_share_one_client() -> None:
    with (
        serving(lambda handler: handler.reply(200, RELEASE)) as server,
        client(server.url, timeout=10.0) as (heroku, r),
    ):
        threads = [threading.Thread(target=heroku.release, args=("acme-web", 42)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert [record.outcome for record in r] == ["done"] * 16


def test_what_is_bounded_by_a_deadline_ends_with_it() -> None:
    now = 100.0
    with within(Deadline.after(10.0, lambda: now)):
        assert bounded(None, httpcore2.ReadTimeout) == 10.0
        assert bounded(3.0, httpcore2.ReadTimeout) == 3.0
        now = 108.0
        assert bounded(3.0, httpcore2.ReadTimeout) == 2.0
        now = 110.0
        with pytest.raises(httpcore2.ConnectTimeout):
            bounded(3.0, httpcore2.ConnectTimeout)
    assert bounded(3.0, httpcore2.ReadTimeout) == 3.0


def test_a_deadline_holds_in_its_own_thread_only() -> None:
    seen: list[float | None] = []
    with within(Deadline.after(0.0, time.monotonic)):
        thread = threading.Thread(target=lambda: seen.append(bounded(3.0, httpcore2.ReadTimeout)))
        thread.start()
        thread.join(10)
    assert seen == [3.0]


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in vars(httpcore2).values()
        if isinstance(kind, type)
        and issubclass(kind, (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError))
    ],
    ids=lambda kind: kind.__name__,
)
def test_every_error_of_the_transport_has_its_name_in_the_client(kind: type[Exception]) -> None:
    assert issubclass(getattr(httpx2, kind.__name__), httpx2.TransportError)
