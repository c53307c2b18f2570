"""What the service counts, as Prometheus reads it; and who is at work, as /readyz tells it."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import redis.asyncio
from prometheus_client.parser import text_string_to_metric_families as parse

from core import layout, metrics, presence, scripts
from tests.core.world import World, rule

Told = TypeVar("Told")


def asked(world: World, question: Callable[[redis.asyncio.Redis], Awaitable[Told]]) -> Told:
    """The answer that the web process would get."""

    async def ask() -> Told:
        pool: Any = world.server.connection_pool
        async with redis.asyncio.Redis(unix_socket_path=pool.connection_kwargs["path"], protocol=2) as client:
            return await question(client)

    return asyncio.run(ask())


def samples(page: bytes) -> dict[tuple[str, str], float]:
    """Name and label of each sample → its value."""
    return {
        (sample.name, sample.labels.get("cause", "")): sample.value
        for family in parse(page.decode())
        for sample in family.samples
    }


def test_what_happened_is_counted_for_all_processes_together(world: World) -> None:
    world.beat.tick()
    world.decided("e1", rule())
    world.finish("e1:roll-back", effect=True)
    world.deliver("e2")
    for _ in range(2):
        asked(world, lambda client: metrics.add(client, {"refused:wrong_signature": 2, "unreadable": 1}))

    found = samples(metrics.page(asked(world, metrics.snapshot)))

    expected = {
        ("dynohook_accepted_total", ""): 2,
        ("dynohook_decided_total", ""): 1,
        ("dynohook_runs_planned_total", ""): 1,
        ("dynohook_runs_finished_total", ""): 1,
        ("dynohook_runs_total", "done"): 1,
        ("dynohook_refused_total", "wrong_signature"): 4,
        ("dynohook_unreadable_total", ""): 2,
        ("dynohook_due_decide", ""): 1,
        ("dynohook_workers", ""): 1,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["dynohook_memory_used_bytes", ""] > 0


def test_every_counter_of_the_scripts_is_explained() -> None:
    texts = [file.read_text() for file in scripts.HERE.glob("*.lua")]

    counted = {name for text in texts for name in re.findall(r"HINCRBY', L\.COUNT, '([a-z_]+)", text)}
    counted |= {
        name
        for text in texts
        for table in re.findall("WHOLE = {(.+)}", text)
        for name in re.findall("= '(.+?)'", table)
    }

    assert counted - set(metrics.HELP) == set()
    assert {"repeats", "own_effects", "decided", "runs"} <= counted


def test_a_counter_that_nobody_knows_is_shown_all_the_same() -> None:
    assert samples(metrics.page({"brand_new:x y": 3.0}))["dynohook_brand_new_total", "x y"] == 3


@pytest.mark.parametrize("label", ['with "quotes"', "with\nline", "with\\slash", "ünïcode"])
def test_no_label_breaks_the_page(label: str) -> None:
    assert samples(metrics.page({f"refused:{label}": 1.0})) == {("dynohook_refused_total", label): 1}


def test_every_number_of_the_page_has_help() -> None:
    page = metrics.page({"accepted": 1.0, "gauge:due_act": 2.0}).decode()

    assert "# HELP dynohook_accepted_total Deliveries kept" in page
    assert "# HELP dynohook_due_act due act" in page


NOW = 1_763_840_000_000


@pytest.mark.parametrize(
    ("beats", "ready", "workers"),
    [
        pytest.param([], False, 0, id="nobody"),
        pytest.param([0], True, 1, id="one that beats"),
        pytest.param([14_000, 16_000], True, 1, id="one that beats and one that stopped"),
        pytest.param([15_000], False, 0, id="one that stopped"),
        pytest.param([-300_000], True, 1, id="one that is ahead of time"),
    ],
)
def test_the_service_is_ready_while_a_worker_beats(beats: list[int], ready: bool, workers: int) -> None:
    known = [{"beat": NOW - ago, "rules": "r", "version": "1"} for ago in beats]

    found = presence.readiness(known, NOW, 0, None)

    assert (found.ready, found.workers) == (ready, workers)


def test_two_versions_at_once_show_the_rules_of_both(world: World) -> None:
    for worker, rules in (("old", "aaa"), ("new", "bbb"), ("just started", "")):
        beat = json.dumps({"beat": int(world.hands.now() * 1000), "rules": rules, "version": "1"})
        world.server.hset(layout.WORKERS, worker, beat)
    epoch = world.beat.tick().epoch
    world.hands.pause(by="sam", why="")

    found = asked(world, presence.look)

    assert found.rules == ("aaa", "bbb", "rules")
    assert (found.ready, found.workers, found.paused) == (True, 4, True)
    assert found.epoch is not None
    assert found.epoch.startswith(epoch.id)
    assert json.loads(json.dumps(found.to_json()))["workers"] == 4


def test_the_layout_explains_every_key_and_its_end() -> None:
    """The first thing that whoever looks into Redis reads."""
    lines = Path(layout.__file__).read_text().splitlines()

    keys = [line for line in lines if re.match(r'[A-Z_]+ = "dh:', line)]

    assert len(keys) > 20
    assert [line for line in keys if "  # " not in line] == []
