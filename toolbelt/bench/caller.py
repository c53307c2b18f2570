"""A process that calls Heroku's API as fast as the account's shared pool lets it; prints one JSON object."""

import json
import time
from collections import Counter
from uuid import uuid4

import click

from core import connections, settings
from core.budget import Budget
from heroku.access import Grant, Level
from heroku.calls import CallRecord
from heroku.client import Heroku
from heroku.errors import Unavailable

LONGEST_NAP = 1.0  # seconds; the exact wait may be longer than the run


@click.command()
@click.option("--seconds", default=5.0)
@click.option("--app", required=True)
def main(seconds: float, app: str) -> None:
    """Ask for one app over and over; what is counted is how the answers came."""
    chosen = settings.read("redis_url", "heroku_api_key")
    budget = Budget(connections.for_worker(chosen, connections=1))
    seen: Counter[str] = Counter()
    flying = ""

    def after(record: CallRecord) -> None:
        budget.correct(flying, remaining=record.remaining)

    assert chosen.heroku_api_key is not None  # noqa: S101  `read` has seen to it
    token = chosen.heroku_api_key.get_secret_value()
    heroku = Heroku(
        token, base_url=chosen.heroku_api_url, grant=Grant.everything("bench", level=Level.READ), after=after
    )
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        flying = uuid4().hex
        wait = budget.spend(flying)
        if wait:
            seen["waits"] += 1
            time.sleep(min(wait, LONGEST_NAP, max(0.0, until - time.monotonic())))
            continue
        try:
            heroku.app(app)
            seen["answered"] += 1
        except Unavailable as error:
            seen[f"status {error.status}"] += 1
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
