"""One question to Redis at a time, and each in its turn: who waits for whom."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.links import CONSOLE
from receiver.console.app import routes
from tests.receiver.console.browsing import ADDRESS, PASSWORD, Visitor
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
        self.most = 0

    def connect(self) -> redis.Redis:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        assert self.open.wait(PATIENCE)
        self.waiting -= 1
        return redis.Redis.from_url(self._url, protocol=2)


@pytest.fixture
def door(running: Server, server: redis.Redis) -> Door:
    return Door(running.url)


@pytest.fixture
def visitor(door: Door) -> Iterator[Callable[[], Visitor]]:
    app = Starlette(routes=routes(SecretStr(PASSWORD), door.connect, address=ADDRESS))
    with TestClient(app, base_url=ADDRESS) as client:
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


def test_pages_are_looked_for_one_at_a_time(visitor: Callable[[], Visitor], door: Door) -> None:
    ada = visitor().signed_in("ada")
    with ThreadPoolExecutor(5) as five:
        door.open.clear()
        pages = [five.submit(ada.get, RUNS) for _ in range(5)]
        until(lambda: door.waiting == 1, what="the first to be looked for")
        door.open.set()
        assert [page.result(PATIENCE).status_code for page in pages] == [200] * 5
    assert door.most == 1
