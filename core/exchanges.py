"""The record of tokens got by OAuth: they cost none of the account's calls and belong to no run, but each is a call."""

from collections.abc import Callable
from dataclasses import replace

import redis

from core import audit
from heroku.calls import CallRecord

WHY = "by HEROKU_OAUTH_REFRESH_TOKEN"


class Exchanges:
    """Writes down each exchange. What came of it counts more than its record: `tell` hears of both, and nothing raises.

    `tell` gets the line, and why it could not be kept; None if it was.
    """

    def __init__(
        self,
        redis: redis.Redis,
        tell: Callable[[audit.AuditLine, str | None], None],
        *,
        why: str = WHY,
    ) -> None:
        self._redis = redis
        self._audit = audit.Audit(redis)
        self._tell = tell
        self._why = why

    def __call__(self, record: CallRecord) -> None:
        line, failed = audit.line(record, at=0.0, run=None, why=self._why), None
        try:
            seconds, microseconds = self._redis.time()
            line = replace(line, at=seconds + microseconds / 1e6)
            self._audit.write(line)
        except (redis.RedisError, OSError) as error:
            failed = type(error).__name__
        self._tell(line, failed)
