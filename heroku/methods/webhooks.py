"""Webhooks: subscriptions, deliveries, and the events behind them.

https://devcenter.heroku.com/articles/platform-api-reference#app-webhook
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from heroku.caller import Caller, given
from heroku.models import NewWebhook, Webhook, WebhookDelivery, WebhookEvent
from heroku.parsing import one

Status = Literal["pending", "scheduled", "retrying", "failed", "succeeded", "skipped"]


class Webhooks(Caller):
    """What can be done with an app's webhooks."""

    def webhooks(self, app: str, *, polling: bool = False) -> Iterator[Webhook]:
        """The app's subscriptions."""
        return self._each(Webhook, "list_webhooks", polling=polling, app=app)

    def webhook(self, app: str, webhook: str) -> Webhook:
        """One subscription, by id."""
        return self._one(Webhook, "get_webhook", app=app, webhook=webhook)

    def create_webhook(
        self,
        app: str,
        *,
        include: Sequence[str],
        url: str,
        level: Literal["notify", "sync"] = "sync",
        secret: str | None = None,
        authorization: str | None = None,
    ) -> NewWebhook:
        """Subscribe `url` to these entities; where no secret is given Heroku makes one up and tells it here."""
        chosen = given(secret=secret, authorization=authorization)
        answer = self.call("create_webhook", app=app, include=list(include), url=url, level=level, **chosen)
        return one(NewWebhook, answer).model_copy(update={"secret": answer.secret})

    def update_webhook(
        self,
        app: str,
        webhook: str,
        *,
        include: Sequence[str] | None = None,
        url: str | None = None,
        level: Literal["notify", "sync"] | None = None,
        secret: str | None = None,
        authorization: str | None = None,
    ) -> Webhook:
        """Change a subscription, by id. A new secret counts at once: retries under way may carry the old one."""
        entities = None if include is None else list(include)
        changes = given(include=entities, url=url, level=level, secret=secret, authorization=authorization)
        return self._one(Webhook, "update_webhook", app=app, webhook=webhook, **changes)

    def delete_webhook(self, app: str, webhook: str) -> Webhook:
        """End a subscription, by id."""
        return self._one(Webhook, "delete_webhook", app=app, webhook=webhook)

    def webhook_deliveries(
        self, app: str, *, status: Status | None = None, polling: bool = False
    ) -> Iterator[WebhookDelivery]:
        """What was or will be delivered of the app's events, to all its subscriptions."""
        chosen = given(status=status)
        return self._each(WebhookDelivery, "list_webhook_deliveries", polling=polling, app=app, **chosen)

    def webhook_delivery(self, app: str, delivery: str) -> WebhookDelivery:
        """One delivery, by id."""
        return self._one(WebhookDelivery, "get_webhook_delivery", app=app, delivery=delivery)

    def webhook_events(self, app: str, *, polling: bool = False) -> Iterator[WebhookEvent]:
        """The app's events, whether they were delivered or not."""
        return self._each(WebhookEvent, "list_webhook_events", polling=polling, app=app)

    def webhook_event(self, app: str, event: str) -> WebhookEvent:
        """One event, by id."""
        return self._one(WebhookEvent, "get_webhook_event", app=app, event=event)
