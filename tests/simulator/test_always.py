"""What holds on the fake Heroku whatever is done to it, in whatever order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from toolbelt.simulator import one_offs, provisioning, running, scaling
from toolbelt.simulator.errors import Refused
from toolbelt.simulator.records import App, Outcome
from toolbelt.simulator.simulator import Simulator

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DEEDS = st.one_of(
    st.tuples(st.just("deploy"), st.sampled_from([outcome.value for outcome in Outcome])),
    st.tuples(st.just("config"), st.sampled_from([outcome.value for outcome in Outcome])),
    st.tuples(st.just("crash"), st.integers(1, 4)),
    st.tuples(st.just("rollback"), st.integers(0, 30)),
    st.tuples(st.just("slug"), st.integers(0, 30)),
    st.tuples(st.just("scale"), st.integers(0, 3)),
    st.tuples(st.just("restart"), st.integers(0, 3)),
    st.tuples(st.just("stop"), st.integers(0, 3)),
    st.tuples(st.just("run"), st.sampled_from(["exit 1", "sleep 60", "ls"])),
    st.tuples(st.just("addon"), st.sampled_from(["heroku-redis", "scheduler"])),
    st.tuples(st.just("remove addon"), st.integers(0, 3)),
    st.tuples(st.just("processes"), st.sampled_from(["web", "web worker", "web clock"])),
    st.tuples(st.just("pass"), st.sampled_from([0.05, 1, 10, 60, 3_600])),
)


def do(simulator: Simulator, app: App, deed: str, how: str | int | float) -> None:
    newest_first = app.releases[::-1]
    match deed, how:
        case "deploy", str():
            simulator.deploy(app.id, how)
        case "config", str():
            simulator.set_config(app.id, ["A"], how)
        case "crash", int():
            simulator.crash(app.id, how)
        case "rollback", int():
            simulator.rollback(app.id, newest_first[how % len(newest_first)].id)
        case "slug", int():
            slug = newest_first[how % len(newest_first)].slug
            simulator.release_slug(app.id, slug.id if slug else "none")
        case "pass", int() | float():
            simulator.advance_to(simulator.now + timedelta(seconds=how))
        case _:
            do_to_belongings(simulator, app, deed, how)


def do_to_belongings(simulator: Simulator, app: App, deed: str, how: str | int | float) -> None:
    world = simulator.world
    match deed, how:
        case "scale", int():
            scaling.scale(world, app, [scaling.Change("web", quantity=how)], world.account)
        case "restart", int() if app.dynos:
            running.restart(world, app, list(app.dynos.values())[how % len(app.dynos)], world.account)
        case "stop", int() if app.dynos:
            running.stop(world, app, list(app.dynos.values())[how % len(app.dynos)])
        case "run", str():
            one_offs.run(world, app, how, world.account, size="Basic")
        case "addon", str():
            provisioning.order(world, app, how, world.account)
        case "remove addon", int() if app.addons:
            provisioning.remove(world, app, app.addons[how % len(app.addons)], world.account)
        case "processes", str():
            simulator.deploy(app.id, processes=how.split())


def expected(app: App) -> set[str]:
    """The dynos that the formation wants."""
    return {f"{each.type}.{number + 1}" for each in app.formation.values() for number in range(each.quantity)}


@settings(max_examples=80)
@given(deeds=st.lists(DEEDS, max_size=25), release_phase=st.booleans(), web_dynos=st.integers(1, 3))
def test_one_release_is_current_and_everything_comes_to_rest_on_it(
    *, deeds: list[tuple[str, str | int | float]], release_phase: bool, web_dynos: int
) -> None:
    simulator = Simulator(NOW, seed=1)
    app = simulator.add_app("acme-shop", 8, release_phase=release_phase, web_dynos=web_dynos)
    simulator.subscribe("http://127.0.0.1:9/", secret="known")
    for deed, how in deeds:
        before = len(app.releases)
        try:
            do(simulator, app, deed, how)
        except Refused:
            assert len(app.releases) == before
        assert [release.version for release in app.releases] == list(range(1, len(app.releases) + 1))
        assert sum(release.current for release in app.releases) == 1
        assert all(release.status == "succeeded" for release in app.releases if release.current)
        assert {name for name, dyno in app.dynos.items() if not dyno.one_off} <= expected(app)
        assert all(app.config[key] for addon in app.addons if addon.state == "provisioned" for key in addon.values)
    simulator.advance_to(simulator.now + timedelta(hours=1))
    assert {release.status for release in app.releases} <= {"succeeded", "failed"}
    assert all(build.status == ("succeeded" if build.release else "failed") for build in app.builds)
    assert app.current is not None
    assert {dyno.release.version for dyno in app.dynos.values()} <= {app.current.version}
    assert set(app.dynos) == expected(app)
    assert {addon.state for addon in app.addons} <= {"provisioned"}
    bodies = simulator.events()
    assert len({each["id"] for each in bodies}) == len(bodies)
