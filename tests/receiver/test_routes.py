"""Which path leads where, what the others are told, and what is said of the service's health."""

import asyncio
from collections.abc import Sequence

import pytest
from redis.exceptions import ConnectionError as Disconnected
from starlette.types import ASGIApp

from core.presence import Readiness
from receiver.deliveries import PATH
from receiver.health import REMEMBER_SECONDS, Metrics, Readyz
from receiver.routes import routed
from tests.receiver.fakes import Door, Reply, call

READY = Readiness(ready=True, workers=2, rules=("abc",), paused=False, epoch="epoch-1")
IDLE = Readiness(ready=False, workers=0, rules=(), paused=False, epoch=None)
TOKEN = b"a token for tests"


class FakeStatus:
    """What Redis says of the service; an exception is raised."""

    def __init__(self, readiness: Readiness | Exception = READY, page: bytes | Exception = b"metric 1\n") -> None:
        self.readiness = readiness
        self.page = page
        self.asked = 0

    async def look(self) -> Readiness:
        self.asked += 1
        await asyncio.sleep(0)
        if isinstance(self.readiness, Exception):
            raise self.readiness
        return self.readiness

    async def numbers(self) -> bytes:
        if isinstance(self.page, Exception):
            raise self.page
        return self.page


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def service(status: FakeStatus, *, token: bytes | None = TOKEN, clock: Clock | None = None) -> ASGIApp:
    return routed(Door().app, Readyz(status.look, clock or Clock()), Metrics(status.numbers, token))


def get(app: ASGIApp, path: str, *, method: str = "GET", headers: Sequence[tuple[bytes, bytes]] = ()) -> Reply:
    return asyncio.run(call(app, method=method, path=path, headers=headers))


def test_a_delivery_comes_through_to_the_endpoint() -> None:
    assert get(service(FakeStatus()), PATH, method="POST").json["error"].startswith("no signature")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_another_method_is_told_which_one_to_use(method: str) -> None:
    reply = get(service(FakeStatus()), PATH, method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    assert reply.json == {"error": "Method Not Allowed"}


@pytest.mark.parametrize("path", ["/", "/webhooks", PATH + "/", PATH + "/x", "/WEBHOOKS/HEROKU", "/healthz/", "//"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path_is_not_found_and_nothing_redirects(method: str, path: str) -> None:
    reply = get(service(FakeStatus()), path, method=method)
    assert (reply.status, reply.json) == (404, {"error": "Not Found"})


def test_it_is_alive_whatever_becomes_of_redis() -> None:
    status = FakeStatus(Disconnected("gone"), Disconnected("gone"))
    assert get(service(status), "/healthz").json == {"status": "ok"}
    assert status.asked == 0


def test_it_is_ready_when_a_worker_has_been_seen_and_tells_its_rules() -> None:
    reply = get(service(FakeStatus(READY)), "/readyz")
    assert reply.status == 200
    assert reply.json == {"ready": True, "workers": 2, "rules": ["abc"], "paused": False, "epoch": "epoch-1"}


@pytest.mark.parametrize(
    ("readiness", "error"),
    [
        pytest.param(IDLE, "no worker has been seen lately", id="no worker"),
        pytest.param(Disconnected("at a secret address"), "Redis does not answer", id="Redis down"),
        pytest.param(TimeoutError(), "Redis does not answer", id="Redis slow"),
    ],
)
def test_it_is_not_ready_and_says_why(readiness: Readiness | Exception, error: str) -> None:
    reply = get(service(FakeStatus(readiness)), "/readyz")
    assert (reply.status, reply.json["ready"], reply.json["error"]) == (503, False, error)


@pytest.mark.parametrize("readiness", [READY, Disconnected("gone")], ids=["up", "down"])
def test_a_flood_of_readiness_checks_asks_redis_once_a_second(readiness: Readiness | Exception) -> None:
    async def story() -> None:
        status, clock = FakeStatus(readiness), Clock()
        app = service(status, clock=clock)
        await asyncio.gather(*(call(app, method="GET", path="/readyz") for _ in range(50)))
        assert status.asked == 1
        status.readiness = IDLE
        clock.now += REMEMBER_SECONDS
        reply = await call(app, method="GET", path="/readyz")
        assert (reply.json["error"], status.asked) == ("no worker has been seen lately", 2)

    asyncio.run(story())


def test_metrics_are_for_the_holder_of_the_token() -> None:
    reply = get(service(FakeStatus()), "/metrics", headers=[(b"authorization", b"Bearer " + TOKEN)])
    assert (reply.status, reply.body) == (200, b"metric 1\n")
    assert reply.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param([(b"authorization", b"")], id="empty"),
        pytest.param([(b"authorization", b"Bearer")], id="no token"),
        pytest.param([(b"authorization", b"Bearer wrong")], id="wrong"),
        pytest.param([(b"authorization", b"Bearer " + TOKEN[:-1])], id="cut short"),
        pytest.param([(b"authorization", b"Basic " + TOKEN)], id="another scheme"),
        pytest.param([(b"authorization", TOKEN)], id="no scheme"),
        pytest.param([(b"authorization", b"Bearer \xff\xfe")], id="not UTF-8"),
    ],
)
def test_metrics_are_for_nobody_else(headers: list[tuple[bytes, bytes]]) -> None:
    reply = get(service(FakeStatus()), "/metrics", headers=headers)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert TOKEN not in reply.body


def test_without_a_token_there_are_no_metrics() -> None:
    for given in (b"", b"Bearer ", b"Bearer None"):
        reply = get(service(FakeStatus(), token=None), "/metrics", headers=[(b"authorization", given)])
        assert (reply.status, reply.json) == (404, {"error": "Not Found"})


def test_metrics_that_cannot_be_had_are_a_503() -> None:
    status = FakeStatus(page=Disconnected("at a secret address"))
    reply = get(service(status), "/metrics", headers=[(b"authorization", b"Bearer " + TOKEN)])
    assert (reply.status, reply.json) == (503, {"error": "Redis does not answer"})
