"""Nobody who was asked is forgotten, and never too many drain at once."""

import threading

import pytest

from workers.turns import Turns


def test_a_wake_up_that_finds_the_place_taken_is_taken_up_by_whoever_leaves() -> None:
    """At 200 deliveries a second one in a hundred waited most of a second: its wake-up had come just after the last
    look of the only drain, found the place taken, and was gone; the row waited for the next beat."""
    turns = Turns(1)
    drained: list[str] = []

    def drain() -> None:
        drained.append(threading.current_thread().name)
        if len(drained) == 1:
            late = threading.Thread(target=turns.take, args=(drain,), name="late")
            late.start()
            late.join(timeout=10)
            assert not late.is_alive()

    turns.take(drain)

    assert drained == [threading.current_thread().name] * 2


def test_no_more_threads_drain_than_there_are_places() -> None:
    turns = Turns(2)
    entered, leave = threading.Semaphore(0), threading.Event()

    def drain() -> None:
        entered.release()
        leave.wait(timeout=10)

    threads = [threading.Thread(target=turns.take, args=(drain,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=10)

    turns.take(drain)  # a third one finds no place and comes back at once

    assert not entered.acquire(blocking=False)
    leave.set()
    for thread in threads:
        thread.join(timeout=10)
    assert entered.acquire(blocking=False), "what the third one was asked for is done by one of the two"


def test_a_drain_that_breaks_gives_its_place_back() -> None:
    turns = Turns(1)
    drained: list[int] = []

    def broken() -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        turns.take(broken)
    turns.take(lambda: drained.append(1))

    assert drained == [1]
