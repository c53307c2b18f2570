"""Where all processes find the token that one of them got: sealed in Redis, with a lock around the getting."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import uuid4

import redis

from core import layout, scripts

LOOK_SECONDS = 0.1  # between looks at a lock that another holds


class RedisVault:
    """A `heroku.vaults.Vault`. What lies in it is sealed under the refresh token, which never comes here."""

    def __init__(self, redis: redis.Redis) -> None:
        self._redis = redis
        self._put = redis.register_script(scripts.source("put"))
        self._unlock = redis.register_script(scripts.source("unlock"))

    def get(self) -> bytes | None:
        """What was put there last; None if nothing, or if its time is over."""
        return cast("bytes | None", self._redis.get(layout.VAULT))

    def set(self, sealed: bytes, *, seconds: float) -> None:
        """Put this there, for so long."""
        self._put(args=[layout.VAULT, sealed, max(1, int(seconds * 1000)), ""])

    @contextmanager
    def lock(self, *, wait_seconds: float, hold_seconds: float) -> Iterator[bool]:
        """A block in which no other process is; False inside if others stayed for all of the wait."""
        owner = uuid4().hex
        until = time.monotonic() + wait_seconds
        ours = self._take(owner, hold_seconds)
        while not ours and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            ours = self._take(owner, hold_seconds)
        try:
            yield ours
        finally:
            if ours:
                self._unlock(args=[layout.VAULT_LOCK, owner])

    def _take(self, owner: str, hold_seconds: float) -> bool:
        return bool(self._put(args=[layout.VAULT_LOCK, owner, int(hold_seconds * 1000), "NX"]))
