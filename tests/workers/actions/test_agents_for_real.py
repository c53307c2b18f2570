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
