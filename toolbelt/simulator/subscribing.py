"""Webhooks: who is to hear of what, changed and ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from toolbelt.simulator.errors import invalid, not_found
from toolbelt.simulator.outbox import EVERYTHING, KNOWN, Subscription
from toolbelt.simulator.records import App
from toolbelt.simulator.world import World

LEVELS = ("notify", "sync")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a webhook is to be; None is the usual when it is made, and as it was when it is changed."""

    url: str | None = None
    include: Sequence[str] | None = None
    level: str | None = None
    secret: str | None = field(default=None, repr=False)
    authorization: str | None = field(default=None, repr=False)

    def check(self) -> None:
        """Refused with 422 when it makes no sense."""
        unknown = sorted(set(self.include or ()) - set(KNOWN))
        if unknown or (self.include is not None and not self.include):
            raise invalid(f"Unknown include: {', '.join(unknown) or 'none given'}.")
        if self.level not in {None, *LEVELS}:
            raise invalid(f"Level must be notify or sync, not {self.level}.")
        if self.url is not None and urlsplit(self.url).scheme not in {"http", "https"}:
            raise invalid("Url must be http or https.")


def subscribe(world: World, app_id: str | None, wish: Wish) -> Subscription:
    """A webhook of one app, or of all apps; without a secret it gets one that is told once."""
    wish.check()
    now = world.agenda.now
    made = Subscription(
        id=world.new_id(), app_id=app_id, url=wish.url or "", level=wish.level or "sync", created_at=now,
        updated_at=now, include=frozenset(EVERYTHING if wish.include is None else wish.include),
        secret=wish.secret or f"{world.chance.getrandbits(232):058x}", authorization=wish.authorization,
    )  # fmt: skip
    world.outbox.subscriptions[made.id] = made
    return made


def change(world: World, subscription: Subscription, wish: Wish) -> None:
    """From now on; what is still owed is signed with the new secret, as each attempt is signed when it is made."""
    wish.check()
    subscription.url = wish.url or subscription.url
    subscription.level = wish.level or subscription.level
    subscription.include = subscription.include if wish.include is None else frozenset(wish.include)
    subscription.secret = wish.secret or subscription.secret
    subscription.authorization = wish.authorization or subscription.authorization
    subscription.updated_at = world.agenda.now


def of_app(world: World, app: App, id: str) -> Subscription:
    """The app's webhook with this id; refused with 404 when there is none."""
    found = next((each for each in world.outbox.of_app(app.id) if each.id == id), None)
    if found is None:
        raise not_found("webhook")
    return found
