"""Redis did what it was told, and its answer never came."""

from typing import Any

import pytest
import redis
from redis.exceptions import ConnectionError as ConnectionLost

from core import layout
from core.due import LOOKS, DueList
from tests.core.world import World


class LosingAnswers:
    """A client that carries out every script; while `losing`, nobody hears what came of it."""

    def __init__(self, server: redis.Redis) -> None:
        self._server = server
        self.losing = False

    def register_script(self, text: str) -> Any:
        script = self._server.register_script(text)

        def call(*, args: Any) -> Any:
            answer = script(args=args)
            if self.losing:
                raise ConnectionLost("reset by peer")
            return answer

        return call


@pytest.fixture
def line(world: World) -> LosingAnswers:
    return LosingAnswers(world.server)


@pytest.fixture
def due(line: LosingAnswers) -> DueList:
    client: Any = line
    return DueList(client, worker="worker.1")


def claim_unheard(line: LosingAnswers, due: DueList) -> None:
    line.losing = True
    with pytest.raises(ConnectionLost):
        due.claim("decide", most=10)
    line.losing = False


def attempts(world: World, row: str) -> str:
    claim: Any = world.server.hget(layout.CLAIMS + "decide", row)
    return str(claim.decode().split("|")[2])


def test_what_a_claim_got_unheard_is_given_back_and_counts_no_attempt(
    world: World, line: LosingAnswers, due: DueList
) -> None:
    world.deliver("e1", "e2")
    claim_unheard(line, due)
    assert world.claim().rows == ()

    assert due.disown() == 2

    assert world.other("worker.2").claim().rows == ("e1", "e2")
    assert attempts(world, "e1") == "0"


def test_what_was_claimed_otherwise_stays_with_whoever_has_it(world: World, line: LosingAnswers, due: DueList) -> None:
    world.deliver("e1")
    assert due.claim("decide", most=10).rows == ("e1",)
    world.deliver("e2")
    assert world.other("worker.2").claim().rows == ("e2",)
    claim_unheard(line, due)

    assert due.disown() == 0
    assert world.claim().rows == ()


def test_a_server_that_carries_out_late_what_it_was_told_is_looked_at_again(
    world: World, line: LosingAnswers, due: DueList
) -> None:
    claim_unheard(line, due)  # there was nothing yet

    assert [due.disown() for _ in range(LOOKS + 2)] == [0] * (LOOKS + 2)
    assert due.claim("decide", most=10).rows == ()


def test_a_tidy_up_that_fails_is_done_with_the_next_beat(world: World, line: LosingAnswers, due: DueList) -> None:
    world.deliver("e1")
    claim_unheard(line, due)
    line.losing = True
    with pytest.raises(ConnectionLost):
        due.disown()
    line.losing = False

    due.disown()

    assert world.claim().rows == ("e1",)
