"""/apps/{app}/webhook-deliveries and /apps/{app}/webhook-events: how missed events are fetched back."""

from toolbelt.simulator.endpoints.asking import Answer, Asked, Endpoint, listed
from toolbelt.simulator.errors import bad_request, not_found
from toolbelt.simulator.hook_shapes import delivery_json, event_json
from toolbelt.simulator.outbox import Delivery, Event
from toolbelt.simulator.simulator import Simulator

STATUSES = ("pending", "scheduled", "retrying", "failed", "succeeded", "skipped")
FILTER = "eq[status]"


def deliveries(simulator: Simulator, asked: Asked) -> Answer:
    wanted = _status(asked)
    rows = [each for each in _deliveries(simulator, asked) if wanted in {None, each.status}]
    return listed(rows, asked, delivery_json)


def delivery(simulator: Simulator, asked: Asked) -> Answer:
    found = next((each for each in _deliveries(simulator, asked) if each.id == asked.path["delivery"]), None)
    if found is None:
        raise not_found("webhook delivery")
    return Answer(delivery_json(found))


def events(simulator: Simulator, asked: Asked) -> Answer:
    return listed(_events(simulator, asked), asked, event_json)


def event(simulator: Simulator, asked: Asked) -> Answer:
    found = next((each for each in _events(simulator, asked) if each.id == asked.path["event"]), None)
    if found is None:
        raise not_found("webhook event")
    return Answer(event_json(found))


def _deliveries(simulator: Simulator, asked: Asked) -> list[Delivery]:
    owner = asked.app(simulator)
    return [each for each in simulator.outbox.deliveries if each.event.app_id == owner.id]


def _events(simulator: Simulator, asked: Asked) -> list[Event]:
    owner = asked.app(simulator)
    return [each for each in simulator.outbox.events if each.app_id == owner.id]


def _status(asked: Asked) -> str | None:
    status = asked.query.get(FILTER)
    if set(asked.query) - {FILTER} or status not in {None, *STATUSES}:
        raise bad_request(f"The only filter is {FILTER}, one of {', '.join(STATUSES)}.")
    return status


ENDPOINTS = (
    Endpoint("GET", "/apps/{app}/webhook-deliveries", "read", deliveries),
    Endpoint("GET", "/apps/{app}/webhook-deliveries/{delivery}", "read", delivery),
    Endpoint("GET", "/apps/{app}/webhook-events", "read", events),
    Endpoint("GET", "/apps/{app}/webhook-events/{event}", "read", event),
)
