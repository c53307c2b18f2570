"""Accepts that arrive together share one call, and each still has an answer of its own."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout

from core.accepting import Arrival
from receiver.errors import NotKept
from receiver.grouping import GROUP_BYTES, GROUP_EVENTS, PATIENCE, Grouping, Patience
from tests.receiver.fakes import FakeLedger

Story = Callable[[FakeLedger, Grouping], Awaitable[None]]


def play(story: Story, patience: Patience = PATIENCE) -> None:
    async def whole() -> None:
        ledger = FakeLedger()
        ledger.held = asyncio.Event()
        await story(ledger, Grouping(ledger.keep, patience))

    asyncio.run(asyncio.wait_for(whole(), 20))


def arrival(id: str, size: int = 10) -> Arrival:
    return Arrival(id, "event", "api:release", "update", "app", None, b"x" * size)


async def gather(grouping: Grouping, *ids: str, size: int = 10) -> "list[asyncio.Task[str]]":
    """These arrive now, at the same time."""
    tasks = [asyncio.create_task(ask(grouping, arrival(id, size))) for id in ids]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def ask(grouping: Grouping, arrival: Arrival) -> str:
    try:
        return await grouping.keep(arrival)
    except NotKept as error:
        return error.cause


async def answers(*groups: "list[asyncio.Task[str]]") -> list[str]:
    return [await task for group in groups for task in group]


def let_go(ledger: FakeLedger) -> None:
    assert ledger.held is not None
    ledger.held.set()


def test_the_first_goes_at_once_and_the_rest_ride_in_the_next_call() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        first = await gather(grouping, "1")
        assert ledger.calls == [["1"]]
        rest = await gather(grouping, "2", "3", "4")
        assert ledger.calls == [["1"]]
        let_go(ledger)
        assert await answers(first, rest) == ["accepted"] * 4
        assert ledger.calls == [["1"], ["2", "3", "4"]]

    play(story)


def test_each_has_its_own_answer() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        first = await gather(grouping, "1")
        rest = await gather(grouping, "2", "3", "4", "5", "6")
        ledger.trouble += [["accepted"], ["accepted", "duplicate", "full", "deep", ResponseError("no")]]
        let_go(ledger)
        assert await answers(first, rest) == ["accepted", "accepted", "duplicate", "full", "deep", "redis"]

    play(story)


def test_a_group_has_a_bounded_number_of_events() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        first = await gather(grouping, "first")
        rest = await gather(grouping, *(str(number) for number in range(2 * GROUP_EVENTS + 1)))
        let_go(ledger)
        await answers(first, rest)
        assert [len(call) for call in ledger.calls] == [1, GROUP_EVENTS, GROUP_EVENTS, 1]

    play(story)


def test_a_group_has_a_bounded_size_and_a_larger_event_goes_alone() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        first = await gather(grouping, "first")
        small = await gather(grouping, "a", "b", "c", size=GROUP_BYTES // 2)
        large = await gather(grouping, "large", size=GROUP_BYTES + 1)
        last = await gather(grouping, "d", "e", size=GROUP_BYTES // 2)
        let_go(ledger)
        assert await answers(first, small, large, last) == ["accepted"] * 7
        assert ledger.calls == [["first"], ["a", "b"], ["c"], ["large"], ["d", "e"]]

    play(story)


def test_who_asks_while_nothing_is_under_way_waits_for_nobody() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        let_go(ledger)
        for id in ("1", "2"):
            assert await grouping.keep(arrival(id)) == "accepted"
        assert ledger.calls == [["1"], ["2"]]

    play(story)


@pytest.mark.parametrize("who", ["1", "2"], ids=["under way", "waiting"])
def test_a_request_that_is_cancelled_leaves_its_group_alone(who: str) -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        tasks = {id: (await gather(grouping, id))[0] for id in ("1", "2", "3")}
        tasks.pop(who).cancel()
        let_go(ledger)
        assert await answers(list(tasks.values())) == ["accepted"] * 2
        assert list(ledger.kept) == ["1", "2", "3"]

    play(story)


def test_a_request_that_waits_too_long_is_told_so_and_its_event_may_still_be_kept() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        tasks = await gather(grouping, "1", "2")
        assert await answers(tasks) == ["redis", "redis"]
        let_go(ledger)
        assert await answers(await gather(grouping, "1", "2")) == ["duplicate", "duplicate"]

    play(story, Patience(seconds=0.05))


def test_a_group_whose_script_errs_is_asked_singly() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        first = await gather(grouping, "1")
        rest = await gather(grouping, "2", "3", "4")
        error = ResponseError("WRONGTYPE dh:seen is a string")
        ledger.trouble += [["accepted"], error, ["accepted"], error, ["duplicate"]]
        let_go(ledger)
        assert await answers(first, rest) == ["accepted", "accepted", "redis", "duplicate"]
        assert ledger.calls[1:] == [["2", "3", "4"], ["2"], ["3"], ["4"]]

    play(story)


@pytest.mark.parametrize("fault", [RedisTimeout("slow"), OutOfMemoryError("OOM")], ids=["no answer", "full"])
def test_asking_singly_ends_with_the_first_trouble_that_is_everybodys(fault: Exception) -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        first = await gather(grouping, "1")
        rest = await gather(grouping, "2", "3", "4")
        ledger.trouble += [["accepted"], ResponseError("ERR"), ["accepted"], fault]
        let_go(ledger)
        told = "full" if isinstance(fault, OutOfMemoryError) else "redis"
        assert await answers(first, rest) == ["accepted", "accepted", told, told]
        assert ledger.calls[1:] == [["2", "3", "4"], ["2"], ["3"]]

    play(story)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param(RedisTimeout("slow"), "redis", id="time-out"),
        pytest.param(Disconnected("gone"), "redis", id="disconnected"),
        pytest.param(ConnectionResetError(), "redis", id="reset"),
        pytest.param(TimeoutError(), "redis", id="own time-out"),
        pytest.param(ReadOnlyError("replica"), "redis", id="read-only"),
        pytest.param(OutOfMemoryError("OOM"), "full", id="full"),
        pytest.param(KeyError("a bug"), "fault", id="a bug of ours"),
        pytest.param([], "fault", id="too few answers"),
    ],
)
def test_trouble_with_redis_itself_is_everybodys_at_once_and_gone_with_the_next_call(
    fault: Exception | list[object], told: str
) -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        first = await gather(grouping, "1")
        rest = await gather(grouping, "2", "3")
        ledger.trouble += [["accepted"], fault]  # type: ignore[list-item]
        let_go(ledger)
        assert await answers(first, rest) == ["accepted", told, told]
        assert len(ledger.calls) == 2
        assert await answers(await gather(grouping, "2", "3")) == ["accepted", "accepted"]

    play(story)


@pytest.mark.parametrize(
    "patience",
    [pytest.param(Patience(5.0, deliveries=3), id="number"), pytest.param(Patience(5.0, bytes=35), id="size")],
)
def test_what_may_wait_is_bounded(patience: Patience) -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        under_way = await gather(grouping, "1")
        waiting = await gather(grouping, "2", "3", "4")
        too_many = await gather(grouping, "5")
        assert await answers(too_many) == ["busy"]
        let_go(ledger)
        assert await answers(under_way, waiting) == ["accepted"] * 4
        assert await answers(await gather(grouping, "5")) == ["accepted"]

    play(story, patience)


def test_closing_sends_what_waits() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        tasks = await gather(grouping, "1", "2", "3")
        let_go(ledger)
        await grouping.close()
        assert list(ledger.kept) == ["1", "2", "3"]
        assert await answers(tasks) == ["accepted"] * 3

    play(story)


def test_closing_does_not_wait_for_ever() -> None:
    async def story(ledger: FakeLedger, grouping: Grouping) -> None:
        tasks = await gather(grouping, "1", "2") + await gather(grouping, "3")
        await grouping.close()
        assert await answers(tasks) == ["redis"] * 3

    play(story, Patience(seconds=60.0, closing_seconds=0.05))
