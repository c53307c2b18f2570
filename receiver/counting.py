"""Counting what was not taken or could not be read, so that "nothing arrives" can be explained.

Counted in memory, since a refusal must cost next to nothing, and added to the shared counters each second.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from receiver.errors import Gone, NotKept, NotTaken, Refused

SAVE_SECONDS = 1.0
TELL_SECONDS = 10.0  # at most one log line per cause in so many

Save = Callable[[Mapping[str, int]], Awaitable[None]]
Warn = Callable[..., None]  # an event name and fields

log = structlog.get_logger(__name__)


def warn(event: str, **fields: str | int) -> None:
    """A line in the log."""
    log.warning(event, **fields)


class Tally:
    """The counts of one process. `save` adds to the shared ones and may raise what redis-py raises."""

    def __init__(self, save: Save, clock: Callable[[], float], warn: Warn = warn) -> None:
        self._save = save
        self._counts: Counter[str] = Counter()
        self._teller = _Teller(clock, warn)

    def not_taken(self, error: NotTaken) -> None:
        """Count a delivery under its cause, and say so now and then."""
        match error:
            case Refused():
                self._count(f"refused:{error.cause}")
                self._teller.tell("delivery refused", error.cause)
            case NotKept():
                self._count(f"not_kept:{error.cause}")
                self._teller.tell("delivery not kept", error.cause, error.why)
            case Gone():
                self._count("cut_off")

    def unreadable(self, reason: str) -> None:
        """Count a signed delivery that was kept aside."""
        self._count("unreadable")
        self._teller.tell("delivery unreadable", "unreadable", reason)

    async def save(self) -> None:
        """Add what was counted to the shared counters; what cannot be added now waits for the next time.

        After a time-out some may be added twice: they are a measure, not a ledger.
        """
        if not self._counts:
            return
        counts, self._counts = self._counts, Counter()
        try:
            await self._save(counts)
        except asyncio.CancelledError:
            self._counts.update(counts)
            raise
        except Exception as error:  # noqa: BLE001  counting must not be what stops the process
            self._counts.update(counts)
            self._teller.tell("counters not saved", type(error).__name__)

    async def save_always(self, every: float = SAVE_SECONDS) -> None:
        """Save for as long as the process runs."""
        while True:
            await asyncio.sleep(every)
            await self.save()

    def _count(self, name: str) -> None:
        self._counts[name] += 1


@dataclass(slots=True)
class _Silence:
    until: float
    untold: int = 0


class _Teller:
    def __init__(self, clock: Callable[[], float], warn: Warn) -> None:
        self._clock = clock
        self._warn = warn
        self._silences: dict[str, _Silence] = {}

    def tell(self, what: str, cause: str, why: str = "") -> None:
        now = self._clock()
        silence = self._silences.get(cause)
        if silence is not None and now < silence.until:
            silence.untold += 1
            return
        count = 1 + (silence.untold if silence else 0)
        self._silences[cause] = _Silence(until=now + TELL_SECONDS)
        self._warn(what, cause=cause, count=count, **({"why": why} if why else {}))
