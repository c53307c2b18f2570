"""kill -9 of real worker processes at exact instants around every call that changes something: each case on an app of
its own, and one worker that finds them all afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from core.runs import Run
from tests.workers.actions.cases import EVERY
from tests.workers.actions.plays import (
    BEGUN,
    ENDS,
    LEASE,
    Play,
    all_at_once,
    played_through,
    played_until,
    plays,
    recorded,
    started,
    time_passes,
)
from tests.workers.actions.scene import AGAIN
from tests.workers.world import World
from toolbelt.crew import Crew
from toolbelt.processes import Process
from toolbelt.servers import Server
from toolbelt.simulator.faults import Kind
from toolbelt.waiting import until

HOUR = 3_600.0
LOOKS = [("GET", "/apps/*"), ("GET", "/apps/*/formation")]
SCALE, SCALED = "scale: {type: web, quantity: 4}", "Scaled web from 1 to 4 dynos."
MAINTENANCE, SWITCHED = "maintenance: {on: true}", "Maintenance was switched on."


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def working(running: Server, crew: Crew, played: Sequence[Play]) -> list[Process]:
    """Workers that have begun with it."""
    workers = all_at_once(running, crew, played)
    for play in played:
        play.set_off("1")
    return workers


def kill(workers: Sequence[Process]) -> None:
    for worker in workers:
        worker.kill()


@contextmanager
def nothing_is_written(world: World) -> Iterator[None]:
    """Redis answers no script and no write while the block runs, nor those afterwards who are gone by then."""
    world.server.client_pause(int(ENDS * 1000), all=False)
    try:
        yield
    finally:
        until(lambda: len(world.server.client_list()) == 1, what="Redis to miss the workers", within=ENDS)
        world.server.client_unpause()


INSTANTS = [
    pytest.param(Kind.TIME_OUT_BEFORE, id="the call was sent and has no effect yet"),
    pytest.param(Kind.TIME_OUT_AFTER, id="it has had its effect and is not answered yet"),
    pytest.param(Kind.HOLD, id="it is answered and that is not written down yet"),
]


@pytest.mark.parametrize("kind", INSTANTS)
def test_each_change_is_made_once_though_the_worker_is_killed_amid_it(
    world: World, running: Server, crew: Crew, kind: Kind
) -> None:
    """Once, or not at all where nobody can know whether it was made; then people are told so."""
    played = plays(world, "killed", EVERY)
    for play in played:
        play.spoil(kind)
    dying = working(running, crew, played)
    until(lambda: all(play.held() for play in played), what="all calls to be under way", within=ENDS)
    if kind is Kind.HOLD:
        with nothing_is_written(world):
            world.heroku.clear_faults()
            until(lambda: not any(play.held() for play in played), what="all calls to be answered", within=ENDS)
            kill(dying)
    else:
        kill(dying)
    had_effect = kind is not Kind.TIME_OUT_BEFORE
    assert {play.name: play.effects() for play in played} == {play.name: had_effect for play in played}
    begun_with = {run.rule: run.journal["step:0"] for run in world.runs()}
    assert {name: record.state for name, record in begun_with.items()} == {play.name: "started" for play in played}
    says = {play.name: f"Called {play.case.endpoint}; no answer yet." for play in played}
    assert {name: record.sentence for name, record in begun_with.items()} == says

    world.pass_time(LEASE)
    other = started(running, crew, played)
    runs = played_through(world, [other], played)
    assert [play.said(runs[play.name]) for play in played if not play.came_though_lost(runs[play.name])] == []
    assert {p.name: p.effects() for p in played} == {p.name: effects(p, had_effect=had_effect) for p in played}
    record = recorded(world, runs)
    assert [told for play in played if (told := looked_up(play, had_effect=had_effect)) not in record[play.name]] == []
    unknown = [f"{play.app}, rule {play.name}: {play.case.lost_says}" for play in played if play.case.lost_says]
    assert sorted(text for text in world.told() if BEGUN not in text) == sorted(unknown)


def effects(play: Play, *, had_effect: bool) -> int:
    if had_effect:
        return play.case.lost_effects
    return 0 if play.case.lost_says else 1


def looked_up(play: Play, *, had_effect: bool) -> str:
    """What the record says of the call at which the worker died."""
    return play.looked_up if had_effect or play.case.lost_says else f"{play.called}: {AGAIN}."


def followed(play: Play) -> Play:
    """The same with a second step, an hour later."""
    then, access = (MAINTENANCE, {"apps": "write"}) if play.case.name == "scale" else (SCALE, {"formation": "write"})
    return replace(play, then=f"wait: {{for: 1h}}}}, {{{then}", access=access)


def waits(run: Run) -> bool:
    return "step:1" in run.journal and run.journal["step:1"].state == "waiting"


def test_no_step_is_taken_twice_though_the_worker_is_killed_before_the_next(
    world: World, running: Server, crew: Crew
) -> None:
    """The first is done and written down; the worker dies while the next looks what there is to do."""
    cases = [case for case in EVERY if case.name != "call that destroys"]  # its app is gone: there is no second step
    played = [followed(play) for play in plays(world, "between", cases)]
    dying = working(running, crew, played)
    played_until(
        world, dying, lambda runs: len(runs) == len(played) and all(map(waits, runs.values())), what="the wait"
    )
    for play in played:
        play.spoil_at("GET", "/apps/*" if MAINTENANCE in play.then else "/apps/*/formation", kind=Kind.TIME_OUT_BEFORE)
    time_passes(world, dying, HOUR)
    until(lambda: all(play.held(*LOOKS) for play in played), what="all looks to be under way", within=ENDS)
    kill(dying)
    first = {run.rule: run for run in world.runs()}
    assert [play.said(first[play.name]) for play in played if not play.came(first[play.name])] == []
    assert [play.name for play in played if "step:2" in first[play.name].journal] == []

    world.pass_time(LEASE)
    other = started(running, crew, played)
    runs = played_through(world, [other], played)
    assert [play.said(runs[play.name]) for play in played if not play.came(runs[play.name])] == []
    wanted = {play.name: ("done", SWITCHED if MAINTENANCE in play.then else SCALED) for play in played}
    assert {play.name: play.said(runs[play.name], "step:2") for play in played} == wanted
    assert [play.effects() for play in played] == [1] * len(played)
    assert len(world.posts()) == 2 * len(played)
