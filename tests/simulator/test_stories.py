"""What happens on the fake Heroku when somebody deploys, changes config, rolls back, or a dyno crashes."""

from typing import Any

import pytest

from tests.simulator.driving import Passing
from toolbelt.simulator.errors import Refused
from toolbelt.simulator.outbox import Subscription
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

PLATFORM = "noreply+webhooks@heroku.com"


@pytest.fixture(autouse=True)
def listener(simulator: Simulator) -> Subscription:
    return simulator.subscribe("http://127.0.0.1:9/", secret="known")


def told(simulator: Simulator) -> list[tuple[Any, ...]]:
    """The events so far, in short: include, action and what distinguishes them."""
    return [_short(delivery.event.include, delivery.event.body) for delivery in simulator.outbox.deliveries]


def _short(include: str, body: dict[str, Any]) -> tuple[Any, ...]:
    data = body["data"]
    match include:
        case "api:release":
            return include, body["action"], data["version"], data["status"], data["current"]
        case "api:build":
            return include, body["action"], data["status"]
        case _:
            return include, body["action"], data["release"]["version"], data["state"]


def test_a_new_app_has_a_believable_past(simulator: Simulator, shop: App) -> None:
    current = shop.current
    assert current is not None
    assert (len(shop.releases), current.version, current.status) == (41, 41, "succeeded")
    assert current.description.startswith("Deploy ")
    assert (simulator.now - current.created_at).total_seconds() > 3_600
    assert [(dyno.name, dyno.state, dyno.release.version) for dyno in shop.dynos.values()] == [("web.1", "up", 41)]
    assert any(release.description.startswith("Set ") for release in shop.releases)
    assert shop.releases[0].description == "Initial release"
    times = [release.created_at for release in shop.releases]
    assert times == sorted(times)
    assert told(simulator) == []


def test_a_deploy_that_succeeds_is_told_in_herokus_order(simulator: Simulator, shop: App, passing: Passing) -> None:
    simulator.deploy("acme-shop")
    passing(minutes=5)
    assert told(simulator) == [
        ("api:build", "create", "pending"),
        ("api:release", "create", 42, "pending", False),
        ("api:release", "update", 42, "succeeded", False),
        ("api:release", "update", 42, "succeeded", True),
        ("dyno", "destroy", 41, "down"),
        ("api:dyno", "create", 42, "starting"),
        ("dyno", "create", 42, "starting"),
        ("api:build", "update", "succeeded"),
        ("dyno", "update", 42, "up"),
    ]
    assert [release.version for release in shop.releases if release.current] == [42]


def test_without_a_release_phase_a_release_is_live_when_created(simulator: Simulator, passing: Passing) -> None:
    simulator.add_app("acme-plain", release_phase=False)
    simulator.deploy("acme-plain")
    passing(minutes=5)
    assert told(simulator)[:4] == [
        ("api:build", "create", "pending"),
        ("api:release", "create", 42, "succeeded", True),
        ("api:release", "update", 42, "succeeded", True),
        ("dyno", "destroy", 41, "down"),
    ]


def test_a_release_whose_phase_fails_never_goes_live(simulator: Simulator, shop: App, passing: Passing) -> None:
    build = simulator.deploy("acme-shop", "fail-release-phase")
    passing(minutes=5)
    assert told(simulator) == [
        ("api:build", "create", "pending"),
        ("api:release", "create", 42, "pending", False),
        ("api:release", "update", 42, "failed", False),
        ("api:build", "update", "succeeded"),
    ]
    assert build.status == "succeeded"
    assert shop.current is not None
    assert shop.current.version == 41
    assert {dyno.release.version for dyno in shop.dynos.values()} == {41}


def test_a_crashing_release_crashes_twice_and_then_cools_off(simulator: Simulator, shop: App, passing: Passing) -> None:
    simulator.deploy("acme-shop", "crash")
    passing(minutes=10)
    crashes = ("dyno", "destroy", 42, "crashed")
    assert told(simulator).count(crashes) == 2
    assert [dyno.state for dyno in shop.dynos.values()] == ["crashed"]
    passing(minutes=20)
    assert told(simulator).count(crashes) == 3
    passing(minutes=20)
    assert told(simulator).count(crashes) == 3
    passing(minutes=20)
    assert told(simulator).count(crashes) == 4


def test_a_crash_is_told_by_the_platform_with_its_exit_status(simulator: Simulator, shop: App) -> None:
    simulator.crash("acme-shop")
    (crash,) = simulator.events()
    assert (crash["resource"], crash["action"], crash["actor"]["email"]) == ("dyno", "destroy", PLATFORM)
    assert (crash["data"]["state"], crash["data"]["exit_status"], crash["data"]["type"]) == ("crashed", 1, "web")
    assert crash["data"]["release"]["version"] == 41


def test_a_dyno_crashed_once_by_hand_is_restarted_and_stays_up(
    simulator: Simulator, shop: App, passing: Passing
) -> None:
    simulator.crash("acme-shop")
    passing(hours=2)
    assert [entry[-1] for entry in told(simulator)] == ["crashed", "starting", "starting", "up"]
    assert [dyno.state for dyno in shop.dynos.values()] == ["up"]


