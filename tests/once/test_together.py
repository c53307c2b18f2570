"""Two web processes that keep the same deliveries at the same moment: one of them does."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import uuid4

from core import connections
from core.accepting import Arrival, Keeper
from core.settings import Settings, read
from toolbelt.crew import Crew
from toolbelt.servers import Server

PROCESSES = 4
ROUNDS = 30


def test_of_many_that_keep_one_event_at_the_same_moment_one_does() -> None:
    with Crew() as crew, Server(crew) as server:
        settings = read("redis_url", environment={"REDIS_URL": server.url})
        for answers in asyncio.run(kept_by_many(settings)):
            assert sorted(answers) == ["accepted", *["duplicate"] * (PROCESSES - 1)]


async def kept_by_many(settings: Settings) -> list[Sequence[str]]:
    """What each was answered, in each round."""
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(connections.for_receiver(settings)) for _ in range(PROCESSES)]
        keepers = [Keeper(server) for server in servers]
        return [await kept_by_all(keepers, arrival()) for _ in range(ROUNDS)]


async def kept_by_all(keepers: Sequence[Keeper], one: Arrival) -> Sequence[str]:
    answers = await asyncio.gather(*(keeper.keep([one]) for keeper in keepers))
    return [str(answer) for [answer] in answers]


def arrival() -> Arrival:
    return Arrival(
        id=str(uuid4()),
        kind="event",
        include="dyno",
        action="create",
        app="acme-web",
        created_at=1_772_615_780.0,
        body=b"{}",
    )
