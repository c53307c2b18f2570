"""Looking at an app's webhook at Heroku: is it there, is it right, and does what it sends arrive?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from heroku.client import Heroku
from heroku.models import Webhook, WebhookDelivery
from toolbelt.hooks import Wanted, faults, ours

MOST_DELIVERIES = 200  # of those that are tried again: a page, which is enough to know what is wrong


@dataclass(frozen=True, slots=True)
class Standing:
    """An app's webhook, None if it has none of ours; what is wrong with it, and what to do."""

    app: str
    webhook: Webhook | None
    faults: tuple[str, ...]
    do: str = ""

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to do."""
        return not self.faults


def look(heroku: Heroku, app: str, wanted: Wanted) -> Standing:
    """One call, and another if there is a webhook. Raises HerokuError."""
    mine = ours(heroku.webhooks(app), wanted.url)
    if not mine:
        return Standing(app, None, ("has no webhook of ours",), f"bin/dynohook subscribe {app}")
    retried = [
        each
        for each in islice(heroku.webhook_deliveries(app, status="retrying"), MOST_DELIVERIES)
        if each.webhook and each.webhook.id in {webhook.id for webhook in mine}
    ]
    return standing(app, mine, wanted, retried)


def standing(app: str, mine: Sequence[Webhook], wanted: Wanted, retried: Sequence[WebhookDelivery]) -> Standing:
    """What the webhook, and the deliveries that are tried again, amount to."""
    wrong = faults(mine[0], wanted)
    if len(mine) > 1:
        wrong.append(f"is there {len(mine)} times")
    if wrong or not retried:
        return Standing(app, mine[0], tuple(wrong), f"bin/dynohook subscribe {app}" if wrong else "")
    number = f"{len(retried)} deliveries are" if len(retried) > 1 else "1 delivery is"
    answered, do = _answered(app, retried[-1])
    return Standing(app, mine[0], (f"{number} tried again: {answered}",), do)


def _answered(app: str, delivery: WebhookDelivery) -> tuple[str, str]:
    last = delivery.last_attempt
    match last.code if last else None:
        case 401:
            return "answered 401, a signature that is not ours", f"bin/dynohook subscribe {app} --renew-secret"
        case 503:
            return "answered 503, Redis was away or full", "bin/dynohook status"
        case None:
            reason = last.error_class if last and last.error_class else "not answered"
            return reason, "does the web process run? heroku ps, and look at PUBLIC_URL"
        case code:
            return f"answered {code}", "does PUBLIC_URL lead to the web process? heroku logs --dyno web"
