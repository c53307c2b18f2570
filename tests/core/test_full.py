"""A full Redis: nothing new is taken in, and everything that is under way comes to its end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import pytest
import redis
from redis.exceptions import OutOfMemoryError

from core import layout, scripts, waits
from core.audit import Audit, line
from core.budget import Budget
from core.due import Claimed
from core.outbox import Outbox
from core.runs import Entry, Run, StepRecord
from core.vault import RedisVault
from heroku.calls import CallRecord
from tests.core.world import World, arrival, gates, rule

STARTED = StepRecord("started", 1.0)
ALWAYS = 1e9  # seconds


@dataclass
class UnderWay:
    """An event and a run in somebody's hands, an event that waits, another that was decided, and a run that asks."""

    world: World
    event: Claimed
    run: Run
    token: str


@pytest.fixture
def under_way(world: World) -> UnderWay:
    world.decided("e0", rule())
    world.decided("e1", rule("asks"))
    for name in ("e0:roll-back", "e1:asks"):
        claimed = world.claim("act", most=1)
        assert claimed.rows == (name,)
        if name == "e1:asks":
            asking = Entry(set={"asking": "step:0"}, then="park", seconds=600, state="needs approval")
            world.runs.record(run_of(world, name), asking, token=claimed.token)
        else:
            token = claimed.token
    world.deliver("e2")
    event = world.claim()
    world.deliver("waiting")
    return UnderWay(world, event, run_of(world, "e0:roll-back"), token)


def run_of(world: World, id: str) -> Run:
    run = world.runs.load(id)
    assert run is not None
    return run


@pytest.fixture
def full(server: redis.Redis, under_way: UnderWay) -> Iterator[UnderWay]:
    """Every command that could need memory is refused. Scripts are forgotten too, as after a failover."""
    server.script_flush()
    server.config_set("maxmemory", 1)
    yield under_way
    server.config_set("maxmemory", 0)


def call_record() -> CallRecord:
    return CallRecord(
        who="rule x",
        endpoint="rollback",
        app="app-1",
        allowed=True,
        outcome="done",
        seconds=0.1,
        status=201,
        request_id="1",
        remaining=10,
    )


def spend(it: UnderWay) -> bool:
    return Budget(it.world.server).spend("call") == 0.0


def correct(it: UnderWay) -> bool:
    spend(it)
    Budget(it.world.server).correct("call", remaining=7)
    return it.world.server.hget(layout.BUDGET, "left") == b"7"


def write_audit(it: UnderWay) -> bool:
    Audit(it.world.server).write(line(call_record(), at=1.0, run=it.run, why=""))
    return len(list(Audit(it.world.server).read())) == 1


def begin(it: UnderWay) -> bool:
    it.world.runs.begin(it.run, token=it.token, step="step:0", started=STARTED, intents=["app-1:release:*"])
    return run_of(it.world, it.run.id).journal["step:0"] == STARTED


def hold(it: UnderWay) -> bool:
    it.world.runs.hold(it.run, token=it.token)
    return it.world.server.get(f"{layout.LOCK}app-1") == it.run.id.encode()


def record(it: UnderWay) -> bool:
    made = Entry(set={"step:0": STARTED.to_json()}, own=["r9"], bad=("app-1", ["r8"]), tell=("x", "a text"))
    it.world.runs.record(it.run, made, token=it.token)
    it.world.runs.record(it.run, Entry(then="finish", state="done", effect=True), token=it.token)
    return it.world.runs.made(["r9"]) == {"r9"} and it.world.hands.run(it.run.id).state == "done"


def answer(it: UnderWay) -> bool:
    it.world.hands.answer("e1:asks", "approve", by="sam", why="")
    return it.world.hands.run("e1:asks").approval is not None


def renew(it: UnderWay) -> bool:
    it.world.due.renew("decide", "e2", token=it.event.token)
    return True


def put_back(it: UnderWay) -> bool:
    it.world.due.park("decide", "e2", token=it.event.token, seconds=0)
    return it.world.claim().rows == ("waiting", "e2")


def drop(it: UnderWay) -> bool:
    it.world.due.drop("decide", "e2", token=it.event.token)
    return it.world.due_in("decide", "e2") is None


def disown(it: UnderWay) -> bool:
    it.world.due._unanswered.append(("decide", it.event.token))
    return it.world.due.disown() == 1


def pause(it: UnderWay) -> bool:
    it.world.hands.pause(by="sam", why="it is full")
    return it.world.hands.resume(by="ops", why="it is over") is not None


def silence(it: UnderWay) -> bool:
    it.world.hands.silence(app="*", rule="*", seconds=60, by="sam", why="it is full")
    [kept] = it.world.hands.silences()
    return kept.why == "it is full"


