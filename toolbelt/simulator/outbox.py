"""Who has subscribed to what, and which deliveries are still owed to whom, in order."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heroku.signature import HEADER, sign

EVERYTHING = (
    "api:app", "api:release", "api:build", "api:formation", "api:addon", "api:addon-attachment", "api:domain",
    "api:collaborator", "api:dyno", "dyno",
)  # fmt: skip
KNOWN = (*EVERYTHING, "api:sni-endpoint")  # can be subscribed to, though nothing here makes such an event
DELIVERIES_KEPT = EVENTS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `body` is what every subscription gets, but for its metadata."""

    id: str
    app_id: str
    include: str
    body: dict[str, Any]
    at: datetime


@dataclass(slots=True)
class Attempt:
    """One try to hand a delivery over: the status of the answer, or why there was none."""

    id: str
    at: datetime
    status: int | None = None
    error: str | None = None

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Delivery:
    """One event for one subscription, with all attempts at it."""

    id: str
    subscription: "Subscription"
    event: Event
    created_at: datetime
    status: str = "pending"
    attempts: list[Attempt] = field(default_factory=list)
    next_attempt_at: datetime | None = None

    def packed(self, attempt_id: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers of one attempt: its id is inside the body, so each attempt has its own signature."""
        subscription = self.subscription
        metadata = {
            "attempt": {"id": attempt_id},
            "delivery": {"id": self.id},
            "event": {"id": self.event.id, "include": self.event.include},
            "webhook": {"id": subscription.id},
        }
        body = json.dumps({**self.event.body, "webhook_metadata": metadata}, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", HEADER: sign(subscription.secret, body)}
        if subscription.authorization is not None:
            headers["Authorization"] = subscription.authorization
        return body, headers


@dataclass(slots=True)
class Subscription:
    """One webhook of one app, or of all apps when `app_id` is None; `owed` is in the order of the events."""

    id: str
    app_id: str | None
    url: str
    include: frozenset[str]
    level: str
    created_at: datetime
    updated_at: datetime
    secret: str = field(repr=False)
    authorization: str | None = field(default=None, repr=False)
    owed: deque[Delivery] = field(default_factory=deque, repr=False)

    def wants(self, event: Event) -> bool:
        return event.include in self.include and self.app_id in {None, event.app_id}


class Outbox:
    """All subscriptions, and a memory of what happened and of the deliveries made and owed.

    An event is remembered whether or not somebody had subscribed to it: that is how missed ones are fetched back.
    """

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self.events: deque[Event] = deque(maxlen=EVENTS_KEPT)

    def publish(self, event: Event, ids: Iterator[str], at: datetime) -> None:
        """Owe the event to every subscription that wants it."""
        self.events.append(event)
        for subscription in self.subscriptions.values():
            if subscription.wants(event):
                delivery = Delivery(id=next(ids), subscription=subscription, event=event, created_at=at)
                subscription.owed.append(delivery)
                self.deliveries.append(delivery)

    def of_app(self, app_id: str) -> Iterable[Subscription]:
        """The subscriptions that hear of this app."""
        return (each for each in self.subscriptions.values() if each.app_id in {None, app_id})

    def remove(self, subscription_id: str) -> None:
        """Forget a subscription; what is still owed to it is never sent."""
        self.subscriptions.pop(subscription_id).owed.clear()
