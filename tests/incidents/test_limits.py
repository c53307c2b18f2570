"""What went wrong around a rule's limit once."""

import json

import pytest

from core import layout
from core.runs import Entry, StepRecord
from tests.core.world import World, gates, rule

DAY = 86_400_000


def limited(app: str, *, mode: str = "live") -> dict[str, object]:
    return rule(key=app, app=app, app_name=app, mode=mode, limit=[1, DAY])


def die(world: World, run: str) -> None:
    """Four workers have died on the run, and a fifth does."""
    world.server.hset(layout.CLAIMS + "act", run, f"ghost|token|{layout.ATTEMPTS - 1}|0")
    world.server.zadd(layout.DUE + "act", {run: 0})
    assert run in world.claim("act", most=1).buried


def told(world: World) -> list[str]:
    """What the `system` target hears."""
    runs = world.hands.runs(most=100)
    return [run.plan["steps"][0]["params"]["text"] for run in runs if run.rule == layout.SYSTEM]


def test_an_app_that_a_limit_passes_over_is_told_of_once(world: World) -> None:
    """Five apps broke at once, three were mended, and nobody heard of the other two: no breaker had opened."""
    world.decided("e1", limited("acme-1"))
    assert told(world) == []

    passed = [gates(world.decided(id, limited(app)))[0][0] for id, app in (("e2", "acme-2"), ("e3", "acme-3"))]

    assert passed == ["limit", "limit"]
    assert told(world) == [
        "Rule roll-back was not run for acme-2, and perhaps not for others: as many of its runs are under way as its "
        "limit of 1 allows. A person has to look: bin/dynohook events show e2"
    ]


def test_a_rule_in_shadow_passes_over_in_silence(world: World) -> None:
    world.decided("e1", limited("acme-1", mode="shadow"))
    world.decided("e2", limited("acme-2", mode="shadow"))

    assert told(world) == []


@pytest.mark.parametrize(
    ("step", "held"),
    [
        pytest.param(None, False, id="nothing was begun"),
        pytest.param(StepRecord("waiting", 1.0), False, id="it only waited"),
        pytest.param(StepRecord("waiting", 1.0, changed=True), True, id="it had changed something"),
        pytest.param(StepRecord("started", 1.0), True, id="a call had no answer"),
        pytest.param(StepRecord("unknown", 1.0), True, id="a call never had one"),
    ],
)
def test_a_dead_run_keeps_its_place_only_if_it_may_have_changed_something(
    world: World, step: StepRecord | None, held: bool
) -> None:
    """Three dead runs shut their rule for a day, and it was said that they were under way."""
    world.decided("e1", limited("acme-1") | {"cooldown": DAY})
    claimed = world.claim("act", most=1)
    run = world.runs.load("e1:roll-back")
    assert run is not None
    if step is not None:
        world.runs.record(run, Entry(set={"step:0": step.to_json()}, then="park"), token=claimed.token)
    die(world, "e1:roll-back")

    [gate] = gates(world.decided("e2", limited("acme-2")))

    assert gate[0] == ("breaker opened" if held else "planned")
    assert bool(list(world.server.scan_iter(layout.COOLDOWN + "*"))) == held


def test_a_dead_run_whose_journal_cannot_be_read_is_buried_all_the_same(world: World) -> None:
    world.decided("e1", limited("acme-1"))
    world.server.hset(layout.RUN + "e1:roll-back", "step:0", "no JSON")

    die(world, "e1:roll-back")

    assert json.loads(world.server.hget(layout.DEAD, "act e1:roll-back") or "{}")["attempts"] == layout.ATTEMPTS
