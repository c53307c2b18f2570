"""The JSON of webhooks, their deliveries and their events: https://devcenter.heroku.com/articles/app-webhooks"""

from typing import Any

from toolbelt.simulator.outbox import Attempt, Delivery, Event, Subscription
from toolbelt.simulator.shapes import second

PAYLOAD = ("action", "actor", "data", "previous_data", "resource", "version")


def webhook_json(subscription: Subscription) -> dict[str, Any]:
    """A subscription as the API lists it: without its secret, which is told once only."""
    return {
        "created_at": second(subscription.created_at),
        "id": subscription.id,
        "include": sorted(subscription.include),
        "level": subscription.level,
        "updated_at": second(subscription.updated_at),
        "url": subscription.url,
    }


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    attempts, again = delivery.attempts, delivery.next_attempt_at
    return {
        "created_at": second(delivery.created_at),
        "event": {"id": delivery.event.id, "include": delivery.event.include},
        "id": delivery.id,
        "last_attempt": _attempt_json(attempts[-1]) if attempts else None,
        "next_attempt_at": None if again is None else second(again),
        "num_attempts": len(attempts),
        "status": delivery.status,
        "updated_at": second(attempts[-1].at if attempts else delivery.created_at),
        "webhook": {"id": delivery.subscription.id, "level": delivery.subscription.level},
    }


def event_json(event: Event) -> dict[str, Any]:
    """An event as it is read back: its payload has no ids and no metadata, they stand around it."""
    return {
        "created_at": second(event.at),
        "id": event.id,
        "include": event.include,
        "payload": {name: event.body[name] for name in PAYLOAD},
        "updated_at": second(event.at),
    }


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    if attempt.acknowledged:
        status = "succeeded"
    else:
        status = "scheduled" if attempt.status is None and attempt.error is None else "failed"
    return {
        "code": attempt.status,
        "created_at": second(attempt.at),
        "error_class": attempt.error,
        "id": attempt.id,
        "status": status,
        "updated_at": second(attempt.at),
    }
