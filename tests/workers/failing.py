"""A ledger whose connection breaks when the outline of the rules is to be kept."""

from typing import Any

import redis
from redis.exceptions import ConnectionError as ConnectionLost

from core.ledger import Ledger


class FailingLedger(Ledger):
    """It fails to keep the outline as often as a test says."""

    def __init__(self, client: redis.Redis, *, failures: int = 0) -> None:
        super().__init__(client, keep_seconds=86_400.0)
        self.failures = failures

    def keep_book(self, digest: str, outline: Any) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionLost("reset by peer")
        super().keep_book(digest, outline)
