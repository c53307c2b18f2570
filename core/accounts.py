"""What a caller of Heroku's API keeps account of: each call out of the shared pool first, and its record after."""

from uuid import uuid4

from core.audit import Audit, AuditLine
from core.budget import Budget
from heroku.calls import Call
from heroku.errors import Unavailable

FREE = "get_rate_limits"  # Heroku answers it from a dry pool too


class Accounts:
    """For one caller, who makes one call at a time. `reserve` is how many calls it leaves in the pool for others."""

    def __init__(self, pool: Budget, audit: Audit, *, reserve: int = 0) -> None:
        self._pool = pool
        self._audit = audit
        self._reserve = reserve
        self._call = ""  # the one under way, in the pool's eyes

    def open(self, call: Call) -> None:
        """Take a call out of the pool. Raises Unavailable, with the exact wait, if there is none for this caller."""
        if call.endpoint.name == FREE:
            return
        id = uuid4().hex
        wait = self._pool.spend(id, reserve=self._reserve)
        if wait:
            message = "the account has no calls left" + (" but those kept for live rules" if self._reserve else "")
            raise Unavailable(method=call.method, path=call.path, retry_after=wait, message=message)
        self._call = id

    def close(self, line: AuditLine) -> None:
        """Write down what came of it, also if it was never opened. Raises redis.exceptions.RedisError."""
        self._pool.correct(self._call, remaining=line.remaining)
        self._call = ""
        self._audit.write(line)
