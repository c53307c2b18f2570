"""Where the processes of one service find the token that one of them got."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Protocol


class Vault(Protocol):
    """A place for a few sealed bytes, and a lock, both shared by all who use the same refresh token."""

    def get(self) -> bytes | None:
        """What was put there last; None if nothing, or if its time is over."""

    def set(self, sealed: bytes, *, seconds: float) -> None:
        """Put this there, for so long."""

    def lock(self, *, wait_seconds: float, hold_seconds: float) -> AbstractContextManager[bool]:
        """A block in which nobody else is: True inside once that is so, False if others stayed for all of the wait.

        It lets go by itself after `hold_seconds`, as its owner may have been killed.
        """


class LocalVault:
    """A vault for one process: its threads share it, and it ends with them."""

    def __init__(self) -> None:
        self._sealed: bytes | None = None
        self._lock = Lock()

    def get(self) -> bytes | None:
        """What was put there last."""
        return self._sealed

    def set(self, sealed: bytes, *, seconds: float) -> None:  # noqa: ARG002  (what is inside knows when it ends)
        """Put this there."""
        self._sealed = sealed

    @contextmanager
    def lock(self, *, wait_seconds: float, hold_seconds: float) -> Iterator[bool]:  # noqa: ARG002  (threads end blocks)
        """A block for one thread at a time."""
        ours = self._lock.acquire(timeout=max(0.0, wait_seconds))
        try:
            yield ours
        finally:
            if ours:
                self._lock.release()
