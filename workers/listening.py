"""Whether wake-ups still reach this worker: Celery's consumer can stop asking for them and not notice.

An acknowledgement that fails leaves its message counted as under way. If Redis goes away while every thread works, all
of them fail; then the consumer takes itself for fully busy and asks for nothing more, and as it asks for nothing it
never sees that its connection is gone (celery 5.7.0, kombu 5.7.0). The worker beats on, and nothing is decided.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

DEAF_SECONDS = 10.0  # that wake-ups lie there while this worker is idle and hears none; usually it takes milliseconds

log = structlog.get_logger()


class Listening:
    """Entered for each wake-up that is worked on; the ticker asks with each beat whether any was missed."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._busy = 0
        self._heard = False  # since the last look
        self._since: float | None = None  # wake-ups have been lying there

    def __enter__(self) -> None:
        with self._lock:
            self._busy += 1
            self._heard = True

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._busy -= 1

    def is_deaf(self, queued: int) -> bool:
        """Whether so many wake-ups have been lying there for too long; then again after as long."""
        with self._lock:
            hears = not queued or self._busy > 0 or self._heard
            self._heard = False
            if hears:
                self._since = None
                return False
            now = self._clock()
            if self._since is None:
                self._since = now
            if now - self._since < DEAF_SECONDS:
                return False
            self._since = None
            return True


class Silent(ConnectionResetError):
    """What the consumer is told, so that it connects anew; one of the errors that it knows."""


def connect_anew(consumer: Any) -> None:
    """Have Celery's consumer drop its connection and make another; it does so in its own thread, within a second."""
    log.warning("no wake-up is heard, connecting to the queue anew")
    consumer.hub.call_soon(_lost)


def _lost() -> None:
    raise Silent("wake-ups lie in the queue and are not heard")
