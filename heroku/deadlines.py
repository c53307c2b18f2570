"""One deadline for all that a call does on the network, known to the transport without being handed along."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a monotonic clock."""

    ends: float
    clock: Callable[[], float]

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float]) -> "Deadline":
        """The deadline this many seconds from now."""
        return cls(clock() + seconds, clock)

    @property
    def left(self) -> float:
        """Seconds until then; zero or less afterwards."""
        return self.ends - self.clock()


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def within(deadline: Deadline) -> Iterator[None]:
    """Bound all that this thread does on a `BoundedTransport` inside the block."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)


def bounded(timeout: float | None, late: type[Exception]) -> float | None:
    """The time-out for one operation under the present deadline; raises `late` when that has passed."""
    deadline = _current.get()
    if deadline is None:
        return timeout
    left = deadline.left
    if left <= 0:
        raise late("the call's time was up")
    return left if timeout is None else min(timeout, left)
