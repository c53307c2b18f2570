"""Listening to agents: all streams of a worker share one thread, and what they say is written down as it comes.

The thread does nothing but listen: whatever may take its time (Redis) is left to another.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog
from redis.exceptions import RedisError

from core.answers import LISTENING, Answer, Answers
from heroku.errors import HerokuError, Unavailable
from heroku.inference.asking import Request
from heroku.inference.client import Cut, Inference
from heroku.inference.hearing import Ended, Transcript
from heroku.redacting import json_without_secrets, without_secrets
from workers.scribe import Scribe

STOP_SECONDS = 5.0
AGAIN_SECONDS = 1.0
FULL = 200  # streams at once
UNAVAILABLE = "unavailable"  # nothing happened: it may be asked again

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a question may take, and how many tokens it may use in all. `is_json`: the answer is to be JSON, and no
    secret in it is left out in a way that would end that."""

    seconds: float
    tokens: int
    is_json: bool = False


def _nothing() -> None:
    """Nothing is to be done."""


class Streams:
    """`connect` makes the client, in the thread that uses it. The thread begins with the first question."""

    def __init__(self, answers: Answers, connect: Callable[[], Inference], *, model: str = "") -> None:
        self.model = model
        self._answers = answers
        self._connect = connect
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._scribe = Scribe(answers, self._unwanted)
        self._when_stopped: dict[str, Callable[[], None]] = {}
        self._in_vain: set[str] = set()  # Redis gave no answer just when these were to be asked
        self._inference: Inference | None = None
        self._over = False

    def ask(self, id: str, request: Request, bounds: Bounds, *, when_stopped: Callable[[], None] = _nothing) -> None:
        """Ask, once for each id, and listen in the background; `when_stopped` is called if its run was, as nobody looks
        what came then. Raises Unavailable if too many are listened to, or the worker stops; RedisError."""
        if self._over or len(self._scribe) >= FULL:
            raise _no_room()
        try:
            begun = self._answers.begin(id)
        except (RedisError, OSError):
            self._in_vain.add(id)  # whether it was noted is not known; that nobody was asked is
            raise
        self._in_vain.discard(id)
        if not begun:
            return
        self._when_stopped[id] = when_stopped
        if not self._starts(id, request, bounds):
            self._when_stopped.pop(id, None)
            self._answers.forget(id)
            raise _no_room()

    def look(self, id: str) -> Answer | None:
        """What has come; None if nothing was asked. Of our own streams we know better than Redis whether they are
        heard."""
        came = self._answers.look(id)
        if came is None or came.state != LISTENING or came.worker != self._answers.worker:
            return came
        if id in self._in_vain:
            return replace(came, state=UNAVAILABLE, told={"retry_after": AGAIN_SECONDS})
        return replace(came, heard=id in self._scribe)

    def forget(self, id: str) -> None:
        """Nothing came of it, and it may be asked again."""
        self._answers.forget(id)
        self._in_vain.discard(id)

    def stop(self) -> None:
        """Hear no more: what has come is kept, and the steps are told that they were interrupted."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._over, is_first = True, not self._over
        if loop is None or thread is None or not is_first:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop)
        thread.join(STOP_SECONDS)
        self._scribe.stop(STOP_SECONDS)

    def _starts(self, id: str, request: Request, bounds: Bounds) -> bool:
        """Whether it is listened to from now on; not if the worker was told to stop just now."""
        with self._lock:
            if self._over:
                return False
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._run, args=(self._loop,), name="agents", daemon=True)
                self._thread.start()
            self._scribe.open(id)
            self._loop.call_soon_threadsafe(self._begin, id, request, bounds)
            return True

    def _unwanted(self, id: str) -> None:
        """Its run was stopped: nobody will read what it says, and its tools had better do no more."""
        when_stopped = self._when_stopped.pop(id, _nothing)  # before its end forgets it
        with self._lock:
            if self._loop and not self._over:
                self._loop.call_soon_threadsafe(self._cancel, id)
        when_stopped()

    def _cancel(self, id: str) -> None:
        if task := self._tasks.get(id):
            task.cancel()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_forever()
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()

    def _begin(self, id: str, request: Request, bounds: Bounds) -> None:
        task = asyncio.get_running_loop().create_task(self._listen(id, request, bounds))
        self._tasks[id] = task
        task.add_done_callback(lambda _: self._forget_task(id))

    def _forget_task(self, id: str) -> None:
        self._tasks.pop(id, None)
        self._when_stopped.pop(id, None)

    async def _end(self) -> None:
        tasks = list(self._tasks.values())
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
            ended, more = UNAVAILABLE, {"why": str(error), "retry_after": error.retry_after}
        except Cut as error:
            ended, more = "cut", {"why": str(error)}
        except HerokuError as error:
            more = {"why": str(error)}
        except Exception as error:
            log.exception("a stream broke", step=id)
            more = {"why": type(error).__name__}
        told = {"answer": transcript.answer, "transcript": transcript.to_json(), **more}
        log.info("agent answered", step=id, ended=ended, used=transcript.usage.total)
        self._scribe.note(id, ended, {**told, "seconds": round(time.monotonic() - began, 1)})

    async def _hear(self, id: str, request: Request, bounds: Bounds, transcript: Transcript) -> Ended:
        if self._inference is None:
            self._inference = self._connect()
        clean = json_without_secrets if bounds.is_json else without_secrets
        async with aclosing(self._inference.ask(request)) as turns:
            async for turn in turns:
                transcript.add(turn, clean=clean, clean_tools=without_secrets)
                if transcript.usage.total > bounds.tokens:
                    return "budget"
                self._scribe.note(id, LISTENING, {"answer": transcript.answer, "transcript": transcript.to_json()})
        return "done"


def _no_room() -> Unavailable:
    return Unavailable(method="POST", path="agents", message="no more streams can be heard", retry_after=5.0)
