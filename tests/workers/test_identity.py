"""Whose token it is: learnt when Heroku says it, and never a reason not to work."""

from tests.workers.world import World
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.waiting import until
from workers import identity


def test_the_account_is_known_when_heroku_says_it(world: World) -> None:
    worker = world.worker()
    assert identity.ask(worker.crew)
    assert worker.crew.account == world.simulator.world.account.id


def test_a_heroku_that_does_not_say_stops_nothing(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=401, path="/account"))
    worker = world.worker()
    assert not identity.ask(worker.crew)
    assert worker.crew.account is None
    assert identity.ask(worker.crew), "it is asked again"


def test_it_is_asked_on_until_heroku_says_it(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, times=2, path="/account"))
    worker = world.worker()
    identity.learn(worker.crew, again_seconds=0.01)
    assert worker.crew.account is None
    assert until(lambda: worker.crew.account, what="the account to be known") == world.simulator.world.account.id


def test_without_a_token_there_is_nobody_to_ask(world: World) -> None:
    assert not identity.ask(world.worker(token=None).crew)
