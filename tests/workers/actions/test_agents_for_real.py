"""Agents through real worker processes: many streams at once in one, which is told to stop amid them all."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import layout
from heroku.samples import sample
from tests.workers.process import start
from tests.workers.world import APP, KEY, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.simulator.agents import Reply, Said

MANY = 50
STARTS = 30.0  # seconds, on a busy machine
ENDS = 60.0
STILL = "what agents said could not be written yet"
BEGUN = "begins with an empty Redis"
RULES = """
version: 1
rules:
  - name: diagnose
    mode: live
    on: dyno.destroy
    match: {data.state: crashed}
    each: data.id
    do:
      - agent: {prompt: "Why did {{ data.name }} crash?", within: 2m}
      - notify: {to: log, text: "{{ steps.agent.text }}"}
    on_failure:
      - notify: {to: log, text: "failed: {{ error }}"}
"""
SAYS = [
    Said(text="Looking.", call="dyno_run_command", arguments='{"cmd": "date"}'),
    Said(result="Monday", call="dyno_run_command"),
]
SAID = {"Looking.", '{"cmd": "date"}', "Monday"}
STOPPED = "The agent did not come to an end: the worker that listened was stopped."


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def worker(crew: Crew, running: Server, world: World) -> Process:
    return start(
        crew,
        REDIS_URL=running.url,
        RULES_YAML=RULES,
        HEROKU_API_URL=world.address,
        HEROKU_API_KEY=TOKEN,
        INFERENCE_URL=world.address,
        INFERENCE_KEY=KEY,
        INFERENCE_MODEL_ID="a-model",
    )


def ready(crew: Crew, running: Server, world: World) -> Process:
    process = worker(crew, running, world)
    process.ready(lambda: BEGUN in process.output, what="the worker to be ready", within=STARTS)
    return process


def crashes(world: World, many: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=2)
    told: dict[str, Any] = {"app": APP, "at": at, "data.app.id": world.app.id}
    world.deliver(*(sample("dyno_crashed", id=f"e{n}", **told | {"data.id": f"dyno-{n}"}) for n in range(many)))


def answers(world: World, state: bytes) -> int:
    keys = list(world.server.scan_iter(f"{layout.ANSWER}*"))
    return sum(world.server.hget(key, "state") == state for key in keys)


def asks(crew: Crew, running: Server, world: World, many: int) -> Process:
    """A worker that listens to so many agents, none of which comes to an end."""
    process = ready(crew, running, world)
    world.heroku.order_replies(*[Reply(says=SAYS, ends="never")] * many)
    crashes(world, many)
    process.ready(lambda: answers(world, b"listening") == many, what="all streams at once", within=ENDS)
    return process


def test_a_worker_that_is_killed_amid_streams_leaves_what_came_and_nobody_asks_again(
    world: World, running: Server, crew: Crew
) -> None:
    asks(crew, running, world, 5).send(signal.SIGKILL)

    other = worker(crew, running, world)
    other.ready(lambda: {run.state for run in world.runs()} == {"failed"}, what="the runs to end", within=STARTS + ENDS)
    records = [run.journal["step:0"] for run in world.runs()]
    assert [record.sentence for record in records] == [STOPPED] * 5
    assert {part["text"] for record in records for part in record.output["transcript"]["parts"]} == SAID
    assert len(world.heroku.asked()) == 5


def test_a_redis_that_stands_still_amid_streams_costs_no_answer(world: World, running: Server, crew: Crew) -> None:
    """The agents came to their end while nobody could write that down: the answers are told when Redis goes on."""
    process = ready(crew, running, world)
    answer = Said(text="It ran out of memory.")
    world.heroku.order_replies(*[Reply(says=[*SAYS, answer], seconds=3.0)] * MANY)
    crashes(world, MANY)
    process.ready(lambda: answers(world, b"listening") == MANY, what="all streams at once", within=ENDS)
    running.freeze()
    try:
        process.ready(lambda: STILL in process.output, what="Redis to be missed", within=ENDS)
    finally:
        running.thaw()
    process.ready(lambda: {run.state for run in world.runs()} == {"done"}, what="the runs to end", within=ENDS)

    assert {run.journal["step:0"].output["text"] for run in world.runs()} == {answer.text}
    assert len(world.heroku.asked()) == MANY


def test_a_pause_holds_the_step_and_not_the_stream(world: World, running: Server, crew: Crew) -> None:
    """What the agent says while everything is paused is there when it goes on."""
    process = ready(crew, running, world)
    world.heroku.order_replies(Reply(says=[*SAYS, Said(text="It ran out of memory.")], seconds=1.0))
    crashes(world, 1)
    process.ready(lambda: answers(world, b"listening") == 1, what="the stream", within=ENDS)
    world.hands.pause(by="ada", why="I look at it myself")
    process.ready(lambda: answers(world, b"done") == 1, what="its end", within=ENDS)
    assert world.run().state != "done"
    world.hands.resume(by="ada", why="nothing to see")
    process.ready(lambda: world.run().state == "done", what="the run to end", within=ENDS)

    assert len(world.heroku.asked()) == 1


def test_fifty_streams_are_heard_at_once_and_a_stop_keeps_what_came(world: World, running: Server, crew: Crew) -> None:
    """The worker that is told to stop says of each what it had heard; the next one tells so, and asks nobody again."""
    first = ready(crew, running, world)
    world.heroku.order_replies(*[Reply(says=SAYS, ends="never")] * MANY)
    crashes(world, MANY)
    first.ready(lambda: answers(world, b"listening") == MANY, what="all streams at once", within=ENDS)
    first.send(signal.SIGTERM)
    assert first.wait(ENDS) == 0
    assert answers(world, b"interrupted") == MANY

    other = worker(crew, running, world)
    other.ready(lambda: {run.state for run in world.runs()} == {"failed"}, what="the runs to end", within=STARTS + ENDS)
    records = [run.journal["step:0"] for run in world.runs()]
    assert [record.sentence for record in records] == [STOPPED] * MANY
    assert {part["text"] for record in records for part in record.output["transcript"]["parts"]} == SAID
    assert len(world.heroku.asked()) == MANY
