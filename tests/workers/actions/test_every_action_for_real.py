"""Every action that changes something, through one real worker process: each case on an app of its own, all at once."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest

from core.audit import Audit
from core.runs import Run
from tests.workers.actions.cases import CASES
from tests.workers.actions.scene import ENVIRONMENT, SECRET, Case, occasion, relayed
from tests.workers.process import start
from tests.workers.world import APP, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.simulator.faults import Fault, Kind

STARTS = 30.0  # seconds, on a busy machine
ENDS = 80.0  # what was lost is looked for after 30, and some actions look every 15
LOOK_SECONDS = 0.3
OVER = ("done", "failed", "not needed")
LOST_RUN = ("unknown", "Nothing shows whether the dyno was started; if it was, it is gone again.")
BEGUN = "begins with an empty Redis"
RULE = """
  - name: {name}
    mode: live
    on: dyno
    match: {{data.state: crashed, app.name: {app}}}
    limit: {{max: 9, within: 1d}}
    access: {access}
    on_apps: [{on_apps}]
    do: [{{{do}}}]
    on_failure: [{{notify: {{to: log, text: "failed: {{{{ error }}}}"}}}}]
"""


@dataclass(frozen=True)
class Play:
    """One case on an app of its own: `how` it goes, and the world with that app in it."""

    case: Case
    how: str
    name: str
    world: World

    @property
    def app(self) -> str:
        return self.world.app.name

    @property
    def rule(self) -> str:
        on_apps = "other-*" if self.how == "denied" else "event"
        access = json.dumps(dict(self.case.access))
        return RULE.format(name=self.name, app=self.app, access=access, do=self.case.do, on_apps=on_apps)

    def set_off(self, turn: str) -> None:
        id = f"{self.name}-{turn}"
        at = datetime.now(UTC) + timedelta(seconds=2)
        self.world.deliver(
            occasion(self.world, id, **{"at": at, "data.app.name": self.app, "data.id": id, **self.case.event})
        )


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def plays(world: World, how: str) -> list[Play]:
    """All cases, each set up on an app of its own; the one that deploys has the world's."""
    made = []
    for number, case in enumerate(CASES):
        app = world.app if case.name == "redeploy" and how != "denied" else world.simulator.add_app(f"{how}-{number}")
        own = replace(world, app=app)
        if how != "denied":
            case.before(own)
        world.subscribe(app.name)
        if how in ("failed", "lost"):
            method, path = case.call
            kind = {"kind": Kind.CUT} if how == "lost" else {"kind": Kind.STATUS, "status": 422, "message": "Not so."}
            world.heroku.order_faults(Fault(method=method, path=path.replace("*", app.id, 1), **kind))
        made.append(Play(case, how, f"{how}-{number}", own))
    return made


def started(running: Server, crew: Crew, played: list[Play]) -> Process:
    return start(
        crew,
        REDIS_URL=running.url,
        HEROKU_API_URL=played[0].world.address,
        HEROKU_API_KEY=TOKEN,
        RULES_YAML="version: 1\nrules:\n" + "".join(play.rule for play in played),
        **ENVIRONMENT,
    )


def begun(running: Server, crew: Crew, played: list[Play]) -> Process:
    process = started(running, crew, played)
    process.ready(lambda: BEGUN in process.output, what="the worker to be ready", within=STARTS)
    return process


def played_through(world: World, process: Process, played: list[Play], turn: str) -> dict[str, Run]:
    """Let Heroku's clock go with ours, and Heroku tell of its dynos, until all runs of that turn are over."""
    told: set[str] = set()

    def runs() -> dict[str, Run]:
        return {run.rule: run for run in world.hands.runs(most=200) if run.event_id.endswith(f"-{turn}")}

    def over() -> dict[str, Run] | None:
        time.sleep(LOOK_SECONDS)  # between two looks, as each moves Heroku's clock
        world.simulator.advance_to(world.simulator.now + timedelta(seconds=2 * LOOK_SECONDS))
        relayed(world, told, "dyno")
        found = runs()
        is_over = [found.get(play.name) and found[play.name].state in OVER for play in played]
        return found if all(is_over) else None

    return process.ready(over, what="all runs to be over", within=ENDS)


def said(run: Run, play: Play) -> tuple[str, str]:
    record = run.journal["step:0"]
    return record.state, record.sentence.replace(play.app, APP)


def came(run: Run, play: Play) -> bool:
    """Whether it is done and says so."""
    state, sentence = said(run, play)
    return state == "done" and fnmatchcase(sentence, play.case.came)


def effects(play: Play) -> int:
    """How many calls that change its app had an effect."""
    method, path = play.case.call
    return len(play.world.heroku.calls(method, path.replace("*", play.world.app.id, 1), effect=True))


def recorded(world: World, runs: Mapping[str, Run]) -> dict[str, list[str]]:
    """The sentences of the record of calls, by rule."""
    lines = list(Audit(world.server).read())
    return {name: [line.sentence for line in lines if line.run == run.id] for name, run in runs.items()}


def test_each_is_done_once_though_a_worker_is_killed_amid_them_and_then_not_needed(
    world: World, running: Server, crew: Crew
) -> None:
    played = plays(world, "once")
    dying = begun(running, crew, played)
    for play in played:
        play.set_off("1")
    dying.ready(lambda: any(effects(play) for play in played), what="a first effect", within=ENDS)
    dying.kill()

    other = started(running, crew, played)
    first = played_through(world, other, played, "1")
    assert [play.name for play in played if effects(play) > 1] == []
    assert [said(first[play.name], play) for play in played if not came(first[play.name], play)] in ([], [LOST_RUN])
    record = recorded(world, first)
    assert [play.name for play in played if f"rule {play.name}" not in " ".join(record[play.name])] == []

    for play in played:
        play.set_off("2")
    again = played_through(world, other, played, "2")
    left = [play for play in played if play.case.again]
    assert [said(again[play.name], play) for play in left] == [play.case.again for play in left]
    assert SECRET not in dying.output + other.output + world.kept()


def test_each_is_denied_or_fails_with_its_words(world: World, running: Server, crew: Crew) -> None:
    played = plays(world, "denied") + plays(world, "failed")
    process = begun(running, crew, played)
    for play in played:
        play.set_off("1")
    runs = played_through(world, process, played, "1")
    record = recorded(world, runs)

    assert [play.name for play in played if said(runs[play.name], play)[0] != play.how] == []
    assert [play.name for play in played if runs[play.name].journal["failure:0"].state != "done"] == []
    assert [play.name for play in played if effects(play)] == []
    assert [
        play.name for play in played if play.how == "denied" and not all("denied" in e for e in record[play.name])
    ] == []
    assert all(record.values())


def test_what_timed_out_after_its_effect_is_found_and_not_repeated(world: World, running: Server, crew: Crew) -> None:
    played = plays(world, "lost")
    process = begun(running, crew, played)
    for play in played:
        play.set_off("1")
    runs = played_through(world, process, played, "1")

    wrong = [play for play in played if said(runs[play.name], play)[0] != play.case.after_lost]
    assert [said(runs[play.name], play) for play in wrong] == []
    assert {play.name: effects(play) for play in played} == {play.name: 1 for play in played}
