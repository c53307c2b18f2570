"""Subscriptions to webhooks, what was delivered by them, and the events behind: how missed ones are fetched back.

https://devcenter.heroku.com/articles/platform-api-reference#app-webhook
"""

from typing import Annotated, Any

from pydantic import Field, SecretStr, StrictInt, StrictStr

from heroku.models.base import Maybe, Time, Value, Word, Words


class Webhook(Value):
    """A subscription of an app: the entities of `include` are posted to `url`; `level` is notify or sync."""

    id: StrictStr
    include: Words = ()
    level: Word = ""
    url: Word = ""
    created_at: Time = None
    updated_at: Time = None


class NewWebhook(Webhook):
    """A subscription that was just made. Heroku tells a `secret` that it made up itself this once and never again."""

    secret: SecretStr | None = None


class EventRef(Value):
    """The event behind a delivery."""

    id: StrictStr
    include: Word = ""


class WebhookRef(Value):
    """The subscription behind a delivery."""

    id: StrictStr
    level: Word = ""


class Attempt(Value):
    """One try at a delivery: `code` is the status that was answered, `error_class` why there was none."""

    status: Word = ""
    code: Maybe[StrictInt] = None
    error_class: Maybe[StrictStr] = None
    created_at: Time = None


class WebhookDelivery(Value):
    """One event for one subscription: `status` is pending, scheduled, retrying, failed, succeeded or skipped."""

    id: StrictStr
    status: Word = ""
    event: Maybe[EventRef] = None
    webhook: Maybe[WebhookRef] = None
    num_attempts: Maybe[StrictInt] = None
    last_attempt: Maybe[Attempt] = None
    next_attempt_at: Time = None
    created_at: Time = None
    updated_at: Time = None


class WebhookEvent(Value):
    """An event as Heroku keeps it; `payload` does not show, as it may hold links that are keys."""

    id: StrictStr
    include: Word = ""
    payload: Annotated[dict[str, Any], Field(repr=False)]
    created_at: Time = None
    updated_at: Time = None

    def delivery(self) -> dict[str, Any]:
        """What would have been delivered, as far as it is known: `events.read` understands it once it is encoded."""
        times = {"created_at": self.created_at, "updated_at": self.updated_at}
        spelt = {name: time.isoformat() for name, time in times.items() if time}
        metadata = {"event": {"id": self.id, "include": self.include}}
        return {**spelt, **self.payload, "id": self.id, "webhook_metadata": metadata}
