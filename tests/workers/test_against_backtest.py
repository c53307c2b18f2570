"""What a worker decided about events, a backtest of the same rules over the same events decides once more."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.past import Past
from heroku.events import read
from heroku.samples import sample
from rules.trials.memory import Memory
from tests.workers.world import World

RULES = """\
version: 1
rules:
  - name: counts
    on: dyno.destroy
    match: {data.state: crashed}
    each: data.release.id
    count: {at_least: 3, within: 5m}
    do: [{notify: {to: log, text: an event}}]
  - name: rests
    on: api:release.update
    match: {data.status: failed}
    cooldown: 1h
    do: [{notify: {to: log, text: an event}}]
  - name: follows
    on: dyno.destroy
    match: {data.state: crashed}
    after: {on: api:release.update, match: {data.status: succeeded}, within: 30m}
    each: data.name
    limit: {max: 4, within: 1d}
    do: [{notify: {to: log, text: an event}}]
  - name: changes
    on: api:release.update
    changed: {path: data.status, to: failed}
    each: data.id
    do: [{notify: {to: log, text: an event}}]
  - name: fresh
    on: api:build
    when: data.status in ['succeeded', 'failed']
    fresh_within: 20m
    each: id
    do: [{notify: {to: log, text: an event}}]
"""
NAMES = ("dyno_crashed", "dyno_crashed", "release_update_failed", "release_update_succeeded", "build_update_succeeded")


def happened(chance: random.Random, number: int) -> dict[str, Any]:
    """Something of the last three quarters of an hour; half a minute from where a rule would find it too old, so that
    it does not matter how long a worker takes."""
    at = datetime.now(UTC) - timedelta(minutes=chance.randrange(45), seconds=30)
    name, release = chance.choice(NAMES), f"r{chance.randrange(3)}"
    over = {"data.release.id": release} if name.startswith("dyno") else {"data.id": release}
    return sample(name, id=f"e{number:04}", app=f"app-{chance.randrange(2)}", at=at, **over)


def decided(world: World) -> dict[str, list[str]]:
    """The gates of the rules that matched, in file order, as they were kept with each event."""
    found = {}
    for event in world.hands.events(most=1_000):
        assert event.kept is not None
        [decision] = event.kept.decisions
        found[event.id] = [gate for _, gate, *_ in decision.get("g", ())]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_they_agree_on_every_gate(world: World, seed: int) -> None:
    chance = random.Random(seed)
    worker = world.worker(RULES)
    for batch in range(4):
        world.deliver(*(happened(chance, batch * 50 + number) for number in range(50)))
        worker.deciding.drain()
    memory, again = Memory(worker.crew.book), {}

    for kept in Past(world.server).events(0, 10**13):
        assert kept.body is not None
        _, judged = memory.take(read(kept.body), now=kept.accepted_at)
        again[kept.id] = [str(one.gate[0]) for one in judged]

    first = decided(world)
    assert len(first) == 200
    assert again == first
    gates = {gate for some in first.values() for gate in some}
    assert gates >= {"window", "shadow", "cooldown", "waits", "breaker opened", "first seen", "overtaken", "stale"}
