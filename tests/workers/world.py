"""A worker around one real server that speaks Redis's protocol and one fake Heroku that stands still, and time that
passes when a test says so."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import redis
import redis.asyncio

from core import layout, records
from core.accepting import Arrival, Keeper
from core.answers import Answers
from core.audit import Audit
from core.beat import Beat
from core.budget import Budget
from core.due import DueList
from core.hands import Hands
from core.ledger import Ledger
from core.outbox import Outbox
from core.runs import Run, Runs
from heroku import events
from heroku.client import Heroku
from heroku.inference.client import Inference
from rules.files.loading import Source, load
from rules.model import Mode
from rules.rulebook import Target
from toolbelt.simulator.records import App
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.views import CallView
from workers.acting import Acting
from workers.actions import ACTIONS, SPECS
from workers.crew import Crew
from workers.deciding import Deciding
from workers.fetching import Fetcher
from workers.listening import Listening
from workers.notes import Message, Note
from workers.streams import Streams
from workers.telling import Teller
from workers.ticker import Ticker
from workers.visits import is_system

TOKEN = "HRKU-a-token-for-tests"
DAY = 86_400.0
CLOCKS = ("since", "_since", "_at")  # how the names end of what steps remember as a time, in seconds
KEY = "inf-a-key-for-tests"
APP = "acme-shop"

ROLL_BACK = """
version: 1
rules:
  - name: roll-back
    mode: live
    on: dyno
    match: {data.state: crashed}
    each: data.release.id
    access: {releases: write}
    do:
      - rollback: {to: last-good}
      - notify: {to: log, text: "{{ steps.rollback.outcome }}: {{ steps.rollback.sentence }}"}
    on_failure:
      - notify: {to: log, text: "failed: {{ error }}"}
