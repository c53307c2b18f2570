"""Waits in the hands of several workers that die, come late or hold a claim that has run out: each is judged once."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import layout
from core.due import Claimed
from tests.core.clocked import Clocked
from tests.core.scene import HOUR, MINUTE, SECOND, Rule, Scene, after, missing, partner, quiet
from toolbelt.servers import Server

RULES = {"after": after(HOUR), "missing": missing(MINUTE), "quiet": quiet(30, 90)}

happenings = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.integers(0, 120)),  # how many seconds ago it happened
        st.tuples(st.just("partner"), st.integers(0, 120)),
        st.tuples(st.just("claim"), st.just(0)),
        st.tuples(st.just("write"), st.integers(0, 3)),  # by which of the claims in hand
        st.tuples(st.just("pass"), st.integers(1, 70)),
    ),
    min_size=5,
    max_size=25,
)


@pytest.fixture(scope="module")
def clocked(running: Server) -> Iterator[Clocked]:
    with Clocked.from_url(running.url, protocol=2) as client:
        yield client


class Story:
    """What happened, and the claims that workers still hold, whether or not they have run out."""

    def __init__(self, scene: Scene, rule: Rule) -> None:
        self.scene, self.rule = scene, rule
        self.times: dict[str, int] = {}
        self.partners: list[int] = []
        self.held: list[Claimed] = []

    def happen(self, what: str, number: int) -> None:
        scene = self.scene
        if what == "event":
            id = f"e{len(self.times)}"
            self.times[id] = scene.now - number * SECOND
            scene.decide(id, self.rule, t=self.times[id])
        elif what == "partner":
            self.partners.append(scene.now - number * SECOND)
            scene.decide(f"p{len(self.partners)}", t=self.partners[-1], **partner())
        elif what == "claim":
            self.held.append(scene.due_waits())
        elif what == "write" and number < len(self.held):
            scene.judge_claimed(self.held[number], self.rule)
        elif what == "pass":
            scene.pass_time(number * SECOND)

    def end(self) -> None:
        """Time passes until nothing waits; a person replays what was given up."""
        for _ in range(30):
            self.scene.pass_time(MINUTE)
            self.scene.judge_waits(self.rule)
            for letter in self.scene.hands.dead():
                self.scene.hands.replay(letter.removeprefix("wait "), by="sam", why="")
        assert self.scene.waiting() == {}

    def last_words(self) -> dict[str, list[Any]]:
        """What each event came to in the end."""
        return {id: self.scene.kept(id)[-1]["g"][0][1:] for id in self.times}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(RULES)), history=happenings)
def test_whatever_happens_each_wait_is_judged_once(clocked: Clocked, kind: str, history: list[tuple[str, int]]) -> None:
    clocked.flushall()
    story = Story(Scene(clocked), RULES[kind])
    for what, number in history:
        story.happen(what, number)
    story.end()

    runs = [id.split(":")[0] for id in story.scene.runs()]
    assert max(Counter(runs).values(), default=0) <= 1
    assert list(story.scene.keys(layout.WAIT)) == []
    said = story.last_words()
    for id, t in story.times.items():
        if kind == "after":  # a partner may have come too late for both looks: then it stays unfired
            near = any(t - HOUR <= p <= t for p in story.partners)
            assert said[id][0] in (("planned", "queued", "line full", "after") if near else ("after",))
        elif kind == "missing":  # or too late to count, when all was judged already
            near = any(t <= p <= t + MINUTE for p in story.partners)
            assert said[id][0] in (
                ("came", "planned", "queued", "line full") if near else ("planned", "queued", "line full")
            )
        else:
            assert said[id][0] in ("waits", "planned", "queued", "line full")
    if kind == "quiet" and story.times:
        assert runs, "the last of a burst fires"
