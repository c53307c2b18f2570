"""The events of the fake Heroku are in the shapes of the real one: they read like our samples of its deliveries."""

from typing import Any

import pytest

from heroku.events import read
from heroku.samples import sample
from tests.simulator.driving import Passing
from toolbelt.simulator import making, one_offs, provisioning, routing, scaling, sharing
from toolbelt.simulator.outbox import EVERYTHING, Delivery
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

SAMPLES = {
    "api:addon": "addon_update",
    "api:addon-attachment": "addon_attachment_create",
    "api:app": "app_update",
    "api:build": "build_update_succeeded",
    "api:collaborator": "collaborator_create",
    "api:domain": "domain_create",
    "api:formation": "formation_update",
    "api:release": "release_update_succeeded",
    "api:dyno": "api_dyno_create",
    "dyno": "dyno_crashed",
}


@pytest.fixture
def deliveries(simulator: Simulator, shop: App, passing: Passing) -> list[Delivery]:
    """Those of a story in which everything happens."""
    simulator.subscribe("http://127.0.0.1:9/", secret="known")
    for outcome in ("succeed", "fail-release-phase", "crash"):
        simulator.deploy("acme-shop", outcome)
        passing(minutes=5)
    simulator.set_config("acme-shop", ["A"])
    passing(minutes=5)
    simulator.rollback("acme-shop", shop.releases[40].id)
    passing(hours=1)
    world, user = simulator.world, simulator.world.developer
    making.update(world, shop, making.Change(maintenance=True), user)
    scaling.scale(world, shop, [scaling.Change("web", quantity=2)], user)
    provisioning.order(world, shop, "heroku-redis", user)
    routing.add(world, shop, "shop.acme.example", user)
    sharing.invite(world, shop, "guest@acme.example", user)
    one_offs.run(world, shop, "exit 1", user, size="Basic")
    passing(minutes=5)
    return list(simulator.outbox.deliveries)


def body(delivery: Delivery) -> Any:
    return read(delivery.packed("9b7f4a39-4ee9-4d37-98a5-2d5b34c4a0a2")[0])


def test_every_delivery_is_read_as_what_it_is(deliveries: list[Delivery], shop: App) -> None:
    assert {delivery.event.include for delivery in deliveries} == set(SAMPLES) == set(EVERYTHING)
    for delivery in deliveries:
        event = body(delivery)
        assert (event.id, event.include) == (delivery.event.id, delivery.event.include)
        assert (event.app.id, event.app.name) == (shop.id, "acme-shop")
        assert abs((event.created_at - delivery.created_at).total_seconds()) < 1


def test_every_event_has_the_fields_of_the_sample_of_its_kind(deliveries: list[Delivery]) -> None:
    for delivery in deliveries:
        expected = sample(SAMPLES[delivery.event.include])
        del expected["webhook_metadata"]
        assert set(delivery.event.body) == set(expected)
        assert set(delivery.event.body["data"]) <= set(expected["data"])
        assert delivery.event.body["previous_data"] == {}


def test_times_come_in_all_three_formats(deliveries: list[Delivery]) -> None:
    by_include = {delivery.event.include: delivery.event.body for delivery in deliveries}
    assert by_include["dyno"]["created_at"].endswith("+00:00")
    assert by_include["api:release"]["created_at"][-8:-1].startswith(".")
    assert len(by_include["api:release"]["data"]["created_at"]) == len("2026-05-04T12:00:00Z")


def test_no_two_events_share_an_id(deliveries: list[Delivery]) -> None:
    assert len({delivery.event.id for delivery in deliveries}) == len(deliveries)


def test_worlds_without_a_seed_share_no_id(simulator: Simulator) -> None:
    first, second = (Simulator(simulator.now).add_app("acme-shop") for _ in range(2))
    assert not {release.id for release in first.releases} & {release.id for release in second.releases}


def test_a_secret_stands_in_no_record_that_is_printed(simulator: Simulator, shop: App) -> None:
    made = simulator.subscribe("http://127.0.0.1:9/", secret="hush", authorization="Bearer hush")
    simulator.crash("acme-shop")
    assert "hush" not in repr(made)
    assert "hush" not in repr(simulator.outbox.deliveries[0])
