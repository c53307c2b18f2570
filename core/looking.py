"""One look into an index, and at the clock: what looking at events and at runs have in common."""

from typing import cast

import redis

from core.sightings import NotThere


class Looking:
    """Each method is one look. All raise redis.exceptions.RedisError if Redis does not answer."""

    def __init__(self, redis: redis.Redis) -> None:
        self._redis = redis

    def now(self) -> float:
        """Redis's time."""
        seconds, microseconds = self._redis.time()
        return seconds + microseconds / 1e6

    def _newest(self, index: str, most: int = 0, *, skip: int = 0) -> list[str]:
        """The ids of an index, the newest first; all of them if `most` is not given."""
        last = skip + most - 1 if most else -1
        return [id.decode() for id in cast("list[bytes]", self._redis.zrevrange(index, skip, last))]

    def _whole(self, beginning: str, what: str, prefix: str, index: str) -> str:
        """The id itself, or the one that begins so."""
        if self._redis.exists(prefix + beginning):
            return beginning
        ids = self._newest(index)
        begun = [id for id in ids if beginning and id.startswith(beginning)]
        if len(begun) == 1:
            return begun[0]
        raise NotThere(what, beginning, begun[:3])
