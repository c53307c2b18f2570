"""Runs that wait for a person's yes or no, as they stand on the due list."""

import redis

from core import layout

LOOKS = 2_000  # at runs under way, for those that ask


def asking(redis: redis.Redis) -> dict[str, str]:
    """Each with its rule, those whose time is over first, first. Raises redis.exceptions.RedisError."""
    ids = [id.decode() for id in redis.zrange(layout.DUE + "act", 0, LOOKS - 1)]  # type: ignore[union-attr]
    pipeline = redis.pipeline(transaction=False)
    for id in ids:
        pipeline.hmget(layout.RUN + id, "state", "rule")
    found = zip(ids, pipeline.execute(), strict=True)
    return {id: (rule or b"").decode() for id, (state, rule) in found if state == b"needs approval"}
