"""What will happen on the fake Heroku and when: its only idea of time, moved by whoever holds a clock."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

Step = Callable[[], None]


class Agenda:
    """Steps in the order of their time; each runs at exactly the time it was set for, however late we look."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._steps: list[tuple[datetime, int, Step]] = []
        self._order = count()

    def after(self, delay: timedelta | float, step: Step) -> None:
        """Run the step that long (seconds, when a number) after now."""
        delay = delay if isinstance(delay, timedelta) else timedelta(seconds=delay)
        heapq.heappush(self._steps, (self.now + delay, next(self._order), step))

    def next_due(self) -> datetime | None:
        """When the next step runs, if there is one."""
        return self._steps[0][0] if self._steps else None

    def advance_to(self, now: datetime) -> None:
        """Run all that is due by now, steps that arise from it included; a time gone by changes nothing."""
        while self._steps and self._steps[0][0] <= now:
            due, _, step = heapq.heappop(self._steps)
            self.now = max(self.now, due)
            step()
        self.now = max(self.now, now)