"""


class Killed(BaseException):
    """The process is gone: no handler, no goodbye."""


def die() -> None:
    """What a test puts where the process is to be killed."""
    raise Killed


class WatchedRuns(Runs):
    """The journal, and a place to do something just before or just after one of its calls."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self.before: dict[str, Callable[[], object]] = {}
        self.after: dict[str, Callable[[], object]] = {}

    def _watched(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.before.pop(name, lambda: None)()
        answer = getattr(super(), name)(*args, **kwargs)
        self.after.pop(name, lambda: None)()
        return answer

    def hold(self, *args: Any, **kwargs: Any) -> Any:
        return self._watched("hold", *args, **kwargs)

    def begin(self, *args: Any, **kwargs: Any) -> Any:
        return self._watched("begin", *args, **kwargs)

    def record(self, *args: Any, **kwargs: Any) -> Any:
        return self._watched("record", *args, **kwargs)

    def came(self, *args: Any, **kwargs: Any) -> Any:
        return self._watched("came", *args, **kwargs)


class Heard(Teller):
    """Sends nothing and keeps every message: target, text."""

    def __init__(self) -> None:
        super().__init__({}, private=True)
        self.messages: list[tuple[str, str]] = []

    def log(self, name: str, note: Note) -> None:
        self.messages.append((name, note.text))

    def send(self, target: Target, message: Message) -> None:
        self.messages.append((message.target, message.text))


@dataclass
class Worker:
    """One worker process, as far as it is threads and not signals."""

    crew: Crew
    deciding: Deciding
    acting: Acting
    ticker: Ticker
    runs: WatchedRuns
    hands: Hands

    def drain(self) -> None:
        """Decide and act until neither finds anything due."""
        for _ in range(50):
            self.deciding.drain()
            self.acting.drain()
            ticked = self.crew.beat.tick()
            held = self.crew.stopping.is_set() or self.hands.paused()
            if held or not (ticked.due_decide or ticked.due_act or ticked.due_wait):
                return
        raise AssertionError("the worker goes round in circles")


@dataclass
class World:
    """Everything a test does to the service, to Heroku and to time."""

    server: redis.Redis
    simulator: Simulator
    heroku: Remote
    address: str
    app: App
    workers: list[Worker] = field(default_factory=list)
    clients: list[Heroku] = field(default_factory=list)

    def worker(
        self,
        rules: str = ROLL_BACK,
        *,
        brake: Mode = Mode.LIVE,
        token: str | None = TOKEN,
        timeout: float = 5.0,
        environment: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> Worker:
        """One more worker, of the same rules unless told otherwise."""
        name = f"worker.{len(self.workers) + 1}"
        book = load([Source("rules.yaml", rules)], actions=SPECS, environment=environment or {})
        heroku = Heroku(token, base_url=self.address, timeout=timeout) if token else None
        if heroku:
            self.clients.append(heroku)
        runs = WatchedRuns(self.server)
        crew = Crew(
            name=name,
            runs=runs,
            pool=Budget(self.server),
            audit=Audit(self.server),
            beat=Beat(self.server, worker=name, rules=book.digest, version="test"),
            book=book,
            heroku=heroku,
            brake=brake,
            **{
                "actions": ACTIONS,
                "due": DueList(self.server, worker=name),
                "ledger": Ledger(self.server, keep_seconds=14 * DAY),
                "teller": Teller(environment or {}, private=True, timeout=2.0),
                "outbox": Outbox(self.server, wait_seconds=0, every_seconds=0),
                "own_app": frozenset(),
                "account": None,
                "keep_seconds": 14 * DAY,
                "keep_bytes": 10**9,
                "environment": environment or {},
                "fetcher": Fetcher(private=True),
                "streams": self.streams(name),
                **changes,
            },
        )
        made = Worker(crew, Deciding(crew), Acting(crew, threads=1), Ticker(crew, Listening()), runs, self.hands)
        self.workers.append(made)
        return made

    def streams(self, worker: str) -> Streams:
        """A worker's ear for the agents of the fake Heroku."""
        answers = Answers(self.server, worker=worker)
        return Streams(answers, lambda: Inference(KEY, base_url=self.address, silent_seconds=5.0), model="a-model")

    @property
    def hands(self) -> Hands:
        return Hands(self.server)

    def close(self) -> None:
        for client in self.clients:
            client.close()
        for worker in self.workers:
            worker.crew.teller.close()
            worker.crew.fetcher.close()
            if worker.crew.streams:
                worker.crew.streams.stop()

    # --- Heroku ---

    def crashing(self, *, after: timedelta = timedelta(seconds=80), app: str = APP) -> dict[str, Any]:
        """Deploy code that crashes; answers the event of its first crash, which is not delivered yet."""
        self.subscribe(app)
        self.simulator.deploy(app, "crash")
        self.simulator.advance_to(self.simulator.now + after)
        return self.crashes()[-1]

    def subscribe(self, app: str = APP) -> None:
        """Let Heroku tell of what happens to the app; to nobody, as a test delivers for itself."""
        self.simulator.subscribe("http://127.0.0.1:9/", app=app, level="notify")

    def crashes(self) -> list[dict[str, Any]]:
        """The events of all crashes so far."""
        return [event for event in self.simulator.events() if event["data"].get("state") == "crashed"]

    def releases(self, version: int) -> list[dict[str, Any]]:
        """The events of one release."""
        told = [event for event in self.simulator.events() if event["resource"] == "release"]
        return [event for event in told if event["data"]["version"] == version]

    def posts(self) -> list[CallView]:
        """What was asked of Heroku that changes something."""
        return [call for call in self.heroku.calls() if call.method != "GET"]

    def effects(self) -> int:
        """How many of these were carried out."""
        return len(self.heroku.calls("POST", effect=True))

    # --- the service ---

    def deliver(self, *documents: dict[str, Any]) -> None:
        """Accept these events, as the receiver does."""
        arrivals = [_arrival(document) for document in documents]

        async def keep() -> None:
            pool: Any = self.server.connection_pool
            client = redis.asyncio.Redis(unix_socket_path=pool.connection_kwargs["path"], protocol=2)
            try:
                assert set(await Keeper(client).keep(arrivals)) <= {"accepted", "duplicate"}
            finally:
                await client.aclose()

        asyncio.run(keep())

    def runs(self) -> list[Run]:
        """The runs of rules, the oldest first."""
        return [run for run in reversed(self.hands.runs(most=100)) if not is_system(run)]

    def run(self) -> Run:
        """The only one."""
        [run] = self.runs()
        return run

    def step(self, field: str = "step:0") -> tuple[str, str]:
        """State and sentence of a step of the only run."""
        record = self.run().journal[field]
        return record.state, record.sentence

    def told(self) -> list[str]:
        """What the `system` target was told, or is about to be, the oldest first."""
        system = [run for run in reversed(self.hands.runs(most=100)) if is_system(run) and not run.key]
        return [run.plan["steps"][0]["params"]["text"] for run in system]

    def delivered(self) -> list[tuple[str, str]]:
        """What became of each message to a target, the oldest first."""
        sent = [run for run in reversed(self.hands.runs(most=100)) if is_system(run) and run.key]
        return [(run.journal["step:0"].state, run.journal["step:0"].sentence) for run in sent if run.journal]

    def gates(self, event: str) -> list[Any]:
        """What the rules came to for an event: lists of the gate and its numbers."""
        kept = self.hands.event(event).kept
        assert kept is not None
        return [gate[1:] for gate in kept.decisions[-1].get("g", [])]

    def kept(self) -> str:
        """All that stands in Redis, readable."""
        server: Any = self.server
        read = {
            b"string": server.get,
            b"hash": server.hgetall,
            b"zset": lambda key: server.zrange(key, 0, -1),
            b"list": lambda key: server.lrange(key, 0, -1),
            b"set": server.smembers,
            b"stream": server.xrange,
            b"none": lambda _: None,  # it has ended since it was listed
        }
        values = [(key, read[server.type(key)](key)) for key in server.scan_iter("*")]
        bodies = [records.unpack(server.get(key)).body for key in server.scan_iter(layout.EVENT + "*")]
        return repr([values, bodies])

    # --- time ---

    def pass_time(self, seconds: float) -> None:
        """All that is written down with a time happened so much earlier, and every end is so much nearer; Heroku's
        clock is moved on."""
        ms = int(seconds * 1000)
        server: Any = self.server
        self.simulator.advance_to(self.simulator.now + timedelta(seconds=seconds))
        for lane in ("decide", "act", "wait"):
            for row, score in server.zrange(layout.DUE + lane, 0, -1, withscores=True):
                server.zadd(layout.DUE + lane, {row: score - ms})
            for row, claim in server.hgetall(layout.CLAIMS + lane).items():
                *who, not_before = claim.decode().split("|")
                said = "|".join([*who, str(max(0, int(not_before) - ms))])
                server.hset(layout.CLAIMS + lane, row, said)
        for key in server.scan_iter(layout.RUN + "*"):
            self._age(key, ms)
        if server.hexists(layout.BUDGET, "at"):  # so that the pool refills meanwhile
            server.hincrby(layout.BUDGET, "at", -ms)
        for key in server.scan_iter("dh:*"):
            left = server.pttl(key)
            if left > 0 and not key.startswith((b"dh:event:", b"dh:seen", b"dh:run:")):
                server.pexpire(key, left - ms) if left > ms else server.delete(key)

    def _age(self, key: bytes, ms: int) -> None:
        server: Any = self.server
        for name, value in server.hgetall(key).items():
            if name in (b"planned_at", b"give_up_at", b"started_at", b"ask_until"):
                server.hset(key, name, int(value) - ms)
            elif name.startswith((b"approval:", b"step:", b"failure:")):
                record = json.loads(value)
                record["at"] -= ms / 1000
                memory = record["memory"]
                memory |= {name: memory[name] - ms / 1000 for name in memory if name.endswith(CLOCKS)}
                server.hset(key, name, json.dumps(record))
            elif name == b"approval":
                answer = json.loads(value)
                server.hset(key, name, json.dumps({**answer, "at": answer["at"] - ms}))


def _arrival(document: dict[str, Any]) -> Arrival:
    body = json.dumps(document).encode()
    event = events.read(body)
    created = event.created_at.timestamp() if event.created_at else None
    return Arrival(event.id, "event", event.include, event.action, "", created, body)
