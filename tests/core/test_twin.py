"""The gates in Redis and their twin in memory: whatever happens, in whatever order, both say the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import layout, records
from core.due import Claimed, DueList
from core.ledger import Judged, Ledger
from core.queue import Lane
from core.runs import Entry, Runs
from heroku import events
from heroku.samples import encode, sample
from rules.correlating import Watching
from rules.deciding import decide
from rules.model import Mode
from rules.rulebook import Rulebook
from rules.trials.memory import Judgement, Memory
from tests.core.clocked import Clocked
from tests.rules.factories import book, rule_text
from toolbelt.servers import Server
from workers.crew import Crew
from workers.gating import gates_of
from workers.waiting import LateJudging

START = 1_763_840_000_000  # ms
Gates = list[list[Any]]
Waited = tuple[int, str, str, str, list[Any]]  # when, for which event, for what, which rule, gate


@pytest.fixture(scope="module")
def clocked(running: Server) -> Iterator[Clocked]:
    with Clocked.from_url(running.url, protocol=2) as client:
        yield client


class Kept:
    """The service's own scripts, told what a worker would tell them."""

    def __init__(self, client: Clocked, rules: Rulebook) -> None:
        client.flushall()
        self._client, self._rules, self._watching = client, rules, Watching(rules)
        self._due = DueList(client, worker="worker.1")
        self._ledger = Ledger(client, keep_seconds=86_400)
        self._runs = Runs(client)

    def take(self, body: bytes, now: int) -> Gates:
        event = events.read(body)
        self._client.set_time(now)
        self._client.set(layout.EVENT + event.id, records.pack("event", "", body))
        self._client.zadd(layout.EVENTS, {event.id: now})
        self._client.zadd(layout.DUE + "decide", {event.id: now})
        claimed = self._due.claim("decide", most=1)
        assert claimed.rows == (event.id,)
        decision = decide(self._rules, event, now=datetime.fromtimestamp(now / 1000, UTC))
        left = self._watching.left_by(event)
        gates = gates_of(event, decision, id=event.id, now=now / 1000, account=None, replay=None, left=left)
        said = {"b": "book", "n": decision.clauses}
        [written] = self._ledger.decide([Judged(event.id, said, "", gates)], token=claimed.token)
        assert written.how == "decided", written.why
        return [list(gate)[1:] for gate in written.gates]

    def wait(self, until: int) -> list[Waited]:
        """Judge what was put off until then, each when it is due, as a worker would."""
        heard: list[Waited] = []
        while rows := self._client.zrangebyscore(layout.DUE + "wait", "-inf", until, start=0, num=1, withscores=True):
            [(row, due)] = cast("list[tuple[bytes, float]]", rows)
            self._client.set_time(int(due))
            event = cast("bytes", self._client.hget(layout.WAIT + row.decode(), "event"))
            LateJudging(cast("Crew", self)).judge()
            kept = records.unpack(cast("bytes", self._client.get(layout.EVENT + event.decode())))
            decision = kept.decisions[-1]
            heard.append((decision["at"], event.decode(), decision["w"], decision["r"], decision["g"][0][1:]))
        return heard

    def work(self, now: int, *, effect: bool) -> str | None:
        """Take the run that is due first from its beginning to its end: how that went."""
        self._client.set_time(now)
        claimed = self._due.claim("act", most=1)
        if not claimed.rows:
            return None
        run = self._runs.load(claimed.rows[0])
        assert run is not None
        if run.rule == layout.SYSTEM:
            self._runs.record(run, Entry(then="finish", state="done", effect=True), token=claimed.token)
            return self.work(now, effect=effect)
        begun = self._runs.start(run, token=claimed.token)
        entry = Entry(then="finish", state="done", effect=effect and begun == "started")
        self._runs.record(run, entry, token=claimed.token)
        return f"{run.id} {begun}"

    # What is wanted of a crew where waits are judged.
    brake, own_app = Mode.LIVE, frozenset[str]()

    @property
    def book(self) -> Rulebook:
        return self._rules

    @property
    def due(self) -> DueList:
        return self._due

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    def claim(self, lane: Lane, *, most: int) -> Claimed:
        return self._due.claim(lane, most=1)


