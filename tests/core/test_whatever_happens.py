"""Whatever happens, in whatever order: what was accepted is decided once, or waits, or is a dead letter to be seen."""

import contextlib
from collections import Counter
from typing import Any

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core import layout
from core.due import Claimed, ClaimLost
from core.queue import Lane
from core.runs import Entry
from core.sightings import NotNow, NotThere
from tests.core import world as given
from tests.core.world import World, arrival

ONE_OF_A_KIND = {layout.EVENTS, layout.ROOM, layout.COUNT, layout.DEAD, layout.REPLAYS, layout.WORKERS, layout.RUNS} | {
    layout.EPOCH,
    layout.HISTORY,
    *(key + lane for key in (layout.DUE, layout.CLAIMS, layout.QUEUE) for lane in ("decide", "act")),
}
WORKERS = st.sampled_from(["worker.1", "worker.2"])
NUMBERS = st.integers(0, 7)
LATEST = st.sampled_from([0, 0, 0, 1, 2, 5])  # which of the claims made so far, counted from the last
ALWAYS = ("accepted", "duplicate", "decided", "lost", "run finished", "run lost", "stopped", "let go")
happened: Counter[str] = Counter()  # in all examples together, to see that the usual did


class Ledger(RuleBasedStateMachine):
    """Two workers that claim, decide, act, die and come back, over a ledger that people replay from and memory is short
    in. Events of the same parity share a key, so that their runs queue."""

    server: redis.Redis

    @initialize()
    def begin(self) -> None:
        self.server.flushall()
        self.world = World(self.server)
        self.claims: dict[Lane, list[Claimed]] = {"decide": [], "act": []}
        self.accepted: set[str] = set()
        self.let_go: set[str] = set()
        self.planned: list[str] = []
        self.decided: Counter[str] = Counter()
        self.replayed: Counter[str] = Counter()
        self.finished: Counter[str] = Counter()
        self.deliver([0, 1, 2, 3])

    # --- what happens ---

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=4))
    def deliver(self, numbers: list[int]) -> None:
        """Also again, and twice in one group."""
        ids = [f"e{number}" for number in numbers]
        answers = self.world.keep(*(arrival(id) for id in ids))
        for id, answer in zip(ids, answers, strict=True):
            assert answer == ("duplicate" if id in self.accepted else "accepted")
            happened[str(answer)] += 1
            self.accepted.add(id)

    @rule(worker=WORKERS)
    def work(self, worker: str) -> None:
        """As a worker does that nothing happens to."""
        self.claim("decide", worker, 4)
        self.decide(0)
        self.claim("act", worker, 1)
        self.finish(0, effect=True)

    @rule(lane=st.sampled_from(["decide", "act"]), worker=WORKERS, most=st.integers(1, 4))
    def claim(self, lane: Lane, worker: str, most: int) -> None:
        claimed = self.world.other(worker).claim(lane, most=1 if lane == "act" else most)
        happened[f"dead letter in {lane}"] += len(claimed.buried)
        if claimed.rows:
            self.claims[lane].append(claimed)

    @rule(which=LATEST)
    def decide(self, which: int) -> None:
        """Also with a claim that was lost, or was used before."""
        for claimed in self.claims["decide"][-1 - which :][:1]:
            for id in claimed.rows:
                self.judge(claimed, id)

    def judge(self, claimed: Claimed, id: str) -> None:
        rule = given.rule(f"rule-{self.decided[id]}", key=f"app-{int(id[1:]) % 2}")
        written = self.world.judged(claimed, id, rule)
        happened[written.how] += 1
        if written.how == "decided":
            self.decided[id] += 1
            self.planned += [run for gate, run, *_ in given.gates(written) if gate in ("planned", "queued")]

    @rule(which=LATEST, effect=st.booleans())
    def finish(self, which: int, effect: bool) -> None:
        """Also with a claim that was lost, or was used before."""
        for claimed in self.claims["act"][-1 - which :][:1]:
            run = self.world.runs.load(claimed.rows[0])
            if run is None:  # finished, and let go
                continue
            try:
                self.world.runs.record(run, Entry(then="finish", state="done", effect=effect), token=claimed.token)
            except ClaimLost:
                happened["run lost"] += 1
            else:
                self.finished[run.id] += 1
                happened["run finished"] += 1

    @rule(which=LATEST)
    def stop(self, which: int) -> None:
        """A person ends a run, if it is at rest or waits in its line."""
        under_way = [id for id in self.planned if not self.finished[id]]
        for id in (under_way or self.planned)[-1 - which :][:1]:
            with contextlib.suppress(NotNow, NotThere):
                self.world.hands.stop(id, by="sam", why="to see")
                self.finished[id] += 1
                happened["stopped"] += 1

    @rule(lane=st.sampled_from(["decide", "act"]), which=LATEST)
    def put_back(self, lane: Lane, which: int) -> None:
        for claimed in self.claims[lane][-1 - which :][:1]:
            for id in claimed.rows:
                self.world.due.park(lane, id, token=claimed.token, seconds=0)

    @rule(worker=WORKERS)
    def beat(self, worker: str) -> None:
        self.world.other(worker).beat.tick()

    @rule(worker=WORKERS)
    def only_one_beats(self, worker: str) -> None:
        """For longer than the others may be missed."""
        for _ in range(6):
            happened["freed"] += self.world.other(worker).beat.tick().freed
            self.world.pass_time(2)

    @rule(worker=WORKERS)
    def leave(self, worker: str) -> None:
        happened["given back"] += self.world.other(worker).beat.leave()

    @rule(seconds=st.sampled_from([2, 61]))
    def time_passes(self, seconds: int) -> None:
        """Also until claims run out, as when a worker was killed."""
        self.world.pass_time(seconds)

    @rule(lane=st.sampled_from(["decide", "act"]), most=st.sampled_from([1, 2, 40]))
    def workers_die(self, lane: Lane, most: int) -> None:
        """One after the other, with what they had just claimed, until somebody gives up."""
        before = happened[f"dead letter in {lane}"]
        for _ in range(most):
            self.claim(lane, "worker.3", 1)
            self.world.pass_time(61)
            if happened[f"dead letter in {lane}"] > before or not self.rows(lane):
                break

    @rule()
    def forget_scripts_and_messages(self) -> None:
        self.server.script_flush()
        self.server.delete(layout.QUEUE + "decide", layout.QUEUE + "act")

    @rule()
    def make_room(self) -> None:
        """Whatever is decided or finished goes; what is not stays, as the invariants see."""
        happened["let go"] += self.world.beat.tidy(keep_seconds=1e9, most_bytes=1)
        kept = {event.id for event in self.world.hands.events(most=100)}
        self.let_go |= self.accepted - kept

    @rule(number=NUMBERS)
    def end_an_event(self, number: int) -> None:
        """Its days are over."""
        id = f"e{number}"
        if id in self.accepted - self.let_go and self.world.hands.event(id).state == "decided":
            self.server.delete(layout.EVENT + id)
            self.let_go.add(id)

    @rule(number=NUMBERS)
    def replay(self, number: int) -> None:
        id = f"e{number}"
        if id in self.accepted - self.let_go and (state := self.world.hands.event(id).state) != "waiting":
            self.replayed[id] += state == "decided"
            self.world.hands.replay(id, by="sam", why="to see")
            happened["replayed"] += 1

    @rule()
    def replay_dead_runs(self) -> None:
        for letter in self.world.hands.dead():
            lane, _, id = letter.partition(" ")
            if lane == "act":
                self.world.hands.replay(id, by="sam", why="to see")
                happened["run replayed"] += 1

    # --- what is true all the time ---

    @invariant()
    def everything_accepted_is_somewhere(self) -> None:
        for id in self.let_go:
            assert self.decided[id] >= 1
            assert self.server.zscore(layout.DUE + "decide", id) is None
        for id in self.accepted - self.let_go:
            event = self.world.hands.event(id)
            waits = self.server.zscore(layout.DUE + "decide", id) is not None
            assert [event.state == "dead", waits, event.state == "decided"].count(True) == 1
            assert event.kept is not None
            assert len(event.kept.decisions) == self.decided[id]

    @invariant()
    def nothing_is_decided_twice_unasked(self) -> None:
        for id, times in self.decided.items():
            assert times <= 1 + self.replayed[id]

    @invariant()
    def one_run_comes_of_one_decision_and_ends_once(self) -> None:
        standing = {run.id for run in self.world.hands.runs(most=1_000) if run.rule != layout.SYSTEM}
        assert len(self.planned) == len(set(self.planned))
        assert standing <= set(self.planned)
        assert set(self.planned) - standing <= set(self.finished)
        assert all(self.finished[run] <= 1 for run in self.planned)

    @invariant()
    def every_run_is_due_or_in_line_behind_one_that_is(self) -> None:
        dead = self.world.hands.dead()
        for run in set(self.planned) - set(self.finished):
            if f"act {run}" in dead:
                continue
            line: Any = self.server.lrange(self.server.hget(layout.RUN + run, "line") or "", 0, -1)
            assert line.count(run.encode()) == 1
            assert self.server.zscore(layout.DUE + "act", line[0]) is not None
            assert (self.server.zscore(layout.DUE + "act", run) is not None) == (line[0] == run.encode())

    @invariant()
    def every_row_stands_for_something(self) -> None:
        lanes: tuple[tuple[Lane, str], ...] = (("decide", layout.EVENT), ("act", layout.RUN))
        for lane, prefix in lanes:
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

    def rows(self, lane: Lane) -> Any:
        return self.server.zrange(layout.DUE + lane, 0, -1)

    # --- and in the end ---

    def teardown(self) -> None:
        """Somebody works through all of it."""
        if not hasattr(self, "world"):
            return
        for _ in range(200):
            self.world.pass_time(61)
            self.world.beat.tick()
            claimed = self.world.claim()
            for id in claimed.rows:
                self.judge(claimed, id)
            run = self.world.claim("act", most=1)
            if run.rows:
                self.claims["act"].append(run)
                self.finish(0, effect=False)
            if not (claimed.rows or claimed.buried or run.rows or run.buried):
                break
        assert (self.rows("decide"), self.rows("act")) == ([], [])
        assert {self.world.hands.event(id).state for id in self.accepted - self.let_go} <= {"decided", "dead"}
        self.every_run_is_due_or_in_line_behind_one_that_is()


TRIES = 4


def test_the_ledger_keeps_its_promises_whatever_happens(server: redis.Redis) -> None:
    Ledger.server = server
    happened.clear()
    machine = Ledger.TestCase
    machine.settings = settings(max_examples=70, stateful_step_count=50, suppress_health_check=list(HealthCheck))

    for _ in range(TRIES):  # by chance it may not come to everything at once
        machine().runTest()
        if all(happened[what] for what in ALWAYS):
            break

    for what in ALWAYS:
        assert happened[what] > 0, f"{what} never happened: {happened}"
