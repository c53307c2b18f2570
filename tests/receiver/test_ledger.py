"""One contract for the ledger, held by the real one and by the fake that stands in for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from core.accepting import Answer, Arrival, Keeper
from core.connections import for_receiver
from core.settings import read
from receiver.asking import Ask
from tests.receiver.fakes import FakeLedger
from toolbelt.servers import Server

Outcomes = Sequence[Answer | Exception]
Play = Callable[[Callable[[Ask], Awaitable[None]]], None]


@pytest.fixture(params=["real", "fake"])
def play(request: pytest.FixtureRequest) -> Play:
    """Run a story on one implementation."""
    if request.param == "fake":
        return lambda story: asyncio.run(_whole(story(FakeLedger().keep)))
    redis: Server = request.getfixturevalue("redis")
    return lambda story: asyncio.run(_on_the_real_one(story, redis.url))


async def _on_the_real_one(story: Callable[[Ask], Awaitable[None]], url: str) -> None:
    async with for_receiver(read("redis_url", environment={"REDIS_URL": url})) as server:
        await story(Keeper(server).keep)


async def _whole(story: Awaitable[None]) -> None:
    await story


def arrival(id: str, created_at: float | None = 1_800_000_000.0) -> Arrival:
    return Arrival(id, "event", "api:release", "update", "app", created_at, b'{"id": "x"}')


def test_what_comes_again_is_a_duplicate(play: Play) -> None:
    async def story(keep: Ask) -> None:
        assert await keep([arrival("1")]) == ["accepted"]
        assert await keep([arrival("1")]) == ["duplicate"]

    play(story)


def test_answers_come_in_order_one_for_each(play: Play) -> None:
    async def story(keep: Ask) -> None:
        await keep([arrival("2")])
        assert await keep([arrival("1"), arrival("2"), arrival("3")]) == ["accepted", "duplicate", "accepted"]

    play(story)


def test_of_two_alike_in_one_group_the_second_is_a_duplicate(play: Play) -> None:
    async def story(keep: Ask) -> None:
        assert await keep([arrival("1"), arrival("1")]) == ["accepted", "duplicate"]

    play(story)


def test_what_has_no_time_of_creation_is_known_again_too(play: Play) -> None:
    async def story(keep: Ask) -> None:
        assert await keep([arrival("unreadable-1", created_at=None)]) == ["accepted"]
        assert await keep([arrival("unreadable-1", created_at=None)]) == ["duplicate"]

    play(story)
