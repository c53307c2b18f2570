"""What an app's webhook must be for us, and what is to be done so that it is: decided here, done elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from heroku.models import Webhook

LEVEL = "sync"  # Heroku then repeats for 72 h what it could not deliver; `notify` tries once

Act = Literal["make", "mend", "not needed"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where deliveries must go, and the entities that they must tell of."""

    url: str
    include: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one app, and in words.

    `changes` are parameters of the call that makes or mends it, without any secret; `sets_secret` says whether it
    carries ours. `surplus` are webhooks that send the same to us again.
    """

    act: Act
    words: str
    webhook: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    sets_secret: bool = False
    surplus: tuple[str, ...] = ()


def plan(found: Iterable[Webhook], wanted: Wanted, *, renew_secret: bool = False) -> Plan:
    """What makes one webhook of ours out of those that are there.

    Entities that nobody needs are left in it: somebody may have wanted to see them. The secret cannot be read, so it
    is only set again when that is asked for.
    """
    mine = ours(found, wanted.url)
    if not mine:
        changes = {"include": list(wanted.include), "url": wanted.url, "level": LEVEL}
        return Plan("make", f"{listed(wanted.include)}; level {LEVEL}", None, changes, sets_secret=True)
    kept, *others = mine
    include = tuple(sorted({*wanted.include, *(entity for each in mine for entity in each.include)}))
    changes, words = _changes(kept, wanted.url, include)
    if renew_secret:
        words.append("sets its secret")
    if others:
        words.append(f"takes {len(others)} away that send the same again")
    if not words:
        return Plan("not needed", f"{listed(kept.include)}; level {LEVEL}", kept.id)
    return Plan("mend", "; ".join(words), kept.id, changes, renew_secret, tuple(each.id for each in others))


def ours(found: Iterable[Webhook], url: str) -> list[Webhook]:
    """Those that send to us, the oldest first."""
    mine = [each for each in found if each.url.rstrip("/") == url]
    return sorted(mine, key=lambda each: each.created_at.timestamp() if each.created_at else 0.0)


def faults(webhook: Webhook, wanted: Wanted) -> list[str]:
    """In what the webhook is not as it must be."""
    told = [f"does not tell of {listed(lacking)}"] if (lacking := _lacking(webhook, wanted.include)) else []
    if webhook.level != LEVEL:
        told.append(f"has level {webhook.level or 'unknown'}: what fails once is lost")
    if webhook.url != wanted.url:
        told.append("has a slash too many at the end of its address")
    return told


def listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _changes(kept: Webhook, url: str, include: tuple[str, ...]) -> tuple[dict[str, Any], list[str]]:
    changes: dict[str, Any] = {}
    words = []
    if new := _lacking(kept, include):
        changes["include"] = list(include)
        words.append(f"adds {listed(new)}")
    if kept.level != LEVEL:
        changes["level"] = LEVEL
        words.append(f"sets level {LEVEL} instead of {kept.level or 'unknown'}")
    if kept.url != url:
        changes["url"] = url
        words.append("takes the slash off the end of its address")
    return changes, words


def _lacking(webhook: Webhook, include: Iterable[str]) -> list[str]:
    return [entity for entity in include if entity not in webhook.include]
