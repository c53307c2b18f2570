"""The actions that change nothing on Heroku, through real worker processes: what each comes to in words, and what
becomes of it if the worker is killed just while it waits for an answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest
from standardwebhooks import Webhook

from core import layout
from core.audit import Audit
from core.runs import Run
from tests.workers.actions.pages import Asked, Pages
from tests.workers.actions.plays import BEGUN, ENDS, LEASE, STARTS, played_until
from tests.workers.actions.plays import RULE as SHAPE
from tests.workers.actions.scene import occasion
from tests.workers.process import start
from tests.workers.world import KEY, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.simulator.agents import Reply, Said
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.waiting import until
from workers.actions import ACTIONS

SIGNING = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
OVER = ("done", "failed", "not needed")
TARGETS = """
targets:
  team: {webhook: $TEAM, wait: 1s, every: 1s, secret: $SIGNING}
"""
LOGS = ("POST", "/apps/*/log-sessions")
SAYS = [Said(text="It ran out of memory.", tokens=60)]
TOOL = "tools: [{name: dyno_run_command}]"


@dataclass(frozen=True)
class Look:
    """One step as a rule with this name, on an app of its own, and what it says in the end. `fault`: of its log."""

    name: str
    do: str
    says: tuple[str, str]
    access: Mapping[str, str] = field(default_factory=dict)
    on_apps: str = "event"
    fault: Mapping[str, Any] | None = None

    @property
    def rule(self) -> str:
        return SHAPE.format(
            name=self.name, app=f"app-{self.name}", access=dict(self.access), do=self.do, on_apps=self.on_apps
        )


READ = {"logs": "read"}


def denied(action: str, where: str = "") -> tuple[str, str]:
    return "denied", f"Denied: rule {action}-denied may not touch app-{action}-denied{where}."


ENDINGS = [
    Look("logs-done", "logs: {lines: 5}", ("done", "Read * of app-logs-done's log."), READ),
    Look(
        "logs-denied",
        "logs: {}",
        ("denied", "Denied: rule logs-denied may not touch app-logs-denied."),
        READ,
        "other-*",
    ),
    Look(
        "logs-failed",
        "logs: {}",
        ("failed", "logs failed: POST /apps/app-logs-failed/log-sessions: 422 invalid_params: Not so."),
        READ,
        fault={"kind": Kind.STATUS, "status": 422, "message": "Not so."},
    ),
    Look("logs-lost", "logs: {lines: 5}", ("done", "Read * of app-logs-lost's log."), READ, fault={"kind": Kind.CUT}),
    Look(
        "check-done",
        "check: {url: $WELL, good_for: 20s, every: 5s}",
        ("done", "the address in $WELL was well for 2? s."),
    ),
    Look(
        "check-failed",
        "check: {url: $BAD, bad_for: 10s, every: 5s}",
        ("failed", "the address in $BAD was not well for 1? s: it answered 503."),
    ),
    Look(
        "check-denied",
        "check: {}",
        denied("check"),
        {"apps": "read"},
        "other-*",
    ),
    Look("wait-done", "wait: {for: 20s}", ("done", "Waited 20 s.")),
    Look("http-done", "http: {url: $WELL}", ("done", "Posted to the address in $WELL: it answered 200.")),
    Look("http-failed", "http: {url: $GONE}", ("failed", "the address in $GONE answered 404.")),
    Look("notify-done", "notify: {to: [log, team], text: crashed}", ("done", "Told log. Handed over to team.")),
    Look("agent-done", "agent: {prompt: Why?}", ("done", "The agent said (60 tokens): It ran out of memory.")),
    Look(
        "agent-denied",
        f"agent: {{prompt: Why?, {TOOL}}}",
        (
            "denied",
            "Denied: rule agent-denied may not touch app-agent-denied, where the tool dyno_run_command would run.",
        ),
        {"dynos": "full"},
        "other-*",
    ),
]
RECORD = [
    "rule logs-done called create log session on app-logs-done: done (201); allowed by logs: read [",
    "rule logs-denied called create log session on app-logs-denied: denied, nothing was sent; app-logs-denied is none",
    "rule logs-failed called create log session on app-logs-failed: refused by Heroku (422); allowed by logs: read [",
    "rule logs-lost called create log session on app-logs-lost: left without a clear answer",
    "rule check-denied called get app on app-check-denied: denied, nothing was sent; app-check-denied is none",
    "rule agent-done called ask agent on app-agent-done: done; 60 tokens [",
    "rule agent-denied called ask agent on app-agent-denied: denied, nothing was sent; rule agent-denied may not touch",
]


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def worker(crew: Crew, running: Server, world: World, pages: Pages, looks: Sequence[Look]) -> Process:
    return start(
        crew,
        12,
        REDIS_URL=running.url,
        HEROKU_API_URL=world.address,
        HEROKU_API_KEY=TOKEN,
        INFERENCE_URL=world.address,
        INFERENCE_KEY=KEY,
        INFERENCE_MODEL_ID="a-model",
        ALLOW_PRIVATE_ADDRESSES="true",
        RULES_YAML="version: 1\nrules:\n" + "".join(look.rule for look in looks) + TARGETS,
        WELL=f"{pages.url}/well",
        BAD=f"{pages.url}/bad",
        GONE=f"{pages.url}/gone",
        POST=f"{pages.url}/post",
        TEAM=f"{pages.url}/team",
        SIGNING=SIGNING,
    )


def set_off(world: World, looks: Sequence[Look]) -> None:
    """All of them, each by an event of its own app's."""
    at = datetime.now(UTC) + timedelta(seconds=2)
    for look in looks:
        app = world.simulator.add_app(f"app-{look.name}")
        about = {"at": at, "data.app.name": app.name, "data.app.id": app.id, "data.id": look.name}
        if look.fault:
            method, path = LOGS
            world.heroku.order_faults(Fault(method=method, path=path.replace("*", app.id), **look.fault))
        world.deliver(occasion(world, f"{look.name}-1", **about))


