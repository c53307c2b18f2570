"""`bin/dynohook agent show`: what agents of a run say, while they say it and afterwards."""

import json
import threading

import pytest
from click.testing import CliRunner, Result

from core import layout
from heroku.samples import sample
from tests.workers.world import APP, World
from toolbelt.cli import main
from toolbelt.servers import Server
from toolbelt.simulator.agents import Reply, Said
from toolbelt.waiting import until

RULES = """
version: 1
rules:
  - {name: why, mode: live, on: dyno.destroy, match: {data.state: crashed}, do: [{agent: {prompt: why, within: 20s}}]}
"""
ANSWER = f"{layout.ANSWER}e1:why:step:0"
TOLD = [
    Said(text="Looking.", call="dyno_run_command", arguments="{}"),
    Said(result="exit 137", call="dyno_run_command"),
    Said(text="It ran out of memory."),
]
LINES = [
    "agent: Looking.",
    "agent: → dyno_run_command {}",
    "agent: ← dyno_run_command exit 137",
    "agent: It ran out of memory.",
]


def show(running: Server, *words: str) -> Result:
    return CliRunner(env={"REDIS_URL": running.url}).invoke(main, ["agent", "show", "e1:why", *words])


def lines(said: Result) -> list[str]:
    """Without what a worker in this process logs meanwhile."""
    return [line for line in said.stdout.splitlines() if line.startswith("agent: ")]


@pytest.fixture
def asked(world: World) -> World:
    """An agent that has said a part, and says the rest in a second."""
    world.heroku.order_replies(Reply(says=TOLD, seconds=0.7))
    world.deliver(sample("dyno_crashed", id="e1", app=APP, at=world.simulator.now))
    world.worker(RULES).drain()
    until(lambda: b"Looking." in (world.server.hget(ANSWER, "told") or b""), what="the first words")
    return world


def over(world: World) -> bool:
    return bool(world.server.hget(ANSWER, "state") == b"done")


def test_what_has_come_so_far_is_shown(asked: World, running: Server) -> None:
    said = show(running)

    assert said.exit_code == 0
    assert LINES[: len(lines(said))] == lines(said) != []


def test_the_rest_is_shown_as_it_comes(asked: World, running: Server) -> None:
    came: list[Result] = []
    thread = threading.Thread(target=lambda: came.append(show(running, "--follow")))
    thread.start()
    thread.join(30)

    assert lines(came[0]) == LINES


def test_afterwards_it_stands_with_the_step(asked: World, running: Server) -> None:
    until(lambda: over(asked), what="its end")
    asked.pass_time(5)
    asked.workers[0].drain()
    asked.server.delete(ANSWER)

    assert lines(show(running)) == LINES
    [told] = json.loads(show(running, "--json").stdout)
    assert (told["step"], told["over"], len(told["parts"])) == ("agent", True, 4)


def test_a_run_that_is_not_there_is_said_to_be_missing(world: World, running: Server) -> None:
    said = show(running)

    assert said.exit_code == 1
    assert "e1:why" in said.stderr
