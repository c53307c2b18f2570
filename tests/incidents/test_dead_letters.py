"""What went wrong around dead letters once."""

import pytest
import redis
from click.testing import CliRunner, Result

from core import layout
from core.settings import Settings
from core.sightings import NotThere
from tests.core.world import World, rule
from toolbelt.cli import main
from toolbelt.servers import Server

RUN = "0f7a-e1:roll-back"


def die(world: World, row: str, lane: str) -> None:
    """Four workers have died on the row, and a fifth does."""
    world.server.hset(layout.CLAIMS + lane, row, f"ghost|token|{layout.ATTEMPTS - 1}|0")
    world.server.zadd(layout.DUE + lane, {row: 0})
    assert row in world.due.claim("act" if lane == "act" else "decide", most=1).buried


def told_of(world: World, row: str) -> list[str]:
    """The runs that tell the `system` target of this dead letter."""
    start = f"{layout.SYSTEM}:dead:{row}"
    runs = [run.id for run in world.hands.runs(most=100)]
    return [id for id in runs if id == start or id.startswith(f"{start}:")]


def replayed(running: Server, *words: str) -> Result:
    nothing_set = dict.fromkeys(map(str.upper, Settings.model_fields))
    runner = CliRunner(env={**nothing_set, "REDIS_URL": running.url})
    return runner.invoke(main, ["events", "replay", *words, "--why", "it is mended"])


def test_an_event_that_dies_again_after_its_replay_is_told_again(world: World) -> None:
    """A person replayed a dead letter and went to bed; it died again, and nobody was told, as it had been told once."""
    world.deliver("e1")
    die(world, "e1", "decide")
    assert len(told_of(world, "e1")) == 1

    world.hands.replay("e1", by="sam", why="it is mended")
    die(world, "e1", "decide")

    assert len(told_of(world, "e1")) == 2


def test_a_dead_run_is_replayed_by_the_beginning_of_its_id(world: World) -> None:
    """`there is no event '0f7a-e1:rol'` was said of a run that `events dead` showed."""
    world.decided("0f7a-e1", rule())
    die(world, RUN, "act")

    assert world.hands.replay(RUN[:11], by="sam", why="it is mended") == RUN


@pytest.mark.parametrize("beginning", ["", "0f7a-e1:roll-back-and-more", "1"])
def test_what_begins_no_dead_run_replays_none(world: World, beginning: str) -> None:
    world.decided("0f7a-e1", rule())
    die(world, RUN, "act")

    with pytest.raises(NotThere):
        world.hands.replay(beginning, by="sam", why="it is mended")
    assert list(world.hands.dead()) == [f"act {RUN}"]


def test_what_begins_an_event_and_its_dead_run_means_the_event(world: World) -> None:
    world.decided("0f7a-e1", rule())
    die(world, RUN, "act")

    assert world.hands.replay("0f7a", by="sam", why="it is mended") == "0f7a-e1"
    assert list(world.hands.dead()) == [f"act {RUN}"]


def test_a_replayed_run_is_told_of_as_a_run(world: World, running: Server, server: redis.Redis) -> None:
    """It was said to be decided again, and to be shown by `events show`, which knows no such event."""
    world.decided("0f7a-e1", rule())
    die(world, RUN, "act")

    of_the_run = replayed(running, RUN).output
    of_the_event = replayed(running, "0f7a-e1").output

    assert of_the_run == f"Run {RUN} goes on; look: bin/dynohook runs show {RUN}\n"
    assert of_the_event == "0f7a-e1 is decided again; look: bin/dynohook events show 0f7a-e1\n"
    assert server.hlen(layout.DEAD) == 0
