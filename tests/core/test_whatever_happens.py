"""Whatever happens, in whatever order: what was accepted is decided once, or waits, or is a dead letter to be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from core import layout
from core.due import Claimed, ClaimLost
from core.runs import Entry
from tests.core import world as given
from tests.core.world import World, arrival
from toolbelt.crew import Crew
from toolbelt.servers import Server

ONE_OF_A_KIND = {layout.EVENTS, layout.ROOM, layout.COUNT, layout.DEAD, layout.REPLAYS, layout.WORKERS, layout.RUNS} | {
    layout.EPOCH,
    *(key + lane for key in (layout.DUE, layout.CLAIMS, layout.QUEUE) for lane in ("decide", "act")),
}
WORKERS = st.sampled_from(["worker.1", "worker.2"])


class Ledger(RuleBasedStateMachine):
    """Two workers that claim, decide, act, die and come back, over a ledger that a person may pause and replay."""

    server: redis.Redis
    claims = Bundle("claims")
    run_claims = Bundle("run_claims")

    @initialize()
    def begin(self) -> None:
        self.server.flushall()
        self.world = World(self.server)
        self.accepted: set[str] = set()
        self.let_go: set[str] = set()
        self.planned: list[str] = []
        self.decided: dict[str, int] = {}
        self.replayed: dict[str, int] = {}
        self.finished: dict[str, int] = {}

    @rule(numbers=st.lists(st.integers(0, 9), min_size=1, max_size=4))
    def deliver(self, numbers: list[int]) -> None:
        """Also again, and twice in one group."""
        ids = [f"e{number}" for number in numbers]
        answers = self.world.keep(*(arrival(id) for id in ids))
        for id, answer in zip(ids, answers, strict=True):
            assert answer == ("duplicate" if id in self.accepted else "accepted")
            self.accepted.add(id)

    @rule(target=claims, worker=WORKERS, most=st.integers(1, 5))
    def claim(self, worker: str, most: int) -> Claimed:
        return self.world.other(worker).claim(most=most)

    @rule(claimed=claims)
    def decide(self, claimed: Claimed) -> None:
        """Also with a claim that was lost, or was used before."""
        for id in claimed.rows:
            written = self.world.judged(claimed, id, given.rule(f"rule-{self.decided.get(id, 0)}", key=id))
            if written.how == "decided":
                self.decided[id] = self.decided.get(id, 0) + 1
                self.planned += [run for gate, run, *_ in given.gates(written) if gate in ("planned", "queued")]

    @rule(claimed=claims)
    def put_back(self, claimed: Claimed) -> None:
        for id in claimed.rows:
            self.world.due.park("decide", id, token=claimed.token, seconds=0)

    @rule(target=run_claims, worker=WORKERS)
    def claim_a_run(self, worker: str) -> Claimed:
        return self.world.other(worker).claim("act", most=1)

    @rule(claimed=run_claims, effect=st.booleans())
    def finish_a_run(self, claimed: Claimed, effect: bool) -> None:
        for id in claimed.rows:
            run = self.world.runs.load(id)
            if run is None:
                continue
            try:
                self.world.runs.record(run, Entry(then="finish", state="done", effect=effect), token=claimed.token)
            except ClaimLost:
                continue
            self.finished[id] = self.finished.get(id, 0) + 1

    @rule(worker=WORKERS)
    def beat(self, worker: str) -> None:
        self.world.other(worker).beat.tick()

    @rule(worker=WORKERS)
    def leave(self, worker: str) -> None:
        self.world.other(worker).beat.leave()

    @rule(seconds=st.sampled_from([1, 7, 61]))
    def time_passes(self, seconds: int) -> None:
        """Also until claims run out, as when a worker was killed."""
        self.world.pass_time(seconds)

    @rule()
    def forget_scripts_and_messages(self) -> None:
        self.server.script_flush()
        self.server.delete(layout.QUEUE + "decide", layout.QUEUE + "act")

    @rule()
    def make_room(self) -> None:
        """Whatever is decided or finished goes; what is not stays, as the invariants see."""
        self.world.beat.tidy(keep_seconds=1e9, most_bytes=1)
        kept = {event.id for event in self.world.hands.events(most=100)}
        self.let_go |= self.accepted - kept

    @rule(number=st.integers(0, 9))
    def end_an_event(self, number: int) -> None:
        """Its days are over."""
        id = f"e{number}"
        if id in self.accepted - self.let_go and self.world.hands.event(id).state == "decided":
            self.server.delete(layout.EVENT + id)
            self.let_go.add(id)

    @rule(number=st.integers(0, 9))
    def replay(self, number: int) -> None:
        id = f"e{number}"
        if id in self.accepted - self.let_go and self.world.hands.event(id).state in ("decided", "dead"):
            if self.world.hands.event(id).state == "decided":
                self.replayed[id] = self.replayed.get(id, 0) + 1
            self.world.hands.replay(id, by="sam", why="to see")

    @invariant()
    def everything_accepted_is_somewhere(self) -> None:
        for id in self.let_go:
            assert self.decided.get(id, 0) >= 1
            assert self.server.zscore(layout.DUE + "decide", id) is None
        for id in self.accepted - self.let_go:
            event = self.world.hands.event(id)
            waits = self.server.zscore(layout.DUE + "decide", id) is not None
            assert [event.state == "dead", waits, event.state == "decided"].count(True) == 1
            assert event.kept is not None
            assert len(event.kept.decisions) == self.decided.get(id, 0)

    @invariant()
    def nothing_is_decided_twice_unasked(self) -> None:
        for id, times in self.decided.items():
            assert times <= 1 + self.replayed.get(id, 0)

    @invariant()
    def one_run_comes_of_one_decision(self) -> None:
        assert len(self.planned) == len(set(self.planned))
        standing = {run.id for run in self.world.hands.runs(most=1_000) if run.rule != layout.SYSTEM}
        assert standing <= set(self.planned)
        assert set(self.planned) - standing <= set(self.finished)

    @invariant()
    def a_run_ends_once(self) -> None:
        assert all(times == 1 for times in self.finished.values())

    @invariant()
    def every_row_stands_for_something(self) -> None:
        for lane, prefix in (("decide", layout.EVENT), ("act", layout.RUN)):
            rows = self.rows(lane)
            assert all(self.server.exists(prefix + row.decode()) for row in rows)
            claims: Any = self.server.hkeys(layout.CLAIMS + lane)
            assert set(claims) <= set(rows)

    @invariant()
    def every_key_has_an_end_or_its_time_is_still_to_come(self) -> None:
        endless = {key.decode() for key in self.server.scan_iter("*", count=1_000) if self.server.ttl(key) == -1}
        under_way = {layout.EVENT + id.decode() for id in self.rows("decide")}
        under_way |= {
            run for run in endless if run.startswith(layout.RUN) and not self.server.hexists(run, "finished_at")
        }
        assert endless - under_way <= ONE_OF_A_KIND

    def rows(self, lane: str) -> Any:
        return self.server.zrange(layout.DUE + lane, 0, -1)

    def teardown(self) -> None:
        """In the end somebody works through all of it."""
        for _ in range(200):
            self.world.pass_time(61)
            self.world.beat.tick()
            claimed = self.world.claim()
            for id in claimed.rows:
                self.world.judged(claimed, id, given.rule(f"rule-{self.decided.get(id, 0)}", key=id))
            if not claimed.rows and not claimed.buried:
                break
        assert self.server.zcard(layout.DUE + "decide") == 0
        self.everything_accepted_is_at_rest()

    def everything_accepted_is_at_rest(self) -> None:
        for id in getattr(self, "accepted", set()) - getattr(self, "let_go", set()):
            assert self.world.hands.event(id).state in ("decided", "dead")


@contextmanager
def a_server() -> Iterator[redis.Redis]:
    with Crew() as crew, Server(crew, keep_data=False) as running:
        client = redis.Redis.from_url(running.url, protocol=2)
        yield client
        client.close()


def test_the_ledger_keeps_its_promises_whatever_happens() -> None:
    with a_server() as server:
        Ledger.server = server
        machine = Ledger.TestCase
        machine.settings = settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        machine().runTest()
