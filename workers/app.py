"""The worker process: `celery -A workers.app worker`. Reads the settings, opens the connections, runs two tasks."""

import os
import sys
import threading
from typing import Any
from uuid import uuid4

import structlog
from celery import Celery, signals
from redis import Redis

from core import connections, links, logs, settings
from core.answers import Answers
from core.audit import Audit
from core.beat import Beat
from core.budget import Budget
from core.due import DueList
from core.exchanges import Exchanges
from core.ledger import Ledger
from core.outbox import Outbox
from core.queue import TASKS
from core.runs import Runs
from core.version import VERSION
from heroku.client import Heroku
from heroku.connecting import check_address
from heroku.credentials import check_token
from heroku.inference.client import Inference
from rules.errors import RuleErrors
from rules.model import Mode
from rules.rulebook import Rulebook
from workers import credentials, identity, rulebooks
from workers.acting import Acting
from workers.actions import ACTIONS
from workers.celery_settings import SETTINGS
from workers.crew import Crew
from workers.deciding import Deciding
from workers.fetching import Fetcher
from workers.listening import Listening, connect_anew
from workers.reloading import Reloading
from workers.streams import Streams
from workers.telling import Teller
from workers.ticker import Ticker

DAY_SECONDS = 86_400.0
MEGABYTE = 1_000_000

log = structlog.get_logger()


class Worker:
    """What the tasks of this process work with; made when the worker starts, not when the module is imported."""

    def __init__(self, chosen: settings.Settings, *, threads: int) -> None:
        loaded = rulebooks.standing(chosen)  # before they are read: what changes meanwhile is read again
        self.crew = _crew(chosen, rulebooks.load_rules(chosen, os.environ))
        if chosen.service_account:
            identity.learn(self.crew)
        self.deciding = Deciding(self.crew)
        self.acting = Acting(self.crew, threads=max(1, threads - 1))  # one thread is kept for deciding
        self.listening = Listening()
        self.ticker = Ticker(self.crew, self.listening)
        self.reloading = Reloading(
            self.crew,
            loaded=loaded,
            standing=lambda: rulebooks.standing(chosen),
            load=lambda: rulebooks.load_rules(chosen, os.environ),
        )


def _crew(chosen: settings.Settings, book: Rulebook) -> Crew:
    redis = connections.for_worker(chosen)
    name = f"{os.environ.get('DYNO', 'worker')}.{uuid4().hex[:8]}"
    return Crew(
        name=name,
        due=DueList(redis, worker=name),
        ledger=Ledger(redis, keep_seconds=chosen.keep_days * DAY_SECONDS),
        runs=Runs(redis),
        pool=Budget(redis),
        audit=Audit(redis),
        beat=Beat(redis, worker=name, rules=book.digest, version=VERSION, act=chosen.brake),
        book=book,
        actions=ACTIONS,
        heroku=_heroku(chosen, redis),
        teller=Teller(dict(os.environ), private=chosen.allow_private_addresses, console=links.console(chosen)),
        outbox=Outbox(redis),
        brake=Mode(chosen.brake),
        own_app=chosen.own_app,
        account=None,
        keep_seconds=chosen.keep_days * DAY_SECONDS,
        keep_bytes=chosen.keep_megabytes * MEGABYTE,
        environment=dict(os.environ),
        fetcher=Fetcher(private=chosen.allow_private_addresses),
        streams=_streams(chosen, redis, name),
    )


def _streams(chosen: settings.Settings, redis: Redis, name: str) -> Streams | None:
    """The ear for agents, if there is a service to ask."""
    if chosen.inference_url is None or chosen.inference_key is None:
        return None
    url, key = chosen.inference_url, chosen.inference_key.get_secret_value()
    try:
        check_address(url)
    except ValueError as error:
        raise settings.SettingsError(f"INFERENCE_URL: {error}") from None
    try:
        check_token(key)
    except ValueError as error:
        raise settings.SettingsError(f"INFERENCE_KEY: {error}") from None
    answers = Answers(redis, worker=name)
    return Streams(answers, lambda: Inference(key, base_url=url), model=chosen.inference_model_id or "")


def _heroku(chosen: settings.Settings, redis: Redis) -> Heroku | None:
    try:
        heroku = connections.for_heroku(
            chosen, redis, who=identity.US.who, exchanged=Exchanges(redis, credentials.exchanged)
        )
    except ValueError as error:
        raise settings.SettingsError(f"Heroku's API cannot be called with these settings: {error}") from None
    if heroku is None and chosen.service_account:
        raise settings.SettingsError("SERVICE_ACCOUNT is true, and there is no HEROKU_API_KEY that would say whose")
    return heroku


def _begin() -> settings.Settings:
    try:
        return settings.read("webhook_secret", "redis_url")
    except settings.SettingsError as error:
        sys.exit(f"worker: {error}")


chosen = _begin()
logs.set_up(chosen.log_format)
app = Celery("dynohook", broker=connections.broker_url(chosen))
app.conf.update(SETTINGS)
if chosen.redis_url and chosen.redis_url.get_secret_value().startswith("rediss://"):
    app.conf.broker_use_ssl = {"ssl_cert_reqs": "none"}
workers: dict[str, Worker] = {}  # the one worker of this process, once Celery has started it


@app.task(name=TASKS["decide"])
def decide() -> None:
    """A wake-up: look at the due list of events."""
    worker = workers["this"]
    with worker.listening:
        worker.deciding.drain()


@app.task(name=TASKS["act"])
def act() -> None:
    """A wake-up: look at the due list of runs."""
    worker = workers["this"]
    with worker.listening:
        worker.acting.drain()


@signals.setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Celery would set up logging its own way; that somebody listens is enough to stop it."""


@signals.worker_init.connect
def start(sender: Any, **_: Any) -> None:
    """Load the rules and open the connections; what is wrong with either stops the worker with a plain message."""
    try:
        worker = Worker(chosen, threads=int(sender.concurrency or sender.app.conf.worker_concurrency or 4))
    except RuleErrors as error:
        sys.exit(f"worker: the rules do not load\n{error}")
    except (settings.SettingsError, ValueError) as error:
        sys.exit(f"worker: {error}")
    except Exception:  # Celery would log it and run on, deciding nothing
        log.exception("the worker could not be put together")
        sys.exit(1)
    workers["this"] = worker


@signals.worker_ready.connect
def begin_to_beat(sender: Any, **_: Any) -> None:
    """From here on others know that this worker is there."""
    worker = workers["this"]
    log.info("worker ready", worker=worker.crew.name, rules=worker.crew.book.digest, act=worker.crew.brake.value)
    worker.ticker.connect_anew = lambda: connect_anew(sender)
    worker.ticker.start()
    worker.reloading.start()
    threading.Thread(target=credentials.look, args=(worker.crew,), name="token", daemon=True).start()


@signals.worker_shutting_down.connect
def stop_taking(**_: Any) -> None:
    """SIGTERM: finish what is in hand, take nothing new."""
    if "this" in workers:
        workers["this"].crew.stopping.set()
        workers["this"].reloading.stop()


@signals.worker_shutdown.connect
def leave(**_: Any) -> None:
    """Everything in hand is done: say so, and give back what is not."""
    if "this" in workers:
        worker = workers.pop("this")
        if worker.crew.streams:
            worker.crew.streams.stop()
        worker.ticker.stop()
