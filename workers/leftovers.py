"""Runs that ask a person, for a rule that is gone or not live any more: each is looked at again, so that it ends.

All others come up by themselves within a minute or so; these would stand among the open questions until their time is
over, hours later. They are looked for only when no worker of the rules from before is left that would ask on.
"""

import structlog

from rules.model import Mode
from rules.rulebook import Rulebook
from workers.crew import Crew
from workers.holding_back import OVERLAP_SECONDS

log = structlog.get_logger()


class Leftovers:
    """To be asked now and then; looks once for each rulebook that comes into force."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._book: Rulebook | None = None
        self._look_at: float | None = None

    def look(self, now: float) -> None:
        """`now` in seconds of any clock that only goes forward. Raises redis.exceptions.RedisError: call again."""
        book = self._crew.book
        if book is not self._book:
            self._book, self._look_at = book, now + OVERLAP_SECONDS
        if self._look_at is None or now < self._look_at:
            return
        for run, name in self._crew.runs.asking().items():
            rule = book.rule(name)
            if rule is None or rule.mode is not Mode.LIVE:
                log.info("looking again at a run that asks", run=run, rule=name, mode=rule.mode.value if rule else None)
                self._crew.runs.poke(run)
        self._look_at = None
