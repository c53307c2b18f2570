"""Heroku's API for a person at the command line: as far as the command needs, out of the shared pool, and recorded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import click
import redis

from core import audit
from core.budget import RESERVE, Budget
from core.settings import Settings, SettingsError
from heroku.access import Grant, Level
from heroku.calls import Call, CallRecord
from heroku.client import Heroku
from heroku.errors import Unavailable

USER_AGENT = "dynohook"


@contextmanager
def heroku_of(
    settings: Settings,
    *,
    who: str,
    command: str,
    levels: Mapping[str, Level],
    apps: frozenset[str] = frozenset(),
    redis: redis.Redis | None,
) -> Iterator[Heroku]:
    """A client that may do this much, in the name of `who`. Raises SettingsError.

    `command` is what stands in the record as the reason. Without `redis` nobody counts the calls and nothing is
    written down: only for one that looks why Redis does not answer.
    """
    if settings.heroku_api_key is None:
        raise SettingsError("HEROKU_API_KEY is not set: make a token with `heroku authorizations:create` and set it")
    try:
        client = Heroku(
            settings.heroku_api_key.get_secret_value(), base_url=settings.heroku_api_url, user_agent=USER_AGENT
        )
    except ValueError as error:  # it quotes no token
        raise SettingsError(f"HEROKU_API_KEY or HEROKU_API_URL cannot be used: {error}") from None
    grant = Grant(f"{who} (by hand)", levels, apps)
    keeper = Keeper(redis, command) if redis is not None else None
    with client:
        yield client.granted(grant, before=keeper.before if keeper else None, after=keeper.after if keeper else None)


class Keeper:
    """Takes each call out of the account's pool, and writes down what came of it."""

    def __init__(self, redis: redis.Redis, command: str) -> None:
        self._redis = redis
        self._budget = Budget(redis)
        self._audit = audit.Audit(redis)
        self._why = f"asked by `dynohook {command}`"
        self._call = ""

    def before(self, call: Call) -> None:
        """Raises Unavailable if only what rules in live mode may use is left."""
        id = uuid4().hex
        if wait := self._budget.spend(id, reserve=RESERVE):
            message = "the account has no calls left but those kept for live rules"
            raise Unavailable(method=call.method, path=call.path, retry_after=wait, message=message)
        self._call = id

    def after(self, record: CallRecord) -> None:
        """What came of a call counts more than its record: that it could not be kept is said and nothing else."""
        try:
            if self._call:
                self._budget.correct(self._call, remaining=record.remaining)
            self._call = ""
            at, _ = self._redis.time()
            self._audit.write(audit.line(record, at=float(at), run="", app_name=record.app or "", why=self._why))
        except redis.RedisError as error:
            click.echo(f"The call {record.endpoint} could not be recorded ({type(error).__name__}).", err=True)
