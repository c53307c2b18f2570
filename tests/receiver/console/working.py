"""Workers that beat, and the rules that they run, as they stand in Redis."""

import json

import redis

from core import layout
from core.beat import Beat
from core.ledger import Ledger
from rules.outlines import outline
from rules.rulebook import Rulebook
from tests.rules.factories import book, rule_text


def rulebook(*extras: str, name: str = "roll-back") -> Rulebook:
    """A book of rules, the first of that name; each with these lines more."""
    return book(
        *(rule_text(extra, name=name if number == 0 else f"rule-{number}") for number, extra in enumerate(extras))
    )


def beating(
    server: redis.Redis, of: Rulebook, *, worker: str = "worker.1", act: str = "live", kept: bool = True
) -> str:
    """A worker runs those rules; answers their digest."""
    Beat(server, worker=worker, rules=of.digest, version="1", act=act).tick()
    if kept:
        Ledger(server, keep_seconds=3_600).keep_book(of.digest, outline(of))
    return of.digest


def open_breaker(server: redis.Redis, rule: str, *, mode: str = "live", event: str = "e7") -> None:
    """It reached its limit of three."""
    seconds, _ = server.time()
    said = {"at": int(seconds) * 1000, "event": event, "max": 3, "within": 60_000}
    server.set(f"{layout.BREAKER}{mode}:{rule}", json.dumps(said))
