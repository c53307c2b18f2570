"""Streams and Redis: slow, away, or silent when a question was to be asked; and a run that is stopped meanwhile."""

import threading
from collections.abc import Iterator, Mapping

import pytest
from redis.exceptions import ConnectionError as ConnectionLost

from core import layout
from core.answers import Answers, Said
from heroku.errors import Unavailable
from heroku.inference.asking import Message, Request
from heroku.inference.client import Inference
from heroku.samples import sample
from tests.workers.world import APP, KEY, World
from toolbelt.simulator.agents import Reply
from toolbelt.simulator.agents import Said as Event
from toolbelt.waiting import until
from workers.streams import FULL, Bounds, Streams

RULES = """
version: 1
rules:
  - {name: why, mode: live, on: dyno.destroy, match: {data.state: crashed}, do: [{agent: {prompt: why, within: 20s}}]}
"""
QUESTION = Request(model="a-model", messages=[Message(role="user", content="why")])
BOUNDS = Bounds(20.0, 1_000)
STEP = "e1:why:step:0"


class Moody(Answers):
    """As `away`, Redis takes nothing down; as `silent`, it does what it is told and does not say so; and when it stands
    still, nothing comes back until `goes_on`."""

    away = False
    silent = False

    def __init__(self, world: World) -> None:
        super().__init__(world.server, worker="worker.1")
        self.goes_on = threading.Event()
        self.goes_on.set()

    def begin(self, id: str) -> bool:
        if self.away:
            raise ConnectionLost("refused")
        begun = super().begin(id)
        if self.silent:
            raise ConnectionLost("reset by peer")
        return begun

    def write_all(self, said: Mapping[str, Said]) -> None:
        self.goes_on.wait()
        if self.away:
            raise ConnectionLost("refused")
        super().write_all(said)


@pytest.fixture
def answers(world: World) -> Iterator[Moody]:
    answers = Moody(world)
    yield answers
    answers.goes_on.set()


@pytest.fixture
def streams(world: World, answers: Moody) -> Iterator[Streams]:
    streams = Streams(answers, lambda: Inference(KEY, base_url=world.address), model="a-model")
    yield streams
    answers.goes_on.set()
    streams.stop()


def crash(world: World) -> None:
    world.deliver(sample("dyno_crashed", id="e1", app=APP, at=world.simulator.now, **{"data.app.id": world.app.id}))


def state(world: World, id: str) -> bytes | None:
    found: bytes | None = world.server.hget(layout.ANSWER + id, "state")  # type: ignore[assignment]
    return found


def test_an_end_that_redis_does_not_take_down_is_kept_until_it_does(
    world: World, answers: Moody, streams: Streams
) -> None:
    """Redis was away for a second just when the agent was done: the answer was lost, and the step waited for a day."""
    answers.goes_on.clear()  # so that it cannot be written before Redis is away
    streams.ask("r:1:step:0", QUESTION, BOUNDS)
    until(lambda: len(world.heroku.asked()) == 1, what="the question")
    answers.away = True
    answers.goes_on.set()
    came = streams.look("r:1:step:0")
    assert came is not None
    assert not came.is_over
    answers.away = False
    until(lambda: state(world, "r:1:step:0") == b"done", what="its end")


def test_a_redis_that_stands_still_holds_up_no_stream(world: World, answers: Moody, streams: Streams) -> None:
    """Each writing waited for Redis in the thread that listens to all: no other stream was read, and no time was up."""
    world.heroku.order_replies(*[Reply(says=[Event(text="so far")], seconds=0.1)] * 10)
    answers.goes_on.clear()
    for number in range(5):
        streams.ask(f"r:{number}:step:0", QUESTION, BOUNDS)
    until(lambda: len(world.heroku.asked()) == 5, what="five questions")
    for number in range(5, 10):
        streams.ask(f"r:{number}:step:0", QUESTION, BOUNDS)
    until(lambda: len(world.heroku.asked()) == 10, what="five more")
    assert [thread.name for thread in threading.enumerate()].count("agents") == 1
    answers.goes_on.set()
    until(lambda: {state(world, f"r:{number}:step:0") for number in range(10)} == {b"done"}, what="all ends")


