"""A rollback the whole way: what is sent, what is written down, and what happens when it does not go smoothly."""

from tests.workers.world import World


def test_a_crash_is_taken_back_and_checked_to_be_live(world: World) -> None:
    world.deliver(world.crashing())
    worker = world.worker()

    worker.drain()
    assert world.step() == ("waiting", "Asked Heroku to go back from v42 to v41: v43 is pending.")
    world.pass_time(5)
    worker.drain()
    assert world.step() == ("waiting", "v43 (Rollback to v41) is pending, not live yet.")
    world.pass_time(10)
    worker.drain()

    assert world.step() == ("done", "Rolled back from v42 to v41: v43 (Rollback to v41) is live.")
    assert world.run().state == "done"
    assert len(world.posts()) == 1
    assert world.posts()[0].body == {"release": next(r.id for r in world.app.releases if r.version == 41)}
    assert world.told() == []
