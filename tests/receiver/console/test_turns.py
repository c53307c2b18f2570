"""One question to Redis at a time, and each in its turn: who waits for whom."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from core.links import CONSOLE
from receiver.console.app import routes
from tests.receiver.console.browsing import ADDRESS, PASSWORD, SIGN_IN, Visitor
from tests.receiver.serving import PATIENCE
from toolbelt.servers import Server
from toolbelt.waiting import until

RUNS = f"{CONSOLE}/runs"


class Door:
    """Connects to Redis; while it is shut, whoever comes waits before it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.open = threading.Event()
        self.open.set()
        self.waiting = 0

    def connect(self) -> redis.Redis:
        self.waiting += 1
        assert self.open.wait(PATIENCE)
        self.waiting -= 1
        return redis.Redis.from_url(self._url, protocol=2)


@pytest.fixture
def door(running: Server, server: redis.Redis) -> Door:
    return Door(running.url)


@pytest.fixture
def asked() -> list[str]:
    """The paths that were asked for."""
    return []


@pytest.fixture
def visitor(door: Door, asked: list[str]) -> Iterator[Callable[[], Visitor]]:
    app = Starlette(routes=routes(SecretStr(PASSWORD), door.connect, address=ADDRESS))

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope.get("path", ""))
        await app(scope, receive, send)

    with TestClient(watched, base_url=ADDRESS) as client:
        yield lambda: Visitor(client)


def test_a_crowd_before_the_door_keeps_nobody_waiting_who_is_inside(visitor: Callable[[], Visitor], door: Door) -> None:
    """Whoever guesses passwords as fast as he can took the turns of those who had to stop a run."""
    ada, eve, sam = visitor().signed_in("ada"), visitor(), visitor()
    with ThreadPoolExecutor(2) as two:
        door.open.clear()
        guess = two.submit(eve.sign_in, "eve", "a guess")
        until(lambda: door.waiting == 1, what="the guess to be counted")
        page = two.submit(ada.get, RUNS)
        until(lambda: door.waiting == 2, what="the page to be looked for", within=5)
        door.open.set()
        assert (guess.result(PATIENCE).status_code, page.result(PATIENCE).status_code) == (401, 200)
    assert sam.get(RUNS).status_code == 303


def test_pages_are_looked_for_one_at_a_time(visitor: Callable[[], Visitor], door: Door, asked: list[str]) -> None:
    ada, sam = visitor().signed_in("ada"), visitor()
    with ThreadPoolExecutor(5) as five:
        door.open.clear()
        pages = [five.submit(ada.get, RUNS) for _ in range(5)]
        until(lambda: asked.count(RUNS) == 5 and door.waiting, what="all to be asked for")
        assert sam.get(SIGN_IN).status_code == 200  # which comes after them
        waiting = door.waiting
        door.open.set()
        assert [page.result(PATIENCE).status_code for page in pages] == [200] * 5
    assert waiting == 1
