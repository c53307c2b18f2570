"""What waits to be told: nothing is lost, however many hand over at once and whoever dies while sending."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis

from core import layout
from core.due import ClaimLost
from core.outbox import Gathered, Outbox
from core.runs import Entry
from tests.core.world import World


@dataclass
class Post:
    """A worker that sends: takes what is due, and tells what it sent."""

    world: World
    outbox: Outbox
    sent: list[Gathered] = field(default_factory=list)

    def deliver(self, *, dies: bool = False) -> bool:
        """Whether anything was due. Who dies has sent, and has not written it down."""
        claimed = self.world.due.claim("act", most=1)
        for run in claimed.rows:
            gathered = self.outbox.take(run, "ops", token=claimed.token, every=None)
            if gathered is None:
                self.world.due.park("act", run, token=claimed.token, seconds=0.0)
                continue
            self.sent.append(gathered)
            loaded = self.world.runs.load(run)
            assert loaded is not None
            if dies:
                self.world.due.park("act", run, token=claimed.token, seconds=0.0)
            else:
                self.world.runs.record(loaded, Entry(then="finish", state="done"), token=claimed.token)
        return bool(claimed.rows)

    def keys(self) -> list[str]:
        return [note for gathered in self.sent for note in gathered.notes]


@pytest.fixture
def outbox(server: redis.Redis) -> Outbox:
    return Outbox(server, wait_seconds=0, every_seconds=0)


@pytest.fixture
def post(world: World, outbox: Outbox) -> Post:
    return Post(world, outbox)


def join(outbox: Outbox, key: str, note: str = "") -> None:
    outbox.join("ops", key, note or key, "short", wait=None)


def test_notes_come_in_the_order_in_which_they_were_handed_over(post: Post, outbox: Outbox) -> None:
    for number in range(15):
        join(outbox, f"n{number}")
    post.deliver()

    assert post.sent == [Gathered(tuple(f"n{number}" for number in range(15)), 15)]


def test_what_is_handed_over_twice_goes_out_once(post: Post, outbox: Outbox) -> None:
    for _ in range(3):
        join(outbox, "same")
    post.deliver()

    assert post.sent == [Gathered(("same",), 1)]


def test_what_comes_while_a_message_is_under_way_goes_with_the_next(post: Post, outbox: Outbox) -> None:
    join(outbox, "a")
    post.deliver(dies=True)
    join(outbox, "b")
    for _ in range(4):
        post.deliver()

    assert [gathered.notes for gathered in post.sent] == [("a",), ("a",), ("b",)]


def test_whoever_lost_the_claim_takes_nothing(world: World, outbox: Outbox) -> None:
    join(outbox, "a")
    claimed = world.due.claim("act", most=1)
    with pytest.raises(ClaimLost):
        outbox.take(claimed.rows[0], "ops", token="another's", every=None)

    assert world.server.hget(f"{layout.OUTBOX}ops", "open") == claimed.rows[0].encode()


def test_a_message_that_is_gone_keeps_no_later_one_back(world: World, post: Post, outbox: Outbox) -> None:
    join(outbox, "a")
    post.deliver(dies=True)
    due: Any = world.server.zrange(f"{layout.DUE}act", 0, -1)
    [run] = due
    world.server.delete(f"{layout.RUN}{run.decode()}")
    world.server.zrem(f"{layout.DUE}act", run)
    join(outbox, "b")
    post.deliver()

    assert post.keys() == ["a", "b"]


def test_targets_do_not_wait_for_each_other(world: World, outbox: Outbox) -> None:
    outbox.join("ops", "k", "n", "s", wait=None)
    outbox.join("team", "k", "n", "s", wait=None)

    assert world.server.zcard(f"{layout.DUE}act") == 2


@pytest.mark.parametrize("size", [10, 5_000], ids=["small notes", "large notes"])
def test_of_many_the_first_are_shown_and_all_are_counted(post: Post, outbox: Outbox, size: int) -> None:
    for number in range(1_200):
        join(outbox, f"n{number}", f"{number} " + "x" * size)
    post.deliver()

    [gathered] = post.sent
    assert gathered.stands_for == 1_200
    assert len(gathered.notes) == layout.NOTES_SHOWN
    whole = [note for note in gathered.notes if note != "short"]
    assert sum(map(len, whole)) <= layout.NOTES_BYTES + size
    assert (len(whole) == layout.NOTES_SHOWN) == (size == 10)


def tell_of(outbox: Outbox, trouble: str, *, times: int = 1, over: bool = False) -> None:
    for number in range(times):
        outbox.join("ops", f"{trouble}{number}{over}", "n", "s", trouble=trouble, over=over, wait=None)


def test_of_those_that_are_not_shown_each_trouble_is_known_and_whether_it_is_over(post: Post, outbox: Outbox) -> None:
    """A burst hid that another app was down as well, and that the first was up again."""
    tell_of(outbox, "shop: down", times=layout.NOTES_SHOWN + 2)
    tell_of(outbox, "web 1", times=3)
    tell_of(outbox, "shop: down", over=True)
    post.deliver()

    [gathered] = post.sent
    assert sorted(gathered.troubles) == [("shop: down", 3, True), ("web 1", 3, False)]
    assert gathered.stands_for == layout.NOTES_SHOWN + 6


def test_of_very_many_troubles_the_first_are_known(post: Post, outbox: Outbox) -> None:
    tell_of(outbox, "first", times=layout.NOTES_SHOWN)
    for number in range(2 * layout.TROUBLES_KNOWN):
        tell_of(outbox, f"t{number}", times=2)
    post.deliver()

    [gathered] = post.sent
    known = {f"t{number}" for number in range(layout.TROUBLES_KNOWN)}
    assert {trouble.name for trouble in gathered.troubles} == known
    assert {trouble.times for trouble in gathered.troubles} == {2}


@pytest.mark.parametrize("seed", range(5))
def test_in_any_history_each_note_is_sent_and_only_what_died_is_sent_again(
    world: World, post: Post, outbox: Outbox, seed: int
) -> None:
    chance = random.Random(seed)
    joined, deaths = [], 0
    for step in range(80):
        if chance.random() < 0.5:
            joined.append(f"n{step}")
            join(outbox, joined[-1])
        else:
            dies = chance.random() < 0.4
            before = len(post.sent)
            post.deliver(dies=dies)
            deaths += dies and len(post.sent) > before
    while post.deliver():
        pass

    assert list(dict.fromkeys(post.keys())) == joined
    assert len(set(post.sent)) == len(post.sent) - deaths
    assert world.server.zcard(f"{layout.DUE}act") == 0


def test_handed_over_by_many_at_once_nothing_is_lost_or_doubled(world: World, post: Post, outbox: Outbox) -> None:
    everybody = [f"n{thread}-{number}" for thread in range(4) for number in range(100)]
    over = threading.Event()

    def hand_over(thread: int) -> None:
        for number in range(100):
            join(outbox, f"n{thread}-{number}")

    def send() -> None:
        while not over.is_set() or post.deliver():
            post.deliver()

    sender = threading.Thread(target=send)
    sender.start()
    threads = [threading.Thread(target=hand_over, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    over.set()
    sender.join(60)

    assert sum(gathered.stands_for for gathered in post.sent) == len(everybody)
    shown = post.keys()
    assert len(shown) == len(set(shown))
    assert set(shown) <= set(everybody)
