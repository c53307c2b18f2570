"""Heroku's API for a person at the command line: as far as the command needs, out of the shared pool, and recorded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click
import redis

from core import audit, connections
from core.accounts import Accounts
from core.budget import RESERVE, Budget
from core.exchanges import Exchanges
from core.settings import WAYS_OUT, Settings, SettingsError
from heroku.access import Grant, Level
from heroku.calls import Call, CallRecord
from heroku.client import Heroku


@contextmanager
def heroku_of(
    settings: Settings,
    redis: redis.Redis,
    *,
    who: str,
    command: str,
    levels: Mapping[str, Level],
    apps: frozenset[str] = frozenset(),
) -> Iterator[Heroku]:
    """A client that may do this much, in the name of `who`; `command` stands in the record as the reason.

    Raises SettingsError.
    """
    try:
        client = connections.for_heroku(settings, redis, who=f"{who} (by hand)", exchanged=Exchanges(redis, _unkept))
    except ValueError as error:  # it quotes no token
        raise SettingsError(f"the token, or HEROKU_API_URL, cannot be used: {error}") from None
    if client is None:
        raise SettingsError(f"HEROKU_API_KEY is not set: {WAYS_OUT['heroku_api_key']}")
    keeper = Keeper(redis, command)
    with client:
        yield client.granted(Grant(f"{who} (by hand)", levels, apps), before=keeper.before, after=keeper.after)


class Keeper:
    """Takes each call out of the account's pool, and writes down what came of it."""

    def __init__(self, redis: redis.Redis, command: str) -> None:
        self._redis = redis
        self._accounts = Accounts(Budget(redis), audit.Audit(redis), reserve=RESERVE)
        self._why = f"asked by `bin/dynohook {command}`"

    def before(self, call: Call) -> None:
        """Raises Unavailable if only what rules in live mode may use is left."""
        self._accounts.open(call)

    def after(self, record: CallRecord) -> None:
        """What came of a call counts more than its record: that it could not be kept is said and nothing else."""
        try:
            seconds, microseconds = self._redis.time()
            at = seconds + microseconds / 1e6
            self._accounts.close(audit.line(record, at=at, run=None, why=self._why))
        except (redis.RedisError, OSError) as error:
            _say_unkept(record.endpoint, type(error).__name__)


def _unkept(line: audit.AuditLine, failed: str | None) -> None:
    if failed:
        _say_unkept(line.endpoint, failed)


def _say_unkept(endpoint: str, failed: str) -> None:
    click.echo(f"The call {endpoint} could not be recorded ({failed}).", err=True)
