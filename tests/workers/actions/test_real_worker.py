"""A rule of many steps through a real worker process, and through one that is killed and another that goes on."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.workers.actions.pages import Pages
from tests.workers.actions.scene import ENVIRONMENT, SECRET, occasion
from tests.workers.process import start
from tests.workers.world import TOKEN, World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server

STARTS = 30.0  # seconds, on a busy machine
ENDS = 40.0  # a killed worker's row is free after a few
BEGUN = "begins with an empty Redis"  # from here on; and events of dynos come with whole seconds only
RULE = """
version: 1
rules:
  - name: act
    mode: live
    on: dyno
    match: {data.state: crashed}
    limit: {max: 9, within: 1d}
    access: {formation: write, config-vars: write, apps: write, collaborators: full, logs: read}
    do:
      - scale: {type: web, quantity: 2}
      - config: {set: {NEW: $A_SECRET}}
      - collaborator: {remove: stranger@elsewhere.example}
      - wait: {for: 2s}
      - maintenance: {on: true}
      - logs: {lines: 5}
      - check: {url: %s, good_for: 1s, every: 1s}
      - http: {url: %s, body: {scaled: "{{ steps.scale.sentence }}", log: "{{ steps.logs.text }}"}}
"""


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def worker(crew: Crew, running: Server, world: World, pages: Pages) -> Process:
    return start(
        crew,
        REDIS_URL=running.url,
        HEROKU_API_URL=world.address,
        HEROKU_API_KEY=TOKEN,
        RULES_YAML=RULE % (pages.url, pages.url),
        ALLOW_PRIVATE_ADDRESSES="true",
        **ENVIRONMENT,
    )


def is_over(world: World) -> bool:
    return [run.state for run in world.runs()] in (["done"], ["failed"])


def states(world: World) -> list[str]:
    """How the steps ended, and what those say that did not end well."""
    steps = [record for field, record in sorted(world.run().journal.items()) if field.startswith("step:")]
    return [step.state if step.state in ("done", "not needed") else step.sentence for step in steps]


def test_each_step_hands_on_what_it_came_to(world: World, running: Server, crew: Crew, pages: Pages) -> None:
    process = worker(crew, running, world, pages)
    process.ready(lambda: BEGUN in process.output, what="the worker to be ready", within=STARTS)
    world.deliver(occasion(world, at=datetime.now(UTC) + timedelta(seconds=2)))
    process.ready(lambda: is_over(world), what="the run to end", within=ENDS)

    assert states(world) == ["done", "done", "not needed", *["done"] * 5]
    posted = next(asked for asked in pages.asked if asked.method == "POST")
    assert b"Scaled web from 1 to 2 dynos." in posted.body
    assert world.app.config["NEW"] == SECRET
    assert SECRET not in process.output + world.kept()


def test_what_a_killed_worker_has_done_is_not_done_again(
    world: World, running: Server, crew: Crew, pages: Pages
) -> None:
    dying = worker(crew, running, world, pages)
    dying.ready(lambda: BEGUN in dying.output, what="the worker to be ready", within=STARTS)
    world.deliver(occasion(world, at=datetime.now(UTC) + timedelta(seconds=2)))
    dying.ready(lambda: "Waiting 2 s." in dying.output, what="the wait amid the steps", within=ENDS)
    dying.send(signal.SIGKILL)
    dying.wait(ENDS)

    other = worker(crew, running, world, pages)
    other.ready(lambda: is_over(world), what="the run to end", within=STARTS + ENDS)
    assert states(world) == ["done", "done", "not needed", *["done"] * 5]
    assert sorted(call.method for call in world.posts() if call.path.startswith("/apps")) == ["PATCH"] * 3 + ["POST"]
    assert len([asked for asked in pages.asked if asked.method == "POST"]) == 1
