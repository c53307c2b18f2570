"""Waiting for something to become true, with a deadline and a name for what did not happen."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

LOOK_EVERY = 0.02  # seconds


class DidNotHappen(Exception):
    """The deadline passed, or what we were waiting for cannot come any more."""


def until(
    look: Callable[[], Answer | None],
    *,
    what: str,
    within: float = 20.0,
    hopeless: Callable[[], str | None] = lambda: None,
) -> Answer:
    """What `look` answers, as soon as it is true.

    `within` is in seconds. `hopeless` says why waiting any longer is of no use, or None.
    Raises DidNotHappen.
    """
    deadline = time.monotonic() + within
    while True:
        answer = look()
        if answer:
            return answer
        if (reason := hopeless()) is not None:
            raise DidNotHappen(f"{what}: {reason}")
        if time.monotonic() > deadline:
            raise DidNotHappen(f"{what}: not within {within:g} s")
        time.sleep(LOOK_EVERY)
