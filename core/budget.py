"""The account's pool of API calls, shared by all processes: who may call now, and who must wait how long.

Heroku's pool holds 4,500 calls of an account and refills by 75 a minute; each answer says how many are left
(https://devcenter.heroku.com/articles/platform-api-reference#rate-limits).
"""

from typing import cast

import redis

from core import layout, scripts

CAPACITY = 4_500
REFILL_PER_SECOND = 75 / 60
RESERVE = 300  # calls that only rules in live mode may use
CALL_SECONDS = 30  # after this a call that never came back no longer counts as under way


class Budget:
    """Each method is one script call. All raise redis.exceptions.RedisError if Redis does not answer."""

    def __init__(self, redis: redis.Redis, *, capacity: int = CAPACITY, refill: float = REFILL_PER_SECOND) -> None:
        self._capacity = capacity
        self._refill = refill
        self._spend = redis.register_script(scripts.source("spend"))
        self._correct = redis.register_script(scripts.source("correct"))

    def spend(self, call: str, *, reserve: int = 0) -> float:
        """Take one call out of the pool; seconds to wait first, 0.0 if it may be made now.

        `call` is an id of its own for each; `reserve` is how many must stay in the pool for others.
        """
        arguments: list[str | int | float] = [layout.BUDGET, call, self._capacity, self._refill, reserve, CALL_SECONDS]
        return cast("int", self._spend(args=arguments)) / 1000

    def correct(self, call: str, *, remaining: int | None) -> None:
        """The call was answered; `remaining` is what Heroku said is left, if it said so."""
        said = "" if remaining is None else remaining
        self._correct(args=[layout.BUDGET, call, said, self._capacity])
