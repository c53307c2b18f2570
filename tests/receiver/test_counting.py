"""What was not taken is counted by its cause, told now and then, and never lost to a Redis that is down."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis.exceptions import ConnectionError as Disconnected

from receiver.counting import TELL_SECONDS, Tally
from receiver.errors import Gone, NotKept, NotTaken, Refused
from tests.receiver.fakes import FakeCounters, FakeLog


def play(story: Callable[[Tally, FakeCounters], Awaitable[None]]) -> None:
    async def whole() -> None:
        counters = FakeCounters()
        await story(Tally(counters.add, lambda: 0.0), counters)

    asyncio.run(asyncio.wait_for(whole(), 20))


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (Refused("wrong_signature"), "refused:wrong_signature"),
        (NotKept("deep"), "not_kept:deep"),
        (Gone(), "cut_off"),
    ],
    ids=["refused", "not kept", "gone"],
)
def test_each_is_counted_under_its_cause(error: NotTaken, name: str) -> None:
    async def story(tally: Tally, counters: FakeCounters) -> None:
        for _ in range(3):
            tally.not_taken(error)
        await tally.save()
        assert counters.counts == {name: 3}

    play(story)


def test_nothing_is_asked_of_redis_while_there_is_nothing_to_add() -> None:
    async def story(tally: Tally, counters: FakeCounters) -> None:
        await tally.save()
        assert counters.calls == 0

    play(story)


@pytest.mark.parametrize("trouble", [Disconnected("gone"), TimeoutError(), KeyError("a bug")], ids=repr)
def test_counts_wait_for_a_redis_that_is_down(trouble: Exception) -> None:
    async def story(tally: Tally, counters: FakeCounters) -> None:
        tally.not_taken(Gone())
        counters.down = trouble
        await tally.save()
        tally.not_taken(Gone())
        counters.down = None
        await tally.save()
        await tally.save()
        assert counters.counts == {"cut_off": 2}

    play(story)


def test_counts_survive_a_save_that_is_cut_short() -> None:
    async def story(tally: Tally, counters: FakeCounters) -> None:
        tally.not_taken(Gone())
        counters.held = asyncio.Event()
        saving = asyncio.create_task(tally.save())
        await asyncio.sleep(0)
        saving.cancel()
        await asyncio.wait([saving])
        counters.held = None
        await tally.save()
        assert counters.counts == {"cut_off": 1}

    play(story)


def test_counts_are_saved_again_and_again() -> None:
    async def story(tally: Tally, counters: FakeCounters) -> None:
        saving = asyncio.create_task(tally.save_always(every=0.001))
        for expected in (1, 2, 3):
            tally.not_taken(Gone())
            while counters.counts.get("cut_off") != expected:
                await asyncio.sleep(0.001)
        saving.cancel()
        await asyncio.wait([saving])

    play(story)


def test_a_flood_of_refusals_is_one_line_per_cause_and_ten_seconds() -> None:
    log = FakeLog()
    clock = iter(at for at in (0.0, 1.0, TELL_SECONDS - 1, TELL_SECONDS, TELL_SECONDS + 1) for _ in range(2))
    tally = Tally(FakeCounters().add, lambda: next(clock), log.warn)
    for _ in range(5):
        tally.not_taken(Refused("wrong_signature"))
        tally.not_taken(Refused("no_signature"))
    assert log.lines == [
        ("delivery refused", {"cause": "wrong_signature", "count": 1}),
        ("delivery refused", {"cause": "no_signature", "count": 1}),
        ("delivery refused", {"cause": "wrong_signature", "count": 3}),
        ("delivery refused", {"cause": "no_signature", "count": 3}),
    ]


def test_a_line_says_why_a_delivery_was_not_kept() -> None:
    log = FakeLog()
    Tally(FakeCounters().add, lambda: 0.0, log.warn).not_taken(NotKept("redis", why="TimeoutError: slow"))
    assert log.lines == [("delivery not kept", {"cause": "redis", "count": 1, "why": "TimeoutError: slow"})]


def test_what_could_not_be_read_is_counted_and_told_with_its_reason() -> None:
    async def story() -> None:
        log, counters = FakeLog(), FakeCounters()
        tally = Tally(counters.add, lambda: 0.0, log.warn)
        for _ in range(2):
            tally.unreadable("not JSON")
        await tally.save()
        assert counters.counts == {"unreadable": 2}
        assert log.lines == [("delivery unreadable", {"cause": "unreadable", "count": 1, "why": "not JSON"})]

    asyncio.run(story())
