"""The pool of API calls that an account has: 4,500, refilled by 75 a minute.

https://devcenter.heroku.com/articles/platform-api-reference#rate-limits
"""

from dataclasses import dataclass
from datetime import datetime

POOL = 4_500
REFILL_PER_MINUTE = 75


@dataclass(slots=True)
class RatePool:
    """How many calls are left; every call takes one."""

    at: datetime
    left: float = POOL

    def remaining(self, now: datetime) -> int:
        """What is left after the refill that is due by now."""
        minutes = max(0.0, (now - self.at).total_seconds() / 60)
        self.left = min(POOL, self.left + minutes * REFILL_PER_MINUTE)
        self.at = max(self.at, now)
        return int(self.left)

    def take(self, now: datetime) -> bool:
        """Take one call; False when there is none."""
        if self.remaining(now) < 1:
            return False
        self.left -= 1
        return True
