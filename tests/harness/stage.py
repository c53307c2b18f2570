"""All that must be real when it fails: Redis, a fake Heroku, web and worker processes; and hands to look inside."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import redis

from core import connections, layout
from core.hands import Hands
from core.settings import read
from tests.harness.dynos import Dyno
from tests.harness.proxy import Proxy
from tests.harness.sending import Burst, Sender
from toolbelt import service, simulation
from toolbelt.crew import HOME, Crew
from toolbelt.environment import is_loopback, without_the_callers
from toolbelt.servers import Server, free_port
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.views import AppView
from toolbelt.waiting import until

RULES = Path(__file__).parent / "rules.yaml"
SPEED = 100.0  # times faster than Heroku
SETTLES = 90.0  # seconds: a lease, a call's deadline and a margin
T = TypeVar("T")


class Stage:
    """Made by `build`; ends with its crew. Whoever waits through it has dynos that ended started again."""

    def __init__(self, crew: Crew, server: Server, heroku: Remote, environment: Mapping[str, str]) -> None:
        self.crew = crew
        self.server = server
        self.heroku = heroku
        self.environment = dict(environment)
        self.web: list[Dyno] = []
        self.workers: list[Dyno] = []
        self.proxies: list[Proxy] = []
        self.redis = connections.for_worker(read("redis_url", environment={"REDIS_URL": server.url}), connections=2)
        self.hands = Hands(self.redis)
        self.sender = Sender(self.deliveries_url, secret=environment["WEBHOOK_SECRET"].split(",")[0])
        self._apps = 0

    @property
    def deliveries_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}/webhooks/heroku"

    @property
    def dynos(self) -> list[Dyno]:
        return [*self.web, *self.workers]

    def add_web(self, **changes: str) -> Dyno:
        """Begin a web process; there can be one, as there is one port."""
        url = f"http://127.0.0.1:{self.environment['PORT']}/healthz"
        dyno = Dyno(self.crew, "web.1", self.environment | changes, ready=lambda _: service.status(url) == 200)
        self.web.append(dyno)
        return dyno.start()

    def add_worker(self, **changes: str) -> Dyno:
        """Begin one more worker."""
        name = f"worker.{len(self.workers) + 1}"
        dyno = Dyno(self.crew, name, self.environment | changes, ready=lambda d: d.said("worker ready") >= d.starts)
        self.workers.append(dyno)
        return dyno.start()

    def wait_ready(self) -> None:
        """Wait until every process that was begun is there."""
        for dyno in self.dynos:
            dyno.wait_ready()

    def add_app(self, *, name: str = "", release_phase: bool = False, web_dynos: int = 0) -> AppView:
        """An app that runs well; its dynos crash only in what we send."""
        self._apps += 1
        name = name or f"acme-{self._apps}"
        return self.heroku.add_app(name, releases=6, release_phase=release_phase, web_dynos=web_dynos)

    def subscribe(self, *, secret: str = "", app: str | None = None) -> None:
        """Have the fake Heroku tell of what happens there."""
        include = ["api:release", "dyno"]
        self.heroku.subscribe(self.deliveries_url, secret=secret or self.sender.secret, include=include, app=app)

    def tend(self) -> None:
        """Start again what has ended, as Heroku does."""
        for dyno in self.dynos:
            dyno.tend()

    def until(self, look: Callable[[], T | None], *, what: str, within: float = SETTLES) -> T:
        """Wait, with every process kept running. Raises DidNotHappen."""

        def tended() -> T | None:
            self.tend()
            return look()

        return until(tended, what=what, within=within)

    def finish(self, burst: Burst) -> None:
        """Wait until all of a burst is acknowledged."""
        self.until(lambda: burst.is_over, what="all deliveries to be taken")
        burst.finish()

    def settle(self, *, within: float = SETTLES) -> None:
        """Wait until nothing is due, nothing is owed, and everything runs."""
        self.until(self.is_settled, what="everything to be decided and done", within=within)

    def is_settled(self) -> bool:
        """Nothing waits anywhere."""
        return self.all_decided() and not self.redis.zcard(layout.DUE + "act") and self._all_delivered()

    def all_decided(self) -> bool:
        """No event waits. False while Redis does not answer."""
        try:
            return not self.redis.zcard(layout.DUE + "decide")
        except redis.RedisError:
            return False

    def _all_delivered(self) -> bool:
        return all(delivery.status in ("succeeded", "failed") for delivery in self.heroku.deliveries())

    def said(self, *words: str, target: str = "") -> bool:
        """Whether a line of any process holds all these words; of a notification, if a target is named."""
        wanted = [*words, f"event=notification target={target} "] if target else list(words)
        return any(all(word in line for word in wanted) for line in self.lines())

    def hear(self, *words: str, target: str = "") -> None:
        """Wait until a line is said that holds them: the message of a step is sent by a run after it."""
        self.until(lambda: self.said(*words, target=target) or None, what=f"a line with {words}")

    def lines(self) -> list[str]:
        """What all processes of the service said."""
        return [line for dyno in self.dynos for line in list(dyno.lines)]

    def close(self) -> None:
        """Let go of our own connections; the processes are the crew's, but these need no gentle end."""
        for dyno in self.dynos:
            dyno.kill()
        self.sender.__exit__(None, None, None)
        self.heroku.close()
        self.redis.close()


def build(crew: Crew, server: Server, *, redis_url: str = "", workers: int = 1, **changes: str) -> Stage:
    """Start everything before this server and wait until it is ready; `changes` are settings. Raises DidNotHappen.

    With `redis_url` the service reaches the server at another address than its own: that of a proxy.
    """
    token, secret = f"HRKU-{secrets.token_hex(16)}", secrets.token_hex(16)
    address = simulation.start(crew, os.environ, token=token, speed=SPEED, tell=lambda _, __: None)
    assert is_loopback(address)
    own = without_the_callers(os.environ)
    settings = {
        "ACT": "live",
        "HEROKU_API_KEY": token,
        "HEROKU_API_URL": address,
        "PATH": service.with_our_programs(own["PATH"]),
        "PORT": str(free_port()),
        "PYTHONPATH": str(HOME),
        "REDIS_URL": redis_url or server.url,
        "RULES_PATH": str(RULES),
        "WEBHOOK_SECRET": secret,
    }
    stage = Stage(crew, server, Remote(address), {**own, **settings, **changes})
    stage.add_web()
    for _ in range(workers):
        stage.add_worker()
    stage.wait_ready()
    stage.subscribe()
    return stage
