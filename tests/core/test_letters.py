"""Dead letters, and what each is about."""

import json

from core import layout
from core.telling.letters import Letter, letters
from tests.core.world import World, rule


def test_a_dead_letter_says_what_it_is_about(world: World) -> None:
    world.decided("e2", rule("a"))
    world.deliver("e1")
    world.server.hset(layout.WAIT + "e2:b", mapping={"rule": "b", "event": "e2"})
    for at, key in enumerate(["wait gone", "wait e2:b", "act gone", "act e2:a", "decide gone", "decide e1"]):
        world.server.hset(layout.DEAD, key, json.dumps({"at": at * 1000, "attempts": 5}))

    assert letters(world.hands.dead(), world.hands) == [
        Letter("event", "e1", 5, 5, "api:release update", "acme-web", "e1"),
        Letter("event", "gone", 4, 5, "", "", "gone"),
        Letter("run", "e2:a", 3, 5, "rule a", "acme-web", "e2"),
        Letter("run", "gone", 2, 5, "", "", ""),
        Letter("wait", "e2:b", 1, 5, "rule b, put off", "", "e2"),
        Letter("wait", "gone", 0, 5, "", "", ""),
    ]