def test_a_question_that_redis_did_not_confirm_is_asked_after_all(
    world: World, answers: Moody, streams: Streams
) -> None:
    """It stood in Redis as being listened to, by a worker that had given up: the step waited for a day."""
    answers.silent = True
    crash(world)
    worker = world.worker(RULES, streams=streams)
    worker.drain()
    assert world.heroku.asked() == []
    answers.silent = False
    for _ in range(3):
        world.pass_time(35)
        worker.drain()
    until(lambda: state(world, STEP) == b"done", what="an end")
    world.pass_time(5)
    worker.drain()

    assert world.step()[0] == "done"
    assert len(world.heroku.asked()) == 1


def test_a_question_that_redis_refused_at_first_is_known_to_be_asked_afterwards(
    world: World, answers: Moody, streams: Streams
) -> None:
    answers.away = True
    with pytest.raises(ConnectionLost):
        streams.ask(STEP, QUESTION, BOUNDS)
    answers.away = False
    world.heroku.order_replies(Reply(says=[Event(text="so far")], ends="never"))
    streams.ask(STEP, QUESTION, BOUNDS)
    came = streams.look(STEP)

    assert came is not None
    assert (came.state, came.heard) == ("listening", True)


def test_a_stream_of_a_run_that_was_stopped_is_heard_no_more(world: World, streams: Streams) -> None:
    """A person stopped the run, and its agent went on for ten minutes, with its tools; nor did the record of calls ever
    show that it was asked."""
    world.heroku.order_replies(Reply(says=[Event(text="so far")], seconds=0.1, ends="never"))
    crash(world)
    worker = world.worker(RULES, streams=streams)
    worker.drain()
    until(lambda: state(world, STEP) == b"listening", what="the first words")
    world.hands.stop("e1:why", by="ada", why="it asks too much")
    until(lambda: state(world, STEP) == b"interrupted", what="its end")

    [line] = [line for line in worker.crew.audit.read() if line.endpoint == "ask_agent"]
    assert (line.outcome, line.why) == ("unknown", "its run was stopped")


def test_whoever_asks_how_often_it_is_asked_once(world: World, streams: Streams) -> None:
    """A step that two workers take at once, as one of them stood still and does not know that its time is over."""
    other = Streams(Answers(world.server, worker="worker.2"), lambda: Inference(KEY, base_url=world.address))
    for asking in (streams, other, streams):
        asking.ask(STEP, QUESTION, BOUNDS)
    until(lambda: state(world, STEP) == b"done", what="its end")
    other.stop()
    streams.stop()

    assert len(world.heroku.asked()) == 1


def test_a_worker_hears_so_many_and_leaves_the_rest_to_others(world: World, streams: Streams) -> None:
    world.heroku.order_replies(*[Reply(says=[Event(text="so far")], ends="never")] * FULL)
    for number in range(FULL):
        streams.ask(f"r:{number}:step:0", QUESTION, BOUNDS)
    with pytest.raises(Unavailable, match="no more streams"):
        streams.ask(STEP, QUESTION, BOUNDS)

    assert state(world, STEP) is None


def test_a_worker_that_stops_while_redis_is_away_does_not_hang(world: World, answers: Moody, streams: Streams) -> None:
    world.heroku.order_replies(Reply(says=[Event(text="so far")], ends="never"))
    streams.ask(STEP, QUESTION, BOUNDS)
    until(lambda: len(world.heroku.asked()) == 1, what="the question")
    answers.away = True
    streams.stop()
    assert {thread.name for thread in threading.enumerate()} & {"agents", "agents' scribe"} == set()


def test_a_question_at_the_moment_of_the_stop_is_left_to_another_worker(world: World, streams: Streams) -> None:
    crash(world)
    first = world.worker(RULES, streams=streams)
    streams.stop()
    first.drain()
    world.pass_time(10)
    other = world.worker(RULES)
    other.drain()
    until(lambda: state(world, STEP) == b"done", what="an end")
    world.pass_time(5)
    other.drain()

    assert world.step()[0] == "done"
    assert len(world.heroku.asked()) == 1