@dataclass
class Twin:
    """The memory, and the runs that are due in it, as the act lane would hold them."""

    memory: Memory
    due: list[tuple[int, str]] = field(default_factory=list)
    planned: dict[str, Judgement] = field(default_factory=dict)

    def take(self, body: bytes, now: int) -> Gates:
        _, judged = self.memory.take(events.read(body), now=now)
        return [self._noted(one) for one in judged]

    def wait(self, until: int) -> list[Waited]:
        return [
            (one.at, one.event.id, str(one.waited), one.rule.name, self._noted(one)) for one in self.memory.due(until)
        ]

    def _noted(self, one: Judgement) -> list[Any]:
        if one.gate[0] in ("planned", "queued"):
            self.planned[one.run] = one
        if one.gate[0] == "planned":
            self.due.append((one.at, one.run))
        return list(one.gate)

    def work(self, now: int, *, effect: bool) -> str | None:
        if not self.due:
            return None
        self.due.sort()
        _, id = self.due.pop(0)
        run = self.planned[id]
        started = run.gate[0] == "planned" or self.memory.starts(run, now=now)
        if following := self.memory.finish(run, now=now, effect=effect and started):
            self.due.append((now, following))
        return f"{id} {'started' if started else 'breaker'}"


def told(number: int, *, kind: str, key: int, content: int, at: int) -> bytes:
    """An event that happened at `at`; the same content under the same key says the very same."""
    moment = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    over: dict[str, Any] = {"data.id": f"r{key}", "data.version": content, "data.updated_at": moment[:18] + "0Z"}
    return encode(sample(KINDS[kind], id=f"e{number}", created_at=moment, **over))


KINDS = {"release": "release_update_failed", "build": "build_update_succeeded"}
seconds = st.sampled_from([1, 2, 10, 59, 60, 61, 599, 600, 601, 3_000, 3_600, 3_601, 40_000])
soon = st.integers(1, 90).map("{}s".format)
partners = st.builds(
    "{{on: api:build.update, within: {}{}}}".format, soon, st.sampled_from(["", ", same: {data.id: data.id}"])
)
changes = st.sampled_from(["data.version", "{path: data.version, from: [0, 1]}", "{path: data.version, to: 2}"])
kinds = st.fixed_dictionaries(
    {"mode": st.sampled_from(["live", "live", "live", "shadow", "shadow", '"off"'])},
    optional={
        "count": st.builds("{{at_least: {}, within: {}s}}".format, st.integers(1, 3), seconds),
        "cooldown": seconds.map("{}s".format),
        "limit": st.builds("{{max: {}, within: {}s}}".format, st.integers(1, 3), seconds),
        "overlap": st.sampled_from(["queue", "skip"]),
        "fresh_within": st.sampled_from(["1h", "1h", "1m", "1d"]),
        "each": st.sampled_from(["data.id", "app.name", "data.nothing"]),
        "stop": st.just("true"),
    },
)
correlations = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"missing": partners}),
    st.fixed_dictionaries({"quiet_for": st.one_of(soon, st.just("{for: 20s, max_wait: 45s}"))}),
    st.fixed_dictionaries({"after": partners}, optional={"missing": partners}),
    st.fixed_dictionaries({"after": partners}, optional={"quiet_for": soon}),
    st.fixed_dictionaries({"changed": changes}, optional={"quiet_for": soon}),
)
rules = st.builds(lambda kind, correlation: {**kind, **correlation}, kinds, correlations)
late = st.one_of(st.just(0), st.just(0), st.integers(-100, 0), st.integers(-4_000, 100))
an_event = st.tuples(st.just("release"), st.integers(0, 1), st.integers(0, 9), late)
happenings = st.one_of(
    an_event,
    an_event,
    an_event,
    st.tuples(st.just("build"), st.integers(0, 1), st.integers(0, 30), late),
    st.tuples(st.just("pass"), st.one_of(st.integers(0, 60), st.integers(0, 60), seconds)),
    st.tuples(st.just("work"), st.booleans()),
)


def loaded(rules: list[dict[str, str]]) -> Rulebook:
    texts = ("\n".join(f"{key}: {value}" for key, value in rule.items()) for rule in rules)
    return book(*(rule_text(text, name=f"rule-{number}") for number, text in enumerate(texts)))


