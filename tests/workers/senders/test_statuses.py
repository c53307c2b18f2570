"""Whether a message is tried again and when, by kind and status; and where none may go."""

from collections.abc import Iterator

import pytest

from heroku.errors import Refused, Unavailable
from rules.rulebook import Target
from tests.workers.hooks import Hook, running
from tests.workers.senders.factories import message
from toolbelt.servers import free_port
from workers.telling import Teller

BY_ADDRESS = ("slack", "discord", "teams", "webhook")
KINDS = (*BY_ADDRESS, "pagerduty")
KEY = "0123456789abcdef0123456789abcdef"
CASES = [
    pytest.param(429, None, Unavailable, 8.0, id="429"),
    pytest.param(429, "33", Unavailable, 33.0, id="429 that says when"),
    pytest.param(503, "7", Unavailable, 7.0, id="503 that says when"),
    pytest.param(503, "99999", Unavailable, 300.0, id="503 that says much too late"),
    pytest.param(503, "\u00b2", Unavailable, 5.0, id="503 that says a digit which is no number"),
    pytest.param(500, None, Unavailable, 5.0, id="500"),
    pytest.param(502, None, Unavailable, 5.0, id="502"),
    pytest.param(408, None, Unavailable, 5.0, id="408"),
    pytest.param(400, None, Refused, None, id="400"),
    pytest.param(401, None, Refused, None, id="401"),
    pytest.param(404, None, Refused, None, id="404"),
    pytest.param(413, None, Refused, None, id="413"),
    pytest.param(307, None, Refused, None, id="a redirect, which is not followed"),
]


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running() as hook:
        yield hook


def send(kind: str, address: str, *, private: bool = True, timeout: float = 2.0) -> None:
    teller = Teller({"OPS": address}, private=private, timeout=timeout)
    try:
        teller.send(Target(kind, "OPS"), message())
    finally:
        teller.close()


def address_of(kind: str, hook: Hook) -> str:
    return hook.url.replace("http://", f"http://{KEY}@") if kind == "pagerduty" else hook.url


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("status", "retry_after", "error", "wait"), CASES)
def test_whether_it_is_tried_again_and_when(
    hook: Hook, kind: str, status: int, retry_after: str | None, error: type[Exception], wait: float | None
) -> None:
    hook.answers.append((status, retry_after))
    with pytest.raises(error) as caught:
        send(kind, address_of(kind, hook))

    assert f"target ops: answered {status}" in str(caught.value)
    assert getattr(caught.value, "retry_after", None) == wait
    assert len(hook.sent) == 1
    assert "a-secret-path" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_is_taken_is_sent_once(hook: Hook, kind: str, status: int) -> None:
    hook.answers.append((status, None))
    send(kind, address_of(kind, hook))

    assert [sent.headers["content-type"] for sent in hook.sent] == ["application/json"]


@pytest.mark.parametrize("kind", BY_ADDRESS)
def test_nobody_listens(kind: str) -> None:
    with pytest.raises(Unavailable, match=r"target ops: gave no answer \(ConnectError\)") as caught:
        send(kind, f"http://127.0.0.1:{free_port()}/a-secret-path")
    assert "a-secret-path" not in str(caught.value)


def test_an_answer_that_drips_does_not_hold_a_thread(hook: Hook) -> None:
    """Its time-out counted from one byte to the next, so that one bad target could hold all threads of a worker."""
    hook.drips.set()
    with pytest.raises(Unavailable, match="gave no answer"):
        send("webhook", hook.url, timeout=0.3)


@pytest.mark.parametrize("kind", BY_ADDRESS)
@pytest.mark.parametrize(
    "address",
    ["", "  ", "a-secret-path", "ftp://hooks.example/a-secret-path", "http://", "http://[::1/a-secret-path",
     "http://hooks.example:99999/a-secret-path", "http://hooks.example/\x00a-secret-path"],
)  # fmt: skip
def test_an_address_that_is_none_is_named_by_its_variable(kind: str, address: str) -> None:
    with pytest.raises(Refused, match="target ops: its variable OPS ") as caught:
        send(kind, address)
    assert "a-secret-path" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]"]
)
def test_nothing_goes_inside_unless_that_is_allowed(kind: str, host: str) -> None:
    with pytest.raises(Refused, match="private address; ALLOW_PRIVATE_ADDRESSES is not set") as caught:
        send(kind, f"http://{KEY}@{host}:9/a-secret-path", private=False)
    assert "a-secret-path" not in str(caught.value)


def test_a_kind_of_another_version_is_refused() -> None:
    with pytest.raises(Refused, match="this version knows no target of kind pigeon"):
        send("pigeon", "x")
