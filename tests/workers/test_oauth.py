"""Workers with OAuth instead of a token: from the first exchange to a rollback that happens, nothing secret seen."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from core import layout
from core.audit import Audit
from heroku.sealing import Seal
from tests.workers.process import SECRET, start
from tests.workers.world import ROLL_BACK, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.simulator.views import CallView, GrantView

STARTS, WORKS = 30.0, 30.0  # seconds, on a busy machine
EXCHANGE = "/oauth/token"
REDIRECT = "https://dashboard.acme.example/back"


class OAuth:
    """A client that somebody let in, and workers with nothing but its secret and the refresh token."""

    def __init__(self, world: World, crew: Crew, redis_url: str) -> None:
        self.world = world
        self.client = world.heroku.add_client(REDIRECT)
        self.grant: GrantView = world.heroku.let_in(self.client, ["identity", "write"])
        self._crew = crew
        self._redis_url = redis_url
        self.workers: list[Process] = []

    def start(self) -> Process:
        worker = start(
            self._crew,
            REDIS_URL=self._redis_url,
            HEROKU_API_URL=self.world.address,
            HEROKU_ID_URL=self.world.address,
            HEROKU_OAUTH_CLIENT_ID=self.client.id,
            HEROKU_OAUTH_CLIENT_SECRET=self.client.secret,
            HEROKU_OAUTH_REFRESH_TOKEN=self.grant.refresh_token,
            RULES_YAML=ROLL_BACK,
            LOG_FORMAT="json",
        )
        self.workers.append(worker)
        return worker

    def exchanges(self) -> int:
        """How often somebody asked for a token."""
        return len(self.world.heroku.calls("POST", EXCHANGE))

    def ends(self, worker: Process) -> str:
        """What became of the only run, once it has ended; Heroku's time goes on meanwhile."""

        def ended() -> str | None:
            self.world.simulator.advance_to(self.world.simulator.now + timedelta(seconds=1))
            runs = self.world.runs()
            return runs[0].state if runs and runs[0].state not in ("due", "running") else None

        return worker.ready(ended, what="the run to end", within=WORKS)

    def secrets(self) -> list[str]:
        """Every text that must be seen nowhere."""
        tokens = self.world.simulator.world.tokens
        access = [token.text for each in tokens.authorizations.values() for token in each.access]
        return [SECRET, self.client.secret, self.grant.refresh_token, *access]

    def seen(self) -> list[str]:
        """Those of them that stand in a log or in Redis."""
        shown = "\n".join([*(worker.output for worker in self.workers), self.world.kept()])
        return [secret for secret in self.secrets() if secret in shown]


@pytest.fixture
def oauth(world: World, running: Server) -> Iterator[OAuth]:
    with Crew() as crew:
        yield OAuth(world, crew, running.url)


def test_a_worker_gets_its_token_by_itself_and_takes_a_release_back(oauth: OAuth) -> None:
    world = oauth.world
    world.deliver(world.crashing())
    worker = oauth.start()

    assert oauth.ends(worker) == "done"

    assert world.step() == ("done", "Rolled back from v42 to v41: v43 (Rollback to v41) is live.")
    assert (world.effects(), oauth.exchanges()) == (1 + 1, 1), "the rollback and the exchange"
    [line] = [line for line in Audit(world.server).read() if line.endpoint == "refresh_token"]
    assert (line.who, line.outcome, line.status, line.app) == ("dynohook", "done", 200, "")
    assert line.sentence.startswith("dynohook called refresh token: done (200); by HEROKU_OAUTH_REFRESH_TOKEN [")
    assert line.sentence in worker.output
    assert about_tokens(world) == []
    assert oauth.seen() == []


def test_two_workers_share_one_exchange(oauth: OAuth) -> None:
    """Both need a token at once, as both look at it when they start; the answer to the first takes a while."""
    oauth.world.heroku.order_faults(Fault(kind=Kind.SLOW, method="POST", path=EXCHANGE, seconds=2.0))
    first, second = oauth.start(), oauth.start()
    for worker in (first, second):
        worker.ready(lambda: len(account_looks(oauth.world)) == 2, what="both to look at the token", within=STARTS)

    assert oauth.exchanges() == 1
    assert {call.status for call in account_looks(oauth.world)} == {200}
    assert oauth.seen() == []


def about_tokens(world: World) -> list[str]:
    """What `system` was told of tokens and runs; a worker that starts also tells that it begins with an empty Redis."""
    return [text for text in world.told() if not text.startswith("Dynohook begins")]


def account_looks(world: World) -> list[CallView]:
    return [call for call in world.heroku.calls("GET", "/account") if call.status]


def test_a_token_that_is_refused_amid_a_run_is_replaced_once_and_the_run_comes_to_its_end(oauth: OAuth) -> None:
    """The token at hand was got by another process an hour ago; Heroku ends it once the rollback was asked for."""
    world = oauth.world
    hour_ago = time.time() - 3_600
    held = {"token": oauth.grant.access_token, "since": hour_ago, "ends": hour_ago + 28_799}
    world.server.set(layout.VAULT, Seal(oauth.grant.refresh_token).close(json.dumps(held)))
    world.deliver(world.crashing())
    worker = oauth.start()
    worker.ready(lambda: world.effects() == 1, what="the rollback to be asked for", within=STARTS)
    assert oauth.exchanges() == 0

    world.heroku.expire_tokens()
    assert oauth.ends(worker) == "done"

    refused = [call for call in world.heroku.calls() if call.status == 401]
    assert len(refused) == 1, "what was asked with the old token was asked again with the new one"
    assert oauth.exchanges() == 1
    assert len(world.heroku.calls("POST", "/apps/*/releases")) == 1, "nothing was asked for twice"
    assert oauth.seen() == []


def test_a_refresh_token_that_is_good_no_longer_is_told_and_stops_nothing_else(oauth: OAuth) -> None:
    tokens = oauth.world.simulator.world.tokens
    tokens.revoke(tokens.authorizations[oauth.grant.authorization])
    worker = oauth.start()
    [told] = worker.ready(lambda: about_tokens(oauth.world), what="the system target to be told", within=STARTS)

    assert told.startswith("Heroku's token is not enough: POST /oauth/token")
    assert "no new token" in told
    assert worker.running
    assert [line.outcome for line in Audit(oauth.world.server).read()][:1] == ["refused"]
    assert oauth.seen() == []
