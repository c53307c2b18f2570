"""Silences: who set them, what they cover, and that they end."""

import json

import pytest

from core import layout
from core.sightings import NotNow, NotThere
from rules.silences import Silence, silence_over
from tests.core.world import World


def silence(*, app: str = "*", rule: str = "*", until: int = 2_000, id: str = "s") -> Silence:
    return Silence(id, app, rule, at=0, until=until, by="ada", why="migration")


def add(world: World, *, seconds: float = 3_600, app: str = "acme-shop") -> Silence:
    return world.hands.silence(app=app, rule="*", seconds=seconds, by="ada", why="migration")


@pytest.mark.parametrize(
    ("app", "rule", "covered"),
    [
        pytest.param("acme-shop", "*", True, id="the app by name"),
        pytest.param("id-1", "*", True, id="the app by id"),
        pytest.param("acme-*", "roll-*", True, id="both by glob"),
        pytest.param("*", "roll-back", True, id="the rule"),
        pytest.param("acme", "*", False, id="another app"),
        pytest.param("acme-shop", "restart", False, id="another rule"),
        pytest.param("ACME-*", "*", False, id="in other letters"),
    ],
)
def test_a_silence_covers_what_it_names(app: str, rule: str, covered: bool) -> None:
    assert silence(app=app, rule=rule).covers("roll-back", ("id-1", "acme-shop")) is covered


@pytest.mark.parametrize(("app", "covered"), [("*", True), ("acme-*", False), ("?*", False)])
def test_what_is_about_no_app_is_silenced_with_every_app_only(app: str, covered: bool) -> None:
    assert silence(app=app).covers("roll-back", (None, None)) is covered


def test_of_several_silences_the_one_that_holds_longest_is_told() -> None:
    several = [silence(until=2_000, id="short"), silence(until=9_000, id="long"), silence(until=1_000, id="over")]

    held = silence_over(several, "roll-back", ("id-1",), now=1_000)

    assert held is not None
    assert held.gate == ["silenced", 9_000, "ada", "migration"]
    assert silence_over(several, "roll-back", ("id-1",), now=9_000) is None


def test_a_silence_is_there_for_each_decision_until_its_time_is_over(world: World) -> None:
    kept = add(world, seconds=60)

    assert kept.until - kept.at == 60_000
    assert world.hands.silences() == [kept]
    assert world.ledger.fetch(["e1"])[2] == [kept]
    assert 0 < world.server.pttl(layout.SILENCES) <= 60_000


def test_the_hash_of_silences_ends_with_the_last_of_them(world: World) -> None:
    add(world, seconds=600)
    add(world, seconds=60)

    assert 60_000 < world.server.pttl(layout.SILENCES) <= 600_000


def test_a_silence_is_told_to_programs_in_seconds_and_in_words(world: World) -> None:
    kept = add(world, seconds=60)

    [told] = world.hands.status()["silences"]
    assert (told["id"], told["until"]) == (kept.id, kept.until / 1000)
    assert told["sentence"].startswith("every rule about acme-shop, silenced until 20")
    assert told["sentence"].endswith(" UTC by ada: migration")


def test_silences_that_are_over_are_tidied_away_and_the_others_stay(world: World) -> None:
    kept = add(world)
    over = {**json.loads(world.server.hget(layout.SILENCES, kept.id) or b""), "id": "over", "until": 1_000}
    world.server.hset(layout.SILENCES, "over", json.dumps(over))
    assert world.hands.silences() == [kept]

    world.beat.tidy(keep_seconds=60, most_bytes=10**9)

    assert world.server.hkeys(layout.SILENCES) == [kept.id.encode()]


def test_there_are_only_so_many_silences(world: World) -> None:
    for _ in range(layout.SILENCES_MOST):
        add(world)

    with pytest.raises(NotNow, match="100 silences already"):
        add(world)
    world.hands.end_silence(world.hands.silences()[0].id, by="ada", why="room")
    add(world)


def test_a_silence_is_ended_by_the_beginning_of_its_id(world: World) -> None:
    kept = add(world)

    with pytest.raises(NotThere, match=kept.id):
        world.hands.end_silence("nothing", by="sam", why="done")
    assert world.hands.end_silence(kept.id[:5], by="sam", why="done") == kept

    assert world.hands.silences() == []
    assert world.hands._unsilence(args=[kept.id, "{}"]) == 0, "somebody else was faster"
    assert [deed.sentence for deed in world.hands.history(most=10)] == [
        "sam ended the silence of every rule about acme-shop: done",
        "ada silenced every rule about acme-shop for 1 h: migration",
    ]
