"""Cases through real worker processes: each on an app of its own, all at once, with time that passes when it is due."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from core import layout
from core.audit import Audit
from core.runs import Run
from tests.workers.actions.scene import ENVIRONMENT, Case, occasion, relayed
from tests.workers.process import start
from tests.workers.world import APP, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.simulator.faults import Fault, Kind

STARTS = 60.0  # seconds, on a very busy machine
ENDS = 90.0
PASSES = 5.0  # seconds, whenever nothing is left to do now
LEASE = 61.0
THREADS = 11  # ten act, and a client has ten connections
OVER = ("done", "failed", "not needed")
BEGUN = "begins with an empty Redis"
RULE = """
  - name: {name}
    mode: live
    on: dyno
    match: {{data.state: crashed, app.name: {app}, id: {{prefix: {name}-}}}}
    limit: {{max: 9, within: 1d}}
    access: {access}
    on_apps: [{on_apps}]
    do: [{{{do}}}]
    on_failure: [{{notify: {{to: log, text: "failed: {{{{ error }}}}"}}}}]
"""


@dataclass(frozen=True)
class Play:
    """One case as a rule with this name, and the world with its app in it. `then`: a second step, and its access."""

    case: Case
    name: str
    world: World
    on_apps: str = "event"
    then: str = ""
    access: Mapping[str, str] = field(default_factory=dict)

    @property
    def app(self) -> str:
        return self.world.app.name

    @property
    def rule(self) -> str:
        access = json.dumps({**self.case.access, **self.access})
        do = f"{self.case.do}}}, {{{self.then}" if self.then else self.case.do
        return RULE.format(name=self.name, app=self.app, access=access, do=do, on_apps=self.on_apps)

    @property
    def called(self) -> str:
        """How the record of calls begins to tell of the one that changes something."""
        return f"rule {self.name} called {self.case.endpoint.replace('_', ' ')} on {self.app}"

    @property
    def looked_up(self) -> str:
        """What it says once a lost call was looked up."""
        return f"{self.called}: {self.case.lost_told}."

    def set_off(self, turn: str) -> None:
        """Let it happen; `turn` tells this time from others."""
        id = f"{self.name}-{turn}"
        about = {"at": datetime.now(UTC) + timedelta(seconds=2), "data.app.name": self.app, "data.id": id}
        self.world.deliver(occasion(self.world, id, **about, **self.case.event(self.world)))

    def spoil(self, kind: Kind, **more: object) -> None:
        """Order a fault for the call that changes something."""
        method, path = self.case.call
        self.spoil_at(method, path, kind=kind, **more)

    def spoil_at(self, method: str, path: str, **more: object) -> None:
        """Order a fault for another call about its app."""
        fault = Fault.model_validate({"method": method, "path": self._own(path), **more})
        self.world.heroku.order_faults(fault)

    def effects(self) -> int:
        """How many calls that change its app had an effect."""
        method, path = self.case.call
        return len(self.world.heroku.calls(method, self._own(path), effect=True))

    def held(self, *more: tuple[str, str]) -> bool:
        """Whether its call, or one of `more`, is under way, spoiled and not answered."""
        asked = [self.case.call, *more]
        calls = [call for method, path in asked for call in self.world.heroku.calls(method, self._own(path))]
        return any(call.fault and call.status is None and call.seconds is None for call in calls)

    def said(self, run: Run, step: str = "step:0") -> tuple[str, str]:
        """State and sentence of a step, as if its app were the usual one."""
        record = run.journal[step]
        return record.state, record.sentence.replace(self.app, APP)

    def came(self, run: Run) -> bool:
        """Whether its step is done and says so."""
        state, sentence = self.said(run)
        return state == "done" and fnmatchcase(sentence, self.case.came)

    def came_though_lost(self, run: Run) -> bool:
        """The same of a call whose answer nobody heard; it is not known if it cannot be looked up."""
        return self.said(run) == ("unknown", self.case.lost_says) if self.case.lost_says else self.came(run)

    def _own(self, path: str) -> str:
        return path.replace("*", self.world.app.id, 1)


def plays(world: World, how: str, cases: Sequence[Case], *, set_up: bool = True) -> list[Play]:
    """All of these cases, each set up on an app of its own."""
    made = []
    for number, case in enumerate(cases):
        own = replace(world, app=world.simulator.add_app(f"acme-{number}-{how}"))
        world.subscribe(own.app.name)
        if set_up:
            case.before(own)
        made.append(Play(case, f"{how}-{number}", own))
    return made


def started(running: Server, crew: Crew, played: Sequence[Play], *, threads: int | None = None) -> Process:
    """A worker with the rules of all these."""
    return start(
        crew,
        threads,
        REDIS_URL=running.url,
        HEROKU_API_URL=played[0].world.address,
        HEROKU_API_KEY=TOKEN,
        RULES_YAML="version: 1\nrules:\n" + "".join(play.rule for play in played),
        **ENVIRONMENT,
    )


def begun(running: Server, crew: Crew, played: Sequence[Play]) -> Process:
    """The same, once it is ready; events of dynos come with whole seconds only, and before it they are from before."""
    process = started(running, crew, played)
    process.ready(lambda: BEGUN in process.output, what="the worker to be ready", within=STARTS)
    return process


def all_at_once(running: Server, crew: Crew, played: Sequence[Play]) -> list[Process]:
    """As many workers as can be at a call of each play at the same time: no call is held for longer than a client
    waits. One of them tells that Redis was empty."""
    workers = [started(running, crew, played, threads=THREADS) for _ in range(math.ceil(len(played) / (THREADS - 1)))]

    def are_ready() -> bool:
        said = [worker.output for worker in workers]
        return all("worker ready" in each for each in said) and any(BEGUN in each for each in said)

    workers[0].ready(are_ready, what="all to be ready", within=STARTS)
    return workers


def rests(world: World) -> bool:
    """Whether nothing is due and nobody has anything in hand."""
    due = sum(world.server.zcount(layout.DUE + lane, 0, world.hands.now() * 1000) for lane in ("decide", "act"))
    return not due and not world.server.exists(layout.CLAIMS + "decide", layout.CLAIMS + "act")


def time_passes(world: World, workers: Sequence[Process], seconds: float) -> None:
    """For all that is written down and for Heroku, while the workers stand still."""
    for worker in workers:
        worker.freeze()
    world.pass_time(seconds)
    for worker in workers:
        worker.thaw()


def played_until(
    world: World, workers: Sequence[Process], far: Callable[[dict[str, Run]], bool], *, what: str
) -> dict[str, Run]:
    """Let time pass, and Heroku tell of its dynos, until the runs, by rule, have come so far."""
    told: set[str] = set()

    def look() -> dict[str, Run] | None:
        found = {run.rule: run for run in world.runs()}
        if far(found):
            return found
        if rests(world):
            time_passes(world, workers, PASSES)
            relayed(world, told, "dyno")
        return None

    return workers[0].ready(look, what=what, within=ENDS)


def played_through(world: World, workers: Sequence[Process], played: Sequence[Play], turn: str = "1") -> dict[str, Run]:
    """Until all runs of that turn are over."""
    ids = {play.name: f"{play.name}-{turn}" for play in played}

    def over(runs: dict[str, Run]) -> bool:
        mine = [run for name, run in runs.items() if ids.get(name) == run.event_id]
        return len(mine) == len(ids) and all(run.state in OVER for run in mine)

    return played_until(world, workers, over, what="all runs to be over")


def recorded(world: World, runs: Mapping[str, Run]) -> dict[str, list[str]]:
    """The sentences of the record of calls, by rule."""
    lines = list(Audit(world.server).read())
    return {name: [line.sentence for line in lines if line.run == run.id] for name, run in runs.items()}
