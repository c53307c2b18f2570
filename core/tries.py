"""How often somebody tried to get in, counted for all processes: an end to guessing."""

import hashlib
from typing import cast

import redis

from core import layout

MOST = 10  # tries from one address within layout.TRIES_SECONDS


def count(client: redis.Redis, address: str) -> int:
    """One more try from there; answers how many there were in the last minutes, this one included."""
    key = _key(address)
    pipeline = client.pipeline()
    pipeline.set(key, 0, ex=layout.TRIES_SECONDS, nx=True)
    pipeline.incr(key)
    return cast("int", pipeline.execute()[-1])


def forget(client: redis.Redis, address: str) -> None:
    """Somebody got in from there: it was no guess."""
    client.delete(_key(address))


def _key(address: str) -> str:
    """Of one length, whatever was sent as an address."""
    return layout.TRIES + hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:16]
