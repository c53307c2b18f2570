"""What people did is written down in the same step, with who and why, and never without bound."""

import contextlib
from collections.abc import Callable

import pytest

from core import layout
from core.hands import Hands
from core.history import read
from core.sightings import NotNow, NotThere
from tests.core.world import World, rule

WHO = {"by": "ada", "why": "because"}


def test_each_deed_is_remembered_with_who_and_why_the_latest_first(world: World) -> None:
    world.decided("e1", rule())
    world.server.set(f"{layout.BREAKER}live:roll-back", '{"at": 5000, "event": "e1", "max": 3}')

    world.hands.pause(by="ada", why="a look")
    world.hands.resume(by="sam", why="all is well")
    world.hands.close_breaker("roll-back", by="ada", why="mended")
    world.hands.replay("e1", by="sam", why="once more")
    world.hands.stop("e1:roll-back", by="ada", why="by hand")

    deeds = world.hands.history(most=10)
    assert [deed.sentence for deed in deeds] == [
        "ada stopped run e1:roll-back: by hand",
        "sam had e1 looked at again: once more",
        "ada closed the breaker of rule roll-back: mended",
        "sam let the service go on: all is well",
        "ada paused the service: a look",
    ]
    assert abs(deeds[0].at - world.hands.now()) < 60
    assert world.hands.history(most=1) == deeds[:1]


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(lambda hands: hands.resume(**WHO), id="resume"),
        pytest.param(lambda hands: hands.close_breaker("nobody", **WHO), id="close a breaker"),
        pytest.param(lambda hands: hands.replay("nobody", **WHO), id="replay"),
        pytest.param(lambda hands: hands.replay("e1", **WHO), id="replay what waits"),
        pytest.param(lambda hands: hands.answer("nobody", "deny", **WHO), id="deny"),
        pytest.param(lambda hands: hands.stop("nobody", **WHO), id="stop"),
        pytest.param(lambda hands: hands.end_silence("nobody", **WHO), id="end a silence"),
    ],
)
def test_what_could_not_be_done_is_no_deed(world: World, deed: Callable[[Hands], object]) -> None:
    world.deliver("e1")
    with contextlib.suppress(NotThere, NotNow):
        deed(world.hands)
    assert world.hands.history(most=10) == []


def test_only_the_latest_deeds_are_kept(world: World) -> None:
    for number in range(layout.HISTORY_LINES + 300):
        world.hands.pause(by="ada", why=f"number {number}")

    found = read(world.server)

    assert layout.HISTORY_LINES <= len(found) < layout.HISTORY_LINES + 150
    assert found[0].why == f"number {layout.HISTORY_LINES + 299}"
