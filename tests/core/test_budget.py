"""The account's pool of calls: never overdrawn, never wasted, with some of it kept for live rules."""

import threading

import pytest
import redis

from core import layout
from core.budget import Budget


def still(server: redis.Redis, *, capacity: int) -> Budget:
    """A pool that does not refill while a test looks at it."""
    return Budget(server, capacity=capacity, refill=1e-9)


def test_a_pool_lets_through_what_it_holds_and_not_one_more(server: redis.Redis) -> None:
    budget = still(server, capacity=5)

    let_through = [budget.spend(f"call {n}") == 0 for n in range(8)]

    assert let_through == [True] * 5 + [False] * 3


def test_a_dry_pool_says_how_long_to_wait(server: redis.Redis) -> None:
    budget = Budget(server, capacity=1, refill=0.5)
    budget.spend("the last one")

    assert budget.spend("the next") == pytest.approx(2.0, abs=0.5)


def test_a_reserve_stays_for_live_rules(server: redis.Redis) -> None:
    budget = still(server, capacity=5)

    of_others = [budget.spend(f"other {n}", reserve=3) == 0 for n in range(4)]
    of_live_rules = [budget.spend(f"live {n}") == 0 for n in range(4)]

    assert of_others == [True, True, False, False]
    assert of_live_rules == [True, True, True, False]


def test_heroku_s_word_counts_less_what_is_under_way(server: redis.Redis) -> None:
    """Somebody else uses the account too: 4 of 10 are left when our first call is answered, and two more are flying."""
    budget = still(server, capacity=10)
    for call in ("answered", "flying 1", "flying 2"):
        budget.spend(call)

    budget.correct("answered", remaining=4)

    assert [budget.spend(f"next {n}") == 0 for n in range(3)] == [True, True, False]


def test_an_answer_that_says_nothing_of_the_pool_changes_nothing(server: redis.Redis) -> None:
    budget = still(server, capacity=2)
    budget.spend("one")

    budget.correct("one", remaining=None)

    assert [budget.spend(f"next {n}") == 0 for n in range(2)] == [True, False]


def test_more_than_the_capacity_is_not_believed(server: redis.Redis) -> None:
    budget = still(server, capacity=3)
    budget.spend("one")

    budget.correct("one", remaining=1_000_000)

    assert [budget.spend(f"next {n}") == 0 for n in range(4)] == [True, True, True, False]


def test_many_threads_share_one_pool(server: redis.Redis) -> None:
    let_through: list[bool] = []

    def call(name: int) -> None:
        budget = still(server, capacity=50)
        let_through.extend(budget.spend(f"{name}-{n}") == 0 for n in range(20))

    threads = [threading.Thread(target=call, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert let_through.count(True) == 50


def test_what_the_pool_leaves_in_redis_has_an_end(server: redis.Redis) -> None:
    still(server, capacity=5).spend("one")

    ends = {key: server.ttl(key) for key in server.scan_iter("*")}

    assert set(ends) == {layout.BUDGET.encode(), f"{layout.BUDGET}:flying".encode()}
    assert all(seconds > 0 for seconds in ends.values())
