"""Writing down what agents say, in a thread beside the one that listens: that Redis is slow or away holds up no stream.

What one said in the end is kept here until it could be written.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from redis.exceptions import RedisError

from core.answers import LISTENING, Answers, Said

WRITE_SECONDS = 1.0  # between two writings of what has come, and between two tries

log = structlog.get_logger()


class Scribe:
    """`unwanted` is told of each stream that nobody waits for any more."""

    def __init__(self, answers: Answers, unwanted: Callable[[str], None]) -> None:
        self._answers = answers
        self._unwanted = unwanted
        self._lock = threading.Lock()
        self._open: set[str] = set()  # asked, and how it ended is not written yet
        self._said: dict[str, Said] = {}
        self._woken = threading.Event()
        self._over = False
        self._thread: threading.Thread | None = None

    def __contains__(self, id: str) -> bool:
        return id in self._open

    def __len__(self) -> int:
        return len(self._open)

    def open(self, id: str) -> None:
        """From here on this one is on our hands."""
        with self._lock:
            self._open.add(id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="agents' scribe", daemon=True)
                self._thread.start()

    def note(self, id: str, state: str, told: Mapping[str, Any]) -> None:
        """What has come so far, or in the end; only the latest is written."""
        with self._lock:
            self._said[id] = Said(state, told)
        if state != LISTENING:
            self._woken.set()

    def stop(self, seconds: float) -> None:
        """Write what is there, once, and end; but wait no longer than that."""
        self._over = True
        self._woken.set()
        if self._thread:
            self._thread.join(seconds)

    def _run(self) -> None:
        over = False
        while not over:
            self._woken.wait(WRITE_SECONDS)
            self._woken.clear()
            over = self._over
            self._write()

    def _write(self) -> None:
        with self._lock:
            taken, self._said = self._said, {}
            listening = [id for id in self._open if id not in taken or taken[id].state == LISTENING]
        try:
            if taken:
                self._answers.write_all(taken)
            unwanted = self._answers.unwanted(listening) if listening else ()
        except (RedisError, OSError) as error:
            log.warning("what agents said could not be written yet", streams=len(taken), error=type(error).__name__)
            with self._lock:
                self._said = taken | self._said
            return
        with self._lock:
            self._open -= {id for id, said in taken.items() if said.state != LISTENING}
        for id in unwanted:
            self._unwanted(id)
