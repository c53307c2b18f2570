"""The application from its start to its end, around a real Redis."""

import asyncio
import threading

from redis import Redis
from starlette.applications import Starlette

from core.connections import for_receiver
from core.settings import read
from receiver.app import build_app
from receiver.aside import Aside
from tests.receiver.fakes import SECRET, call, signature
from toolbelt.servers import Server

BODY = b'{"id": "event-1", "resource": "app"}'


def application(redis: Server) -> Starlette:
    settings = read(environment={"WEBHOOK_SECRET": SECRET, "REDIS_URL": redis.url})
    return build_app(settings, for_receiver(settings))


def test_what_was_counted_last_is_saved_at_the_end(redis: Server) -> None:
    async def story() -> None:
        app = application(redis)
        async with app.router.lifespan_context(app):
            assert (await call(app)).status == 401

    asyncio.run(story())
    with Redis.from_url(redis.url, decode_responses=True) as connection:
        assert connection.hget("dh:count", "refused:no_signature") == "1"


def test_what_waits_at_the_end_is_kept_before_the_connection_closes(redis: Server) -> None:
    async def story() -> None:
        app = application(redis)
        async with app.router.lifespan_context(app):
            first = BODY.replace(b"event-1", b"event-0")
            assert (await call(app, headers=[signature(first)], chunks=[first])).status == 202
            redis.freeze()
            delivery = asyncio.create_task(call(app, headers=[signature(BODY)], chunks=[BODY]))
            for _ in range(20):  # until it waits for Redis
                await asyncio.sleep(0)
            threading.Timer(0.3, redis.thaw).start()
        assert delivery.done()
        assert delivery.result().status == 202

    asyncio.run(story())


def test_questions_go_to_redis_one_at_a_time(redis: Server) -> None:
    async def story() -> None:
        asking = 0

        async def question() -> int:
            nonlocal asking
            asking += 1
            await asyncio.sleep(0.001)
            asking -= 1
            return asking

        aside = Aside(for_receiver(read("redis_url", environment={"REDIS_URL": redis.url})))
        assert await asyncio.gather(*(aside.ask(question) for _ in range(5))) == [0] * 5

    asyncio.run(story())


def test_a_question_does_not_wait_for_ever_for_its_turn(redis: Server) -> None:
    async def story() -> None:
        never = asyncio.Event()
        server = for_receiver(read("redis_url", environment={"REDIS_URL": redis.url}))
        aside = Aside(server, seconds=0.05)
        asked = await asyncio.gather(aside.ask(never.wait), aside.readiness(), return_exceptions=True)
        assert [type(answer) for answer in asked] == [TimeoutError, TimeoutError]
        assert not (await aside.readiness()).ready
        await server.aclose()

    asyncio.run(asyncio.wait_for(story(), 20))