def agree(clocked: Clocked, rules: list[dict[str, str]], history: list[Any]) -> set[str]:
    """The gates that were met; every one was the same for both."""
    found = loaded(rules)
    kept, twin = Kept(clocked, found), Twin(Memory(found))
    now, met = START, set()
    for number, (what, *how) in enumerate(history):
        now += 1 + (how[0] * 1_000 if what == "pass" else 0)
        waited = twin.wait(now)
        assert waited == kept.wait(now)
        met |= {f"{kind}: {gate[0]}" for _, _, kind, _, gate in waited}
        if what == "work":
            assert twin.work(now, effect=how[0]) == kept.work(now, effect=how[0])
        elif what != "pass":
            key, content, late = how
            body = told(number, kind=what, key=key, content=content, at=now + late * 1_000)
            gates = twin.take(body, now)
            assert gates == kept.take(body, now)
            met |= {gate[0] for gate in gates}
    return met


@settings(max_examples=120)
@given(rules=st.lists(rules, min_size=1, max_size=3), history=st.lists(happenings, min_size=20, max_size=50))
def test_they_agree_on_every_event_of_any_history(
    clocked: Clocked, rules: list[dict[str, str]], history: list[Any]
) -> None:
    agree(clocked, rules, history)


def release(content: int = 0, *, key: int = 0, late: int = 0) -> tuple[str, int, int, int]:
    return "release", key, content, late


BUILD = ("build", 0, 0, 0)
LIVE, TWICE = {"mode": "live"}, {"mode": "live", "count": "{at_least: 2, within: 60s}"}
AFTER, MISSING = ({"mode": "live", key: "{on: api:build.update, within: 60s}"} for key in ("after", "missing"))
QUIET, CHANGED = {"mode": "live", "quiet_for": "20s"}, {"mode": "live", "changed": "data.version"}
LIMIT = {"mode": "live", "limit": "{max: 1, within: 1d}", "each": "data.id"}
REACHING: dict[str, tuple[list[dict[str, str]], list[Any]]] = {
    "planned": ([LIVE], [release()]),
    "queued": ([LIVE], [release(1), release(2)]),
    "shadow": ([{"mode": "shadow"}], [release()]),
    "off": ([{"mode": '"off"'}], [release()]),
    "stale": ([LIVE], [release(late=-3_700)]),
    "no key": ([{"mode": "live", "each": "data.nothing"}], [release()]),
    "no value": ([AFTER | {"after": "{on: api:build.update, within: 1m, same: {data.no: data.id}}"}], [release()]),
    "repeat": ([LIVE], [release(), release()]),
    "stopped by": ([LIVE | {"stop": "true"}, LIVE], [release()]),
    "window": ([TWICE], [release(1), release(2)]),
    "cooldown": ([LIVE | {"cooldown": "1m"}], [release(1), ("work", True), ("pass", 59), release(2)]),
    "limit": ([LIMIT], [release(1), release(2, key=1)]),
    "breaker opened": ([LIMIT], [release(1), ("work", True), release(2)]),
    "breaker": ([LIMIT], [release(1), ("work", True), release(2), release(3)]),
    "overlap": ([LIVE | {"overlap": "skip"}], [release(1), release(2)]),
    "waits": ([QUIET], [release()]),
    "after: after": ([AFTER], [release(), ("pass", 10)]),
    "after: planned": ([AFTER], [release(), ("build", 0, 0, -1), ("pass", 10), ("work", True)]),
    "came": ([MISSING], [BUILD, release(late=-1)]),
    "missing: came": ([MISSING], [release(), BUILD, ("pass", 90)]),
    "missing: planned": ([MISSING], [release(), ("pass", 90), ("work", True)]),
    "quiet: planned": ([QUIET], [release(1), release(2), ("pass", 20), ("work", True)]),
    "first seen": ([CHANGED], [release(1)]),
    "unchanged": ([CHANGED], [release(1), ("pass", 11), release(1)]),
    "overtaken": ([CHANGED], [release(1), release(2, late=-60)]),
    "other change": ([CHANGED | {"changed": "{path: data.version, to: 9}"}], [release(1), ("pass", 11), release(2)]),
}


@pytest.mark.parametrize("gate", REACHING)
def test_they_agree_where_each_gate_closes(clocked: Clocked, gate: str) -> None:
    assert gate in agree(clocked, *REACHING[gate])


def test_they_agree_that_a_line_is_full(clocked: Clocked) -> None:
    found = book(rule_text("mode: live"))
    kept, twin = Kept(clocked, found), Twin(Memory(found))
    bodies = [told(number, kind="release", key=1, content=number, at=START) for number in range(layout.LINE_LENGTH + 3)]

    gates = [twin.take(body, START) for body in bodies]

    assert gates == [kept.take(body, START) for body in bodies]
    assert gates[-1] == [["line full", layout.LINE_LENGTH + 1]]