def ready(process: Process) -> Process:
    process.ready(lambda: BEGUN in process.output, what="the worker to be ready", within=STARTS)
    return process


def ended(world: World, process: Process, looks: Sequence[Look]) -> dict[str, tuple[str, str]]:
    """State and sentence of each, once all are over."""

    def over(runs: dict[str, Run]) -> bool:
        return len(runs) == len(looks) and all(run.state in OVER for run in runs.values())

    runs = played_until(world, [process], over, what="all runs to be over")
    return {name: (run.journal["step:0"].state, run.journal["step:0"].sentence) for name, run in runs.items()}


def wrong(said: Mapping[str, tuple[str, str]], looks: Sequence[Look]) -> list[tuple[str, str]]:
    fits = {look.name: (said[look.name][0], fnmatchcase(said[look.name][1], look.says[1])) for look in looks}
    return [said[look.name] for look in looks if fits[look.name] != (look.says[0], True)]


def posted(pages: Pages, path: str) -> list[Asked]:
    return [asked for asked in pages.asked if (asked.method, asked.path) == ("POST", path)]


def test_no_action_that_changes_nothing_is_missing_here() -> None:
    ours = {"deliver"}  # the service's own: it is how `notify` sends
    assert {look.do.partition(":")[0] for look in ENDINGS} == {
        n for n, a in ACTIONS.items() if not a.spec.changes
    } - ours


def test_each_ends_in_its_own_words(world: World, running: Server, crew: Crew, pages: Pages) -> None:
    pages.at |= {"/bad": (503, "down"), "/gone": (404, "")}
    world.heroku.order_replies(Reply(says=SAYS))
    process = ready(worker(crew, running, world, pages, ENDINGS))
    set_off(world, ENDINGS)
    assert wrong(ended(world, process, ENDINGS), ENDINGS) == []

    record = [line.sentence for line in Audit(world.server).read()]
    assert [start for start in RECORD if not any(said.startswith(start) for said in record)] == []

    until(world.delivered, what="the team to be told", within=ENDS)
    assert world.delivered() == [("done", "Told team.")]
    [told] = posted(pages, "/team")
    assert Webhook(SIGNING).verify(told.body, told.headers)["text"] == "crashed"


STOPPED = "The agent did not come to an end: the worker that listened was stopped."
KILLED = [
    Look("logs", "logs: {lines: 5}", ("done", "Read * of app-logs's log."), READ, fault={"kind": Kind.TIME_OUT_AFTER}),
    Look("check", "check: {url: $WELL, good_for: 20s, every: 5s}", ("done", "the address in $WELL was well for 2? s.")),
    Look("wait", "wait: {for: 2m}", ("done", "Waited 2 min.")),
    Look("http", "http: {url: $POST, secret: $SIGNING}", ("done", "Posted to the address in $POST: it answered 200.")),
    Look("notify", "notify: {to: team, text: crashed}", ("done", "Handed over to team.")),
    Look("agent", "agent: {prompt: Why?, within: 5m}", ("failed", STOPPED)),
]


def test_whoever_finds_it_after_a_kill_goes_on_and_whoever_is_told_twice_can_tell(
    world: World, running: Server, crew: Crew, pages: Pages
) -> None:
    """A log and a page are read again; a post and a message are sent again, by the same id; an agent is asked once.
    The wait goes on where it was."""
    pages.holds |= {"/well", "/post", "/team"}
    world.heroku.order_replies(Reply(says=SAYS, ends="never"))
    dying = ready(worker(crew, running, world, pages, KILLED))
    set_off(world, KILLED)
    until(lambda: not pages.holds and under_way(world), what="all of them to be under way", within=ENDS)
    dying.kill()
    left = {run.rule: {record.state for record in run.journal.values()} for run in world.runs()}
    begun: dict[str, set[str]] = {"wait": {"waiting"}, "agent": {"waiting"}, "notify": {"done"}}
    assert left == {look.name: begun.get(look.name, set()) for look in KILLED}

    world.pass_time(LEASE)
    other = worker(crew, running, world, pages, KILLED)
    assert wrong(ended(world, other, KILLED), KILLED) == []
    until(lambda: len(posted(pages, "/team")) == 2, what="the team to be told again", within=ENDS)
    for path in ("/post", "/team"):
        first, again = posted(pages, path)
        assert first.headers["webhook-id"] == again.headers["webhook-id"]
        assert Webhook(SIGNING).verify(first.body, first.headers) == Webhook(SIGNING).verify(again.body, again.headers)
    assert len(world.heroku.asked()) == 1


def under_way(world: World) -> bool:
    """What the pages do not show: a log that is asked for, an agent that is listened to, a wait that has begun."""
    asked = [call for call in world.heroku.calls(*LOGS) if call.fault and call.status is None]
    heard = [world.server.hget(key, "state") for key in world.server.scan_iter(layout.ANSWER + "*")]
    waits = [run for run in world.runs() if run.rule == "wait" and run.journal]
    return bool(asked and heard == [b"listening"] and waits and world.heroku.asked())
