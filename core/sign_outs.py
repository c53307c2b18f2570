"""Which sessions of the console were ended before their time, so that a copy of the cookie is good for nothing."""

import hashlib

import redis

from core import layout


def note(client: redis.Redis, token: str) -> None:
    """Whoever has the session of this token signed out."""
    client.set(_key(token), 1, ex=layout.SIGNED_IN_SECONDS)


def noted(client: redis.Redis, token: str) -> bool:
    """Whether that session was ended."""
    return bool(client.exists(_key(token)))


def _key(token: str) -> str:
    return layout.SIGNED_OUT + hashlib.sha256(token.encode()).hexdigest()[:32]
