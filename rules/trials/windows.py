"""A sliding window of events, by their own time: how many stand together with the one that has just come."""

from bisect import bisect_left, insort

Entry = tuple[int, str]  # an event's time in milliseconds, and its id


class Window:
    """Events come late and in any order, so each is kept until none that the rule still acts on can stand with it."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._times: dict[str, int] = {}
        self._ends = 0

    def has_ended(self, now: int) -> bool:
        """Whether nothing in it can count any more."""
        return now > self._ends

    def add(self, id: str, time: int, *, now: int, within: int, late: int) -> int:
        """Take an event in; answers the most that any stretch of `within` with this event in it holds."""
        if self.has_ended(now):
            self.empty()
        self._ends = now + late + within
        self._forget_before(min(time, now - late) - within)
        if id in self._times:
            self._entries.remove((self._times[id], id))
        self._times[id] = time
        insort(self._entries, (time, id))
        return self._most(time, within)

    def empty(self) -> None:
        """Count from nothing, as a window does that made its rule fire."""
        self._entries.clear()
        self._times.clear()

    def _forget_before(self, time: int) -> None:
        old = bisect_left(self._entries, (time, ""))
        for _, id in self._entries[:old]:
            del self._times[id]
        del self._entries[:old]

    def _most(self, time: int, within: int) -> int:
        times = [t for t, _ in self._entries[bisect_left(self._entries, (time - within, "")) :]]
        best, first = 0, 0
        for last, end in enumerate(times):
            while end - times[first] > within:
                first += 1
            if times[first] > time:
                break
            if end >= time:
                best = max(best, last - first + 1)
        return best
