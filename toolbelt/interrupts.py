"""Every polite way to be ended leads through the same door, so that everything is cleaned up behind it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """While the block runs, SIGTERM and a closed terminal raise SystemExit, as Ctrl-C raises KeyboardInterrupt."""
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
