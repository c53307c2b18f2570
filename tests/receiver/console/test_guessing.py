"""An end to guessing: ten tries from one address in ten minutes, counted for all processes together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from core import layout, tries
from core.links import CONSOLE
from tests.receiver.console.browsing import PASSWORD, Visitor
from toolbelt.servers import Server

RUNS = f"{CONSOLE}/runs"


def guess(visitor: Visitor, forwarded: str, times: int = tries.MOST) -> list[int]:
    """What comes of so many guesses from there."""
    visitor.headers = {"x-forwarded-for": forwarded}
    return [visitor.sign_in("eve", f"guess {number}").status_code for number in range(times)]


def comes_in(visitor: Visitor, forwarded: str) -> bool:
    visitor.headers = {"x-forwarded-for": forwarded}
    return visitor.sign_in().status_code == 303


def test_after_ten_wrong_ones_the_right_password_opens_nothing_either(stranger: Visitor) -> None:
    assert guess(stranger, "203.0.113.9") == [401] * 10

    answer = stranger.sign_in("ada", PASSWORD)

    assert answer.status_code == 429
    assert "There were too many tries from where you are. Wait for 10 minutes." in answer.text
    assert stranger.get(RUNS).status_code == 303


def test_it_is_open_to_all_others_meanwhile(stranger: Visitor, visitor: Callable[[], Visitor]) -> None:
    guess(stranger, "203.0.113.9")
    assert comes_in(visitor(), "203.0.113.10")


def test_it_ends_by_itself_and_guessing_on_does_not_put_that_off(stranger: Visitor, server: redis.Redis) -> None:
    guess(stranger, "203.0.113.9")
    [key] = server.keys(f"{layout.TRIES}*")
    assert 0 < server.ttl(key) <= layout.TRIES_SECONDS
    server.expire(key, 100)
    assert guess(stranger, "203.0.113.9", 5) == [429] * 5
    assert server.ttl(key) <= 100

    server.delete(key)  # as its end does

    assert comes_in(stranger, "203.0.113.9")


def test_whoever_comes_in_begins_anew(stranger: Visitor, server: redis.Redis) -> None:
    guess(stranger, "203.0.113.9", 9)
    assert comes_in(stranger, "203.0.113.9")
    assert server.keys(f"{layout.TRIES}*") == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("203.0.113.9", "198.51.100.1, 203.0.113.9", id="an address made up before it"),
        pytest.param("1.1.1.1,203.0.113.9", "2.2.2.2,,, 203.0.113.9 ", id="another one each time"),
        pytest.param(
            "2001:db8:1:2::1", "2001:db8:1:2:ffff::2", id="another address of one's own, of which there are many"
        ),
        pytest.param("2001:DB8:1:2:0::1", "2001:db8:1:2::1", id="spelt in another way"),
    ],
)
def test_nobody_gets_more_tries_by_what_he_sends(
    stranger: Visitor, visitor: Callable[[], Visitor], first: str, second: str
) -> None:
    guess(stranger, first)
    assert not comes_in(visitor(), second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("203.0.113.9", "203.0.113.9, 198.51.100.1", id="somebody else who names that address"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", id="somebody else's network"),
    ],
)
def test_nobody_takes_the_tries_of_others(
    stranger: Visitor, visitor: Callable[[], Visitor], first: str, second: str
) -> None:
    guess(stranger, first)
    assert comes_in(visitor(), second)


@pytest.mark.parametrize("address", ["x" * 10_000, "", ",", "*", "dh:events", "203.0.113.9:1234"])
def test_any_address_is_counted_under_a_key_of_one_length(server: redis.Redis, address: str) -> None:
    assert [tries.count(server, address) for _ in range(3)] == [1, 2, 3]
    [key] = server.keys("*")
    assert len(key) == len(layout.TRIES) + 16


def test_tries_at_the_same_moment_from_several_processes_are_all_counted(running: Server, server: redis.Redis) -> None:
    clients = [redis.Redis.from_url(running.url, protocol=2) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        counts = sorted(threads.map(lambda number: tries.count(clients[number % 8], "a"), range(80)))
    for client in clients:
        client.close()
    assert counts == list(range(1, 81))
