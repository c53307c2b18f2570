"""Who drains: a few threads at a time, and never nobody while somebody was asked."""

import threading
from collections.abc import Callable


class Turns:
    """At most `places` threads drain at once; a wake-up that finds no place is taken up by whoever is just leaving.

    Without that, a wake-up could come between a drain's last look at the list and its leaving, find the place taken
    and be gone, while the rows that it stood for wait for the next beat.
    """

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)
        self._asked = threading.Event()

    def take(self, drain: Callable[[], None]) -> None:
        """Drain, if there is a place, until nobody has asked since."""
        self._asked.set()
        while self._asked.is_set() and self._places.acquire(blocking=False):
            try:
                self._asked.clear()
                drain()
            finally:
                self._places.release()
