"""Every action that changes something, through one real worker process: each case on an app of its own, all at once.
What it comes to, and what the record of calls says in words."""

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from urllib.parse import unquote

import pytest

from core.runs import Run
from heroku.endpoints import BY_NAME
from tests.workers.actions.cases import EVERY
from tests.workers.actions.plays import BEGUN, Play, all_at_once, begun, played_through, plays, recorded
from tests.workers.actions.scene import SECRET
from tests.workers.world import APP, World
from toolbelt.crew import Crew
from toolbelt.servers import Server
from toolbelt.simulator.faults import Kind
from workers.actions import ACTIONS


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def sentence(play: Play, came: str) -> str:
    """How the record tells of the call that changes something; what was measured follows."""
    group = BY_NAME[play.case.endpoint].group
    return f"{play.called}: {came}; allowed by {group}: {play.case.access[group]} ["


def missing(record: dict[str, list[str]], wanted: dict[str, list[str]]) -> list[str]:
    """Those of the sentences wanted that are not in the record of their rule."""
    return [
        start for name, starts in wanted.items() for start in starts
        if not any(said.startswith(start) for said in record[name])
    ]  # fmt: skip


def refused(play: Play, run: Run) -> bool:
    """Whether its step failed with what was called, on which app, and Heroku's own words."""
    state, said = play.said(run)
    name, (method, path) = play.case.do.partition(":")[0], play.case.call
    called = f"{method} {path.replace('*', APP, 1)}: 422 invalid_params: Not so."
    return state == "failed" and fnmatchcase(unquote(said), f"{name} failed: {called}")


def test_no_action_that_changes_is_missing_here() -> None:
    assert {case.do.partition(":")[0] for case in EVERY} == {n for n, a in ACTIONS.items() if a.spec.changes}


def test_each_is_done_and_says_so_and_then_it_is_not_needed(world: World, running: Server, crew: Crew) -> None:
    played = plays(world, "once", EVERY)
    process = begun(running, crew, played)
    for play in played:
        play.set_off("1")
    first = played_through(world, [process], played)

    assert [play.said(first[play.name]) for play in played if not play.came(first[play.name])] == []
    assert {play.name: play.effects() for play in played} == {play.name: 1 for play in played}
    done = {play.name: [sentence(play, f"done ({BY_NAME[play.case.endpoint].success})")] for play in played}
    assert missing(recorded(world, first), done) == []

    left = [play for play in played if play.case.again]
    for play in left:
        play.set_off("2")
    again = played_through(world, [process], left, "2")
    assert [play.said(again[play.name]) for play in left] == [play.case.again for play in left]
    process.stop()
    assert SECRET not in process.output + world.kept()


def test_each_is_denied_or_fails_with_its_words(world: World, running: Server, crew: Crew) -> None:
    denied = [replace(play, on_apps="other-*") for play in plays(world, "denied", EVERY, set_up=False)]
    failed = plays(world, "failed", EVERY)
    for play in failed:
        play.spoil(Kind.STATUS, status=422, message="Not so.")
    process = begun(running, crew, [*denied, *failed])
    for play in (*denied, *failed):
        play.set_off("1")
    runs = played_through(world, [process], [*denied, *failed])
    record = recorded(world, runs)

    no = "Denied: rule {} may not touch acme-shop."
    assert [play.said(runs[play.name]) for play in denied] == [("denied", no.format(play.name)) for play in denied]
    left = {p.name: f": denied, nothing was sent; {p.app} is none of its apps." for p in denied}
    assert [said for name, end in left.items() for said in record[name] or [""] if not said.endswith(end)] == []

    assert [play.said(runs[play.name]) for play in failed if not refused(play, runs[play.name])] == []
    assert missing(record, {play.name: [sentence(play, "refused by Heroku (422)")] for play in failed}) == []

    assert [play.name for play in (*denied, *failed) if runs[play.name].journal["failure:0"].state != "done"] == []
    assert [play.name for play in (*denied, *failed) if play.effects()] == []


LOST = [
    pytest.param(Kind.TIME_OUT_AFTER, id="no answer came"),
    pytest.param(Kind.CUT, id="half an answer came"),
]


@pytest.mark.parametrize("kind", LOST)
def test_what_was_lost_after_its_effect_is_found_and_not_repeated(
    world: World, running: Server, crew: Crew, kind: Kind
) -> None:
    """What cannot be looked up is not repeated either, and people hear of it."""
    played = plays(world, "lost", EVERY)
    for play in played:
        play.spoil(kind)
    workers = all_at_once(running, crew, played)
    for play in played:
        play.set_off("1")
    runs = played_through(world, workers, played)

    assert [play.said(runs[play.name]) for play in played if not play.came_though_lost(runs[play.name])] == []
    assert {play.name: play.effects() for play in played} == {p.name: p.case.lost_effects for p in played}
    assert missing(recorded(world, runs), {play.name: lost(play, kind) for play in played}) == []
    unknown = [f"{play.app}, rule {play.name}: {play.case.lost_says}" for play in played if play.case.lost_says]
    assert sorted(text for text in world.told() if BEGUN not in text) == sorted(unknown)


def lost(play: Play, kind: Kind) -> list[str]:
    """How the record tells of its call, and of what a look has shown; what may be repeated is looked at as ever."""
    endpoint = BY_NAME[play.case.endpoint]
    how, status = ("a clear answer", f" ({endpoint.success})") if kind is Kind.CUT else ("an answer", "")
    if endpoint.repeatable:
        return [sentence(play, f"left without {how}, to be tried again{status}")]
    return [sentence(play, f"left without {how}{status}"), play.looked_up]