def unsilence(it: UnderWay) -> bool:
    silence(it)
    it.world.hands.end_silence(it.world.hands.silences()[0].id, by="sam", why="it is not")
    return it.world.hands.silences() == []


def stop(it: UnderWay) -> bool:
    it.world.hands.stop("e1:asks", by="sam", why="by hand")
    return it.world.hands.run("e1:asks").state == "stopped"


def replay(it: UnderWay) -> bool:
    it.world.hands.replay("e0", by="sam", why="again")
    return it.world.hands.event("e0").state == "waiting"


def book(it: UnderWay) -> bool:
    it.world.ledger.keep_book("digest", [{"name": "roll-back"}])
    return it.world.hands.book("digest") == [{"name": "roll-back"}]


def tell(it: UnderWay) -> bool:
    it.world.beat.tell("token", "Heroku refused our token")
    return it.world.hands.run(f"{layout.SYSTEM}:token").state == "due"


def join(it: UnderWay) -> bool:
    Outbox(it.world.server).join("ops", "key", "{}", "{}", wait=0)
    return it.world.server.hget(f"{layout.OUTBOX}ops", "open") is not None


def take(it: UnderWay) -> bool:
    join(it)
    run = cast("bytes", it.world.server.hget(f"{layout.OUTBOX}ops", "open")).decode()
    claimed = it.world.due.claim("act", most=5)
    return Outbox(it.world.server).take(run, "ops", token=claimed.token, every=1.0) == (("{}",), 1, ())


def put(it: UnderWay) -> bool:
    vault = RedisVault(it.world.server)
    with vault.lock(wait_seconds=0, hold_seconds=20) as ours:
        vault.set(b"sealed", seconds=60)
    return ours and vault.get() == b"sealed"


def unlock(it: UnderWay) -> bool:
    begin(it)
    script = it.world.server.register_script(scripts.source("unlock"))
    return bool(script(args=[f"{layout.LOCK}app-1", it.run.id]))


def decide(it: UnderWay) -> bool:
    return gates(it.world.judged(it.event, "e2", rule("third"))) == [["planned", "e2:third"]]


def waited(it: UnderWay) -> bool:
    """The last event of a burst, whose quiet is over."""
    it.world.judged(it.event, "e2", rule("third", quiet=[0, 0]))
    it.world.server.delete(f"{layout.DUE}decide")  # nothing is judged before all that came in time is decided
    claimed = it.world.claim("wait")
    _, [wait], _ = it.world.ledger.waits.fetch(claimed.rows)
    assert wait is not None
    judged = waits.Judged(wait, {}, {**rule("third"), "index": 0})
    [written] = it.world.ledger.waits.judge([judged], token=claimed.token)
    return list(written.gate) == ["planned", "e2:third"]


def poke(it: UnderWay) -> bool:
    it.world.runs.poke("e1:asks")
    return it.world.claim("act", most=1).rows == ("e1:asks",)


FINISHING: dict[str, Callable[[UnderWay], bool]] = {
    "answer": answer,
    "audit": write_audit,
    "begin": begin,
    "book": book,
    "claim": lambda it: it.world.claim().rows == ("waiting",),
    "correct": correct,
    "decide": decide,
    "disown": disown,
    "drop": drop,
    "hold": hold,
    "join": join,
    "lift": pause,
    "leave": lambda it: it.world.beat.leave() == 2,
    "park": put_back,
    "pause": pause,
    "poke": poke,
    "put": put,
    "record": record,
    "renew": renew,
    "replay": replay,
    "silence": silence,
    "spend": spend,
    "start": lambda it: it.world.runs.start(it.run, token=it.token) == "started",
    "take": take,
    "stop": stop,
    "tell": tell,
    "tick": lambda it: it.world.beat.tick().due_decide == 1,
    "unlock": unlock,
    "waited": waited,
    "unsilence": unsilence,
    "tidy": lambda it: it.world.beat.tidy(keep_seconds=ALWAYS, most_bytes=10**12) == 2,
}


@pytest.mark.parametrize("name", FINISHING)
def test_what_is_under_way_comes_to_its_end(full: UnderWay, name: str) -> None:
    with pytest.raises(OutOfMemoryError):
        full.world.server.set("one", "more")

    assert FINISHING[name](full)


def test_every_script_but_the_one_that_takes_in_is_shown_here() -> None:
    assert {file.stem for file in scripts.HERE.glob("*.lua")} - set(FINISHING) == {"_gates", "_shared", "accept"}


def test_nothing_new_is_taken_in_and_a_group_is_refused_whole(full: UnderWay) -> None:
    before = {key: full.world.server.dump(key) for key in full.world.server.scan_iter("*")}

    assert full.world.keep(arrival("new"), arrival("waiting")) == ["full", "full"]
    assert {key: full.world.server.dump(key) for key in full.world.server.scan_iter("*")} == before
