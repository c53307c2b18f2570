"""When Redis is away, deaf or slow, and when those who look are: pages say so soon, and deliveries do not suffer."""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from core.links import CONSOLE
from tests.receiver.console.browsing import SIGN_IN, Visitor
from tests.receiver.console.keeping import Records
from tests.receiver.console.site import site, visiting
from tests.receiver.process import Web
from tests.receiver.serving import PATIENCE
from toolbelt.crew import Crew
from toolbelt.servers import Server

RUNS = f"{CONSOLE}/runs"
AT_ONCE = 50
MOST_CONNECTIONS = 4  # of a web process: its deliveries, its side questions, one page, and one who signs in


@pytest.fixture
def web(crew: Crew, redis: Server) -> Iterator[Web]:
    with site(crew, redis.url) as web:
        yield web


@pytest.fixture
def ada(web: Web) -> Iterator[Visitor]:
    with visiting(web) as visitor:
        yield visitor.signed_in("ada")


@pytest.fixture
def kept(redis: Server) -> Iterator[Records]:
    with connected(redis) as client:
        yield Records(client)


def connected(server: Server) -> redis.Redis:
    return redis.Redis.from_url(server.url, protocol=2)


def test_without_redis_each_page_says_so_and_comes_back_with_it(web: Web, ada: Visitor, redis: Server) -> None:
    cookie, token = ada.cookie, ada.token(RUNS)
    redis.kill()

    for answer in (
        ada.get(RUNS),
        ada.get(f"{RUNS}/x"),
        ada.post(f"{RUNS}/x", token=token, do="approve", why="I looked"),
    ):
        assert answer.status_code == 503
        assert "heroku redis:info" in answer.text
    with visiting(web) as stranger:
        assert stranger.sign_in("eve").status_code == 503  # whoever cannot be counted does not get in
        assert stranger.get(RUNS).status_code == 303
    assert web.status("e1") == 503
    assert web.client.get("/healthz").status_code == 200

    redis.start()
    web.recovered("again")
    assert ada.get(RUNS).status_code == 200
    assert ada.cookie == cookie
    assert "Traceback" not in web.process.output


def test_of_a_redis_that_does_not_answer_pages_tell_before_the_router_gives_up(
    web: Web, ada: Visitor, redis: Server
) -> None:
    """Else the visitor would have raised, as the router would have shown a page of its own."""
    redis.freeze()
    with ThreadPoolExecutor(9) as crowd:
        answers = list(crowd.map(ada.get, [RUNS] * 9))
    redis.thaw()
    assert [answer.status_code for answer in answers] == [503] * 9
    assert all("heroku redis:info" in answer.text for answer in answers)
    assert ada.get(RUNS).status_code == 200


def test_deliveries_get_their_503_in_the_time_that_they_got_it_without_readers(
    web: Web, ada: Visitor, redis: Server
) -> None:
    redis.freeze()

    def seconds(id: str) -> float:
        began = time.monotonic()
        assert web.status(id) == 503
        return time.monotonic() - began

    alone = seconds("e1")
    reader = threading.Thread(target=lambda: ada.get(RUNS))
    reader.start()
    beside = seconds("e2")
    redis.thaw()
    reader.join(PATIENCE)
    assert beside < 2 * alone


def test_what_was_to_be_told_is_told_once_there_is_a_page_again(web: Web, ada: Visitor, redis: Server) -> None:
    """A page that could not be drawn had taken with it what had come of an approval."""
    with connected(redis) as client:
        run = f"{RUNS}/{Records(client).asking('e1:roll-back')}"
    assert ada.send(run, do="approve", why="I looked").status_code == 303
    redis.kill()
    assert ada.get(run).status_code == 503
    redis.start()
    web.recovered("again")
    assert "Approved: the run goes on." in ada.page(RUNS)
    assert "Approved: the run goes on." not in ada.page(RUNS)


def test_who_goes_away_amid_a_page_holds_nobody_up(web: Web, ada: Visitor, redis: Server) -> None:
    redis.freeze()
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", web.port), timeout=PATIENCE) as gone:
            gone.sendall(f"GET {RUNS} HTTP/1.1\r\nHost: x\r\nCookie: dynohook={ada.cookie}\r\n\r\n".encode())
    redis.thaw()
    assert ada.get(RUNS).status_code == 200


def test_who_goes_away_amid_a_form_leaves_no_trace(web: Web, ada: Visitor) -> None:
    head = f"POST {SIGN_IN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=PATIENCE) as gone:
        gone.sendall(f"{head}Content-Length: 100\r\n\r\ntoken=".encode())
    assert ada.get(RUNS).status_code == 200
    assert "failed" not in web.process.output
    assert "Traceback" not in web.process.output


def test_who_reads_slowly_holds_nobody_up(web: Web, ada: Visitor, kept: Records) -> None:
    steps = [{"name": f"step {number}", "action": "logs"} for number in range(60)]
    long = {"output": {"lines": ["<" * 1_900] * 30}}
    kept.run("e1:long", steps=steps, journal={f"step:{number}": long for number in range(60)})
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.settimeout(PATIENCE)
        slow.connect(("127.0.0.1", web.port))
        slow.sendall(f"GET {RUNS}/e1:long HTTP/1.1\r\nHost: x\r\nCookie: dynohook={ada.cookie}\r\n\r\n".encode())
        assert slow.recv(15) == b"HTTP/1.1 200 OK"
        assert ada.get(RUNS).status_code == 200
        assert web.status("e2") == 202


def test_a_crowd_of_readers_takes_one_connection_and_each_is_answered(
    web: Web, ada: Visitor, redis: Server, kept: Records
) -> None:
    for number in range(300):
        kept.run(f"e{number}:roll-back")

    def read(_: int) -> int:
        with visiting(web) as visitor:
            visitor.cookie = ada.cookie
            return visitor.get(f"{RUNS}?state=failed").status_code

    def connections() -> int:
        return len([one for one in kept.server.client_list() if one["cmd"] != "client|list"])

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        asked = [crowd.submit(read, number) for number in range(AT_ONCE)]
        seen = [connections() for one in asked if one.exception(timeout=60) is None]

    assert {one.result() for one in asked} <= {200, 503}
    assert max(seen) <= MOST_CONNECTIONS
    assert ada.get(RUNS).status_code == 200


def test_readers_do_not_hold_up_deliveries(web: Web, ada: Visitor, kept: Records) -> None:
    """As a ratio: no machine is always as fast."""
    for number in range(300):
        kept.run(f"e{number}:roll-back")
    numbers = iter(range(10_000))

    def seconds() -> float:
        began = time.perf_counter()
        assert web.status(f"d{next(numbers)}") == 202
        return time.perf_counter() - began

    def usual() -> float:
        return statistics.median(seconds() for _ in range(100))

    over = threading.Event()

    def look() -> None:
        with visiting(web) as visitor:
            visitor.cookie = ada.cookie
            while not over.is_set():
                visitor.get(f"{RUNS}?state=failed")

    usual()
    alone = usual()
    with ThreadPoolExecutor(4) as crowd:
        for _ in range(4):
            crowd.submit(look)
        beside = usual()
        over.set()
    assert beside < 10 * alone
