"""Listening to agents: all streams of a worker share one thread, and what they say is written down as it comes."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog
from redis.exceptions import RedisError

from core.answers import LISTENING, Answers
from heroku.errors import HerokuError, Unavailable
from heroku.inference.asking import Request
from heroku.inference.client import Cut, Inference
from heroku.inference.hearing import Ended, Transcript
from heroku.redacting import redacted, without_secrets

WRITE_SECONDS = 1.0  # between two writings of what has come
STOP_SECONDS = 5.0
FULL = 200  # streams at once

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a question may take, and how many tokens it may use in all."""

    seconds: float
    tokens: int


class Streams:
    """`connect` makes the client, in the thread that uses it. The thread begins with the first question."""

    def __init__(self, answers: Answers, connect: Callable[[], Inference], *, model: str = "") -> None:
        self.answers = answers
        self.model = model
        self._connect = connect
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._inference: Inference | None = None
        self._over = False

    def ask(self, id: str, request: Request, bounds: Bounds) -> None:
        """Ask, once for each id, and listen in the background. Raises Unavailable if too many are listened to, or the
        worker stops; RedisError."""
        if self._over or len(self._tasks) >= FULL:
            raise Unavailable(method="POST", path="agents", message="no more streams can be heard", retry_after=5.0)
        loop = self._started()
        if self.answers.begin(id):
            loop.call_soon_threadsafe(self._begin, id, request, bounds)

    def stop(self) -> None:
        """Hear no more: what has come is kept, and the steps are told that they were interrupted."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._over, is_first = True, not self._over
        if loop is None or thread is None or not is_first:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop)
        thread.join(STOP_SECONDS)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._run, args=(self._loop,), name="agents", daemon=True)
                self._thread.start()
            return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_forever()
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()

    def _begin(self, id: str, request: Request, bounds: Bounds) -> None:
        task = asyncio.get_running_loop().create_task(self._listen(id, request, bounds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        if self._inference:
            await self._inference.close()
        asyncio.get_running_loop().stop()

    async def _listen(self, id: str, request: Request, bounds: Bounds) -> None:
        transcript, ended, more = Transcript(), "failed", {}
        began = time.monotonic()
        try:
            async with asyncio.timeout(bounds.seconds):
                ended = await self._hear(id, request, bounds, transcript)
        except TimeoutError:
            ended = "deadline"
        except asyncio.CancelledError:
            ended = "interrupted"
        except Unavailable as error:  # nothing happened
            ended, more = "unavailable", {"why": str(error), "retry_after": error.retry_after}
        except Cut as error:
            ended, more = "cut", {"why": str(error)}
        except HerokuError as error:
            more = {"why": str(error)}
        except Exception as error:
            log.exception("a stream broke", step=id)
            more = {"why": type(error).__name__}
        told = {"answer": transcript.answer, "transcript": transcript.to_json(), **more}
        log.info("agent answered", step=id, ended=ended, used=transcript.usage.total)
        self._write(id, ended, {**told, "seconds": round(time.monotonic() - began, 1)})

    async def _hear(self, id: str, request: Request, bounds: Bounds, transcript: Transcript) -> Ended:
        written = 0.0
        if self._inference is None:
            self._inference = self._connect()
        async with aclosing(self._inference.ask(request)) as turns:
            async for turn in turns:
                transcript.add(turn, clean=redacted, clean_tools=without_secrets)
                if transcript.usage.total > bounds.tokens:
                    return "budget"
                if time.monotonic() - written >= WRITE_SECONDS:
                    written = time.monotonic()
                    self._write(id, LISTENING, {"answer": transcript.answer, "transcript": transcript.to_json()})
        return "done"

    def _write(self, id: str, state: str, told: dict[str, Any]) -> None:
        """That Redis does not answer ends no stream; but if the end cannot be written, the step counts as interrupted
        when this worker is gone."""
        try:
            self.answers.write(id, state, told)
        except (RedisError, OSError) as error:
            log.warning("what an agent said could not be written", step=id, error=type(error).__name__)
