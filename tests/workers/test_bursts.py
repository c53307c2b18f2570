"""Bursts, with real workers: however many events come at once, whoever works on them, one message tells of all."""

import json
from collections.abc import Iterator

import pytest
import redis

from heroku.samples import sample
from tests.workers.actions.plays import time_passes
from tests.workers.hooks import Hook, Sent
from tests.workers.hooks import running as running_hook
from tests.workers.process import start
from tests.workers.world import APP, World
from toolbelt.crew import Crew
from toolbelt.servers import Server
from toolbelt.waiting import until

EVENTS = 500
TAKES = 60.0  # seconds, on a busy machine
RULES = """
version: 1
rules:
  - {name: tell, mode: live, on: dyno.destroy, match: {data.state: crashed}, each: data.id,
     do: [{notify: {to: ops, text: "{{ data.name }} crashed"}}]}
targets:
  ops: {webhook: $OPS_URL, wait: WAIT, every: 1s}
"""


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running_hook() as hook:
        yield hook


def burst(world: World, *, events: int) -> None:
    at = world.simulator.now
    world.deliver(
        *(sample("dyno_crashed", id=f"e{n}", app=APP, at=at, **{"data.id": f"dyno-{n}"}) for n in range(events))
    )


def settings(running: Server, hook: Hook, wait: str) -> dict[str, str]:
    rules = RULES.replace("WAIT", wait)
    return {"REDIS_URL": running.url, "RULES_YAML": rules, "OPS_URL": hook.url, "ALLOW_PRIVATE_ADDRESSES": "true"}


def keys(sent: list[Sent]) -> set[str]:
    """The notes that were told, by their keys."""
    return {note["dedup_key"] for each in sent for note in each.message.get("messages", [each.message])}


def gathered(world: World) -> int:
    """How many wait for the one message that is open."""
    return sum(int(world.server.hget(run, "notes") or 0) for run in world.server.scan_iter("dh:run:tell:*"))


def told(sent: list[Sent]) -> int:
    return sum(message.message["count"] for message in sent)


def test_a_burst_of_500_events_for_two_workers_is_one_message(
    server: redis.Redis, running: Server, crew: Crew, world: World, hook: Hook
) -> None:
    burst(world, events=EVENTS)
    workers = [start(crew, **settings(running, hook, "10m")) for _ in range(2)]
    until(lambda: gathered(world) == EVENTS, what="all to be handed over", within=TAKES)
    time_passes(world, workers, 600.0)
    until(lambda: told(hook.sent) >= EVENTS, what="all of it", within=TAKES)

    assert [sent.message["count"] for sent in hook.sent] == [EVENTS]
    assert hook.sent[0].message["text"].endswith("… and 480 more.")
    assert len(json.dumps(hook.sent[0].message)) < 40_000
    assert all(worker.running for worker in workers)


def test_a_worker_that_is_killed_amid_a_burst_loses_nobody_a_message(
    server: redis.Redis, running: Server, crew: Crew, world: World, hook: Hook
) -> None:
    burst(world, events=15)
    first = start(crew, **settings(running, hook, "2s"))
    until(lambda: list(server.scan_iter("dh:run:tell:*")), what="the first to be handed over", within=TAKES)
    first.kill()
    start(crew, **settings(running, hook, "2s"))

    everybody = {f"e{number}:tell:step:0" for number in range(15)}
    until(lambda: keys(hook.sent) == everybody, what="all to be told", within=TAKES)