def test_a_rollback_copies_code_and_config_and_its_dynos_stay_up(
    simulator: Simulator, shop: App, passing: Passing
) -> None:
    good, config = shop.releases[-1], dict(shop.config)
    simulator.set_config("acme-shop", ["LOG_LEVEL"])
    simulator.deploy("acme-shop", "crash")
    passing(minutes=5)
    made = simulator.rollback("acme-shop", good.id)
    assert (made.version, made.description, made.status, made.current) == (44, "Rollback to v41", "pending", False)
    assert shop.config
    assert shop.config == config == made.config
    passing(hours=6)
    assert (made.status, made.current, made.slug) == ("succeeded", True, good.slug)
    assert [(dyno.release.version, dyno.state) for dyno in shop.dynos.values()] == [(44, "up")]
    assert not [entry for entry in told(simulator) if entry[2:] == (44, "crashed")]


def test_releasing_old_code_keeps_todays_config(simulator: Simulator, shop: App, passing: Passing) -> None:
    old = shop.releases[-1]
    assert old.slug is not None
    simulator.set_config("acme-shop", ["LOG_LEVEL"])
    passing(minutes=1)
    config = dict(shop.config)
    made = simulator.release_slug("acme-shop", old.slug.id, "Take it back")
    assert (made.slug, made.config, made.description) == (old.slug, config, "Take it back")
    assert made.config != old.config


def test_releasing_bad_code_again_is_bad_again(simulator: Simulator, shop: App, passing: Passing) -> None:
    build = simulator.deploy("acme-shop", "crash")
    passing(minutes=5)
    assert build.release is not None
    simulator.rollback("acme-shop", build.release.id)
    passing(minutes=5)
    assert told(simulator).count(("dyno", "destroy", 43, "crashed")) == 2


def test_config_that_crashes_is_mended_by_rolling_back_only(simulator: Simulator, shop: App, passing: Passing) -> None:
    good = shop.releases[-1]
    assert good.slug is not None
    simulator.set_config("acme-shop", ["DATABASE_POOL"], "crash")
    passing(minutes=5)
    simulator.release_slug("acme-shop", good.slug.id)
    passing(minutes=5)
    assert [dyno.state for dyno in shop.dynos.values()] == ["crashed"]
    simulator.rollback("acme-shop", good.id)
    passing(minutes=5)
    assert [dyno.state for dyno in shop.dynos.values()] == ["up"]


def test_config_of_a_failed_release_is_stored_all_the_same(simulator: Simulator, shop: App, passing: Passing) -> None:
    before = dict(shop.config)
    made = simulator.set_config("acme-shop", ["A", "B"], "fail-release-phase")
    passing(minutes=5)
    assert (made.status, made.current, made.description) == ("failed", False, "Set A, B config vars")
    assert set(shop.config) - set(before) == {"A", "B"}


def test_release_phases_run_one_after_the_other(simulator: Simulator, shop: App, passing: Passing) -> None:
    first, second = simulator.set_config("acme-shop", ["A"]), simulator.set_config("acme-shop", ["B"])
    passing(seconds=9)
    assert (first.status, second.status) == ("succeeded", "pending")
    passing(seconds=9)
    assert (second.status, second.current, first.current) == ("succeeded", True, False)


def test_a_release_that_is_overtaken_starts_no_dynos(simulator: Simulator, passing: Passing) -> None:
    simulator.add_app("acme-plain", release_phase=False)
    simulator.set_config("acme-plain", ["A"])
    simulator.set_config("acme-plain", ["B"])
    passing(minutes=1)
    assert {entry[2] for entry in told(simulator) if entry[0] == "api:dyno"} == {43}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param({"status": "failed"}, "did not succeed", id="failed"),
        pytest.param({"status": "pending"}, "did not succeed", id="still pending"),
        pytest.param({"slug": None}, "not eligible", id="without code"),
    ],
)
def test_only_a_good_release_can_be_rolled_back_to(
    simulator: Simulator, shop: App, spoil: dict[str, Any], message: str
) -> None:
    target = shop.releases[-2]
    for name, value in spoil.items():
        setattr(target, name, value)
    with pytest.raises(Refused, match=message) as refused:
        simulator.rollback("acme-shop", target.id)
    assert refused.value.status == 422
    assert len(shop.releases) == 41


def test_code_thrown_away_after_thirty_days_is_not_eligible(simulator: Simulator, shop: App) -> None:
    old = next(release for release in shop.releases if release.slug is not None)
    assert (simulator.now - old.created_at).days > 30
    with pytest.raises(Refused, match="not eligible"):
        simulator.rollback("acme-shop", old.id)


def test_time_runs_every_step_at_its_own_moment_however_late_we_look(simulator: Simulator, shop: App) -> None:
    build = simulator.deploy("acme-shop")
    start = simulator.now
    simulator.advance_to(start.replace(hour=18))
    assert build.release is not None
    assert (build.release.created_at - start).total_seconds() == 40
    assert (build.updated_at - start).total_seconds() == pytest.approx(48.15)
