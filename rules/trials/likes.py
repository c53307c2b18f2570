"""What a person did that is what a rule would have done: as far as Heroku's events tell it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from heroku.events import Event
from rules.paths import look
from rules.rulebook import Rule

# Add-ons and Heroku itself change things too; nobody decided that.
MACHINES = re.compile(r"@addons\.heroku\.com$|^noreply", re.IGNORECASE)
ROLLBACK = re.compile(r"Rollback to v\d+")
OPPOSITE = {"create": "destroy", "destroy": "create"}
# What a domain, a collaborator or an add-on is known by when it comes back under another id.
THINGS: Mapping[str, str] = {
    "api:domain": "data.hostname",
    "api:collaborator": "data.user.email",
    "api:addon": "data.addon_service.name",
}


class Like(NamedTuple):
    """How to know the like of what a rule does. `said` is what a person did, for a sentence.

    `alone` says whether it is a sign of trouble by itself, so that one for which the rule did not fire was missed.
    """

    said: str
    alone: bool
    is_like: Callable[[Event, Event], bool]


def like(rule: Rule) -> Like | None:
    """For the rule's first action that has such a sign; None if there is none."""
    return next((LIKES[step.action] for step in rule.do if step.action in LIKES), None)


def by_a_person(event: Event) -> bool:
    """Whether somebody did it, as far as the event tells: no add-on, and not Heroku."""
    return event.actor is not None and not MACHINES.search(event.actor.email or "")


def is_rollback(event: Event) -> bool:
    """Whether it tells of a release that took back another."""
    description = event.data.get("description")
    return event.include == "api:release" and isinstance(description, str) and bool(ROLLBACK.fullmatch(description))


def app_of(event: Event) -> str | None:
    """What tells its app from others: the id, as names change; the name only where an event has no id."""
    return (event.app.id or event.app.name) if event.app else None


def _rolled_back(_: Event, later: Event) -> bool:
    return is_rollback(later)


def _scaled(first: Event, later: Event) -> bool:
    """Another quantity of the same process type."""
    if first.include != "api:formation" or later.include != "api:formation":
        return False
    same_type = first.data.get("type") == later.data.get("type")
    return same_type and first.data.get("quantity") != later.data.get("quantity")


def _turned_round(first: Event, later: Event) -> bool:
    """What came was taken away, or what was taken away came back."""
    if first.include != later.include or OPPOSITE.get(first.action) != later.action:
        return False
    thing: Any = look(first.fields, THINGS.get(first.include, "data.id"))
    return isinstance(thing, str) and thing == look(later.fields, THINGS.get(later.include, "data.id"))


_BACK = Like("rolled the app back", True, _rolled_back)
_TURNED = Like("did the same by hand", False, _turned_round)
LIKES: Mapping[str, Like] = {
    "rollback": _BACK,
    "redeploy": _BACK,
    "scale": Like("scaled it otherwise", False, _scaled),
    "domain": _TURNED,
    "collaborator": _TURNED,
    "addon": _TURNED,
}
