"""The gates in Redis and their twin in memory: whatever happens, in whatever order, both say the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import layout, records
from core.due import DueList
from core.ledger import Judged, Ledger
from core.runs import Entry, Runs
from heroku import events
from heroku.events import Event
from heroku.samples import encode, sample
from rules import holding
from rules.deciding import decide
from rules.memory import Judgement, Memory
from rules.rulebook import Rulebook
from tests.core.clocked import Clocked
from tests.rules.factories import book, rule_text
from toolbelt.servers import Server
from workers.gating import gates_of

START = 1_763_840_000_000  # ms
Gates = list[list[Any]]


@pytest.fixture(scope="module")
def clocked(running: Server) -> Iterator[Clocked]:
    with Clocked.from_url(running.url, protocol=2) as client:
        yield client


class Kept:
    """The service's own scripts, told what a worker would tell them."""

    def __init__(self, client: Clocked, rules: Rulebook) -> None:
        client.flushall()
        self._client, self._rules = client, rules
        self._due = DueList(client, worker="worker.1")
        self._ledger = Ledger(client, keep_seconds=86_400)
        self._runs = Runs(client)

    def take(self, event: Event, now: int) -> Gates:
        self._client.set_time(now)
        self._client.set(layout.EVENT + event.id, records.pack("event", "", b"{}"))
        self._client.zadd(layout.DUE + "decide", {event.id: now})
        claimed = self._due.claim("decide", most=1)
        assert claimed.rows == (event.id,)
        decision = decide(self._rules, event, now=datetime.fromtimestamp(now / 1000, UTC))
        gates = gates_of(event, decision, id=event.id, now=now / 1000, account=None, replay=None)
        said = {"b": "book", "n": decision.clauses}
        [written] = self._ledger.decide([Judged(event.id, said, "", gates)], token=claimed.token)
        assert written.how == "decided", written.why
        return [list(gate)[1:] for gate in written.gates]

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


@dataclass
class Twin:
    """The memory, and the runs that are due in it, as the act lane would hold them."""

    memory: Memory
    due: list[tuple[int, str]] = field(default_factory=list)
    planned: dict[str, Judgement] = field(default_factory=dict)

    def take(self, event: Event, now: int) -> Gates:
        _, judged = self.memory.take(event, now=now)
        for one in judged:
            if one.gate[0] in ("planned", "queued"):
                self.planned[one.run] = one
            if one.gate[0] == "planned":
                self.due.append((now, one.run))
        return [list(one.gate) for one in judged]

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


def told(number: int, *, key: int, content: int, at: int) -> Event:
    """A release event that was made at `at`; the same content under the same key says the very same."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    over: dict[str, Any] = {"data.id": f"r{key}", "data.version": content, "data.updated_at": "2026-03-04T09:15:39Z"}
    doc = sample("release_update_failed", id=f"e{number}", **over)
    doc["created_at"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return events.read(encode(doc))


seconds = st.sampled_from([1, 2, 10, 59, 60, 61, 599, 600, 601, 3_000, 3_600, 3_601, 40_000])
kinds = st.fixed_dictionaries(
    {"mode": st.sampled_from(["live", "live", "live", "shadow", "shadow", '"off"'])},
    optional={
        "count": st.builds("{{at_least: {}, within: {}s}}".format, st.integers(1, 3), seconds),
        "cooldown": seconds.map("{}s".format),
        "limit": st.builds("{{max: {}, within: {}s}}".format, st.integers(1, 3), seconds),
        "overlap": st.sampled_from(["queue", "skip"]),
        "fresh_within": st.sampled_from(["1h", "1h", "1m", "1d"]),
        "each": st.sampled_from(["data.id", "app.name"]),
    },
)
late = st.one_of(st.just(0), st.integers(-700, 0), st.integers(-4_000, 100))
an_event = st.tuples(st.just("event"), st.integers(0, 1), st.integers(0, 30), late)
happenings = st.one_of(
    an_event,
    an_event,
    an_event,
    st.tuples(st.just("pass"), st.one_of(st.integers(0, 100), seconds)),
    st.tuples(st.just("work"), st.booleans()),
)


@settings(max_examples=120, deadline=None)
@given(rules=st.lists(kinds, min_size=1, max_size=3), history=st.lists(happenings, min_size=20, max_size=50))
def agree(clocked: Clocked, met: set[str], rules: list[dict[str, str]], history: list[Any]) -> None:
    texts = ("\n".join(f"{key}: {value}" for key, value in rule.items()) for rule in rules)
    loaded = book(*(rule_text(text, name=f"rule-{number}") for number, text in enumerate(texts)))
    kept, twin = Kept(clocked, loaded), Twin(Memory(loaded))
    now = START
    for number, (what, *how) in enumerate(history):
        now += 1
        if what == "pass":
            now += how[0] * 1_000
        elif what == "work":
            assert twin.work(now, effect=how[0]) == kept.work(now, effect=how[0])
        else:
            key, content, late = how
            event = told(number, key=key, content=content, at=now + late * 1_000)
            gates = twin.take(event, now)
            assert gates == kept.take(event, now)
            met.update(gate[0] for gate in gates)


def test_they_agree_on_every_event_of_any_history(clocked: Clocked) -> None:
    met: set[str] = set()

    agree(clocked, met)

    assert met >= {"planned", "queued", "shadow", "window", "cooldown", "limit", "breaker opened", "breaker"}
    assert met >= {"overlap", "repeat", "stale", "off"}


def test_they_agree_that_a_line_is_full(clocked: Clocked) -> None:
    loaded = book(rule_text("mode: live"))
    kept, twin = Kept(clocked, loaded), Twin(Memory(loaded))
    happened = [told(number, key=1, content=number, at=START) for number in range(holding.LINE_LENGTH + 3)]

    gates = [twin.take(event, START) for event in happened]

    assert gates == [kept.take(event, START) for event in happened]
    assert gates[-1] == [["line full", layout.LINE_LENGTH + 1]]
