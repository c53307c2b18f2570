"""What the parts of a worker share: its tools, whether it is stopping, and rows it could not give back."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from core.audit import Audit
from core.beat import Beat, Epoch
from core.budget import Budget
from core.due import Claimed, DueList
from core.ledger import Ledger
from core.outbox import Outbox
from core.queue import Lane
from core.runs import Runs
from heroku.client import Heroku
from rules.model import Mode
from rules.rulebook import Rulebook
from workers.actions.base import Action
from workers.fetching import Fetcher
from workers.streams import Streams
from workers.telling import Teller

NOTHING = Claimed((), "", ())
FOREIGN_FORMAT_SECONDS = 30.0  # a record of another version: leave it to a worker of that version
UNWILLING = ("MISCONF", "NOREPLICAS", "MASTERDOWN")  # a server that takes no writes for now, whatever it is told

log = structlog.get_logger()


@dataclass
class Crew:
    """Made once in the composition root; all threads of a worker use the same."""

    name: str
    due: DueList
    ledger: Ledger
    runs: Runs
    pool: Budget
    audit: Audit
    beat: Beat
    book: Rulebook
    actions: Mapping[str, Action]
    heroku: Heroku | None
    teller: Teller
    outbox: Outbox
    brake: Mode
    own_app: frozenset[str]
    account: str | None
    keep_seconds: float
    keep_bytes: int
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    fetcher: Fetcher = field(default_factory=lambda: Fetcher(private=False))
    streams: Streams | None = None
    epoch: Epoch | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    left_over: deque[tuple[Lane, str, str]] = field(default_factory=deque)

    def claim(self, lane: Lane, *, most: int) -> Claimed:
        """Rows to work on; none if Redis does not answer, as the ticker looks again each second."""
        try:
            return self.due.claim(lane, most=most)
        except (RedisError, OSError) as error:
            log.warning("nothing could be claimed", lane=lane, error=f"{type(error).__name__}: {error}")
            return NOTHING

    def leave_over(self, lane: Lane, row: str, token: str) -> None:
        """Redis did not answer while we held this row; the ticker gives it back when it does again."""
        self.left_over.append((lane, row, token))


def is_poison(error: Exception) -> bool:
    """Whether a script failed on what it was given, so that the same would fail again; and not the server."""
    ours = isinstance(error, ResponseError) and "user_script" in str(error)
    return ours and not isinstance(error, (OutOfMemoryError, ReadOnlyError)) and not str(error).startswith(UNWILLING)
