"""What a rule can listen to: Heroku's entities, with or without an action."""

from typing import Final, NamedTuple

from rules.errors import Fault
from rules.suggesting import closest, listed

# https://devcenter.heroku.com/articles/webhook-events
ENTITIES: Final = (
    "api:addon",
    "api:addon-attachment",
    "api:app",
    "api:build",
    "api:collaborator",
    "api:domain",
    "api:dyno",
    "api:formation",
    "api:release",
    "api:sni-endpoint",
    "dyno",
)
ACTIONS: Final = ("create", "update", "destroy")


class Subscription(NamedTuple):
    """An entity, and one action or (None) all of them."""

    include: str
    action: str | None

    def __str__(self) -> str:
        return self.include if self.action is None else f"{self.include}.{self.action}"


EVERY_SUBSCRIPTION: Final = tuple(Subscription(entity, action) for entity in ENTITIES for action in (None, *ACTIONS))


def parse(text: str) -> Subscription:
    """`api:release.update` and `dyno` taken apart."""
    include, _, action = text.partition(".")
    return Subscription(include, action or None)


def fault_of_subscription(text: str) -> Fault | None:
    """Why no event can come under this name, or None if one may."""
    include, dot, action = text.partition(".")
    if include not in ENTITIES:
        near = f"api:{include}" if f"api:{include}" in ENTITIES else closest(include, ENTITIES)
        suggestion = f"{near}{dot}{action}" if near else None
        return Fault((), f"is not an entity of Heroku's webhooks: {listed(ENTITIES)}", suggestion)
    if dot and action not in ACTIONS:
        near = closest(action, ACTIONS)
        return Fault((), f"the actions are {listed(ACTIONS)}", f"{include}.{near}" if near else None)
    return None
