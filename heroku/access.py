"""Who may call what: levels for groups of endpoints, on named apps; denied unless granted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING

from heroku.errors import AccessDenied

if TYPE_CHECKING:
    from heroku.endpoint import Endpoint


class Level(IntEnum):
    """How far a grant reaches in a group; each level includes those below it.

    `FULL` adds what destroys or escalates: deleting an app, removing an add-on or a domain, adding or removing
    a collaborator, running a one-off dyno (it can read every config var), building. The table of endpoints says which.
    """

    OFF = 0
    READ = 1
    WRITE = 2
    FULL = 3

    @property
    def word(self) -> str:
        """The level as it is written in rules and messages."""
        return self.name.lower()


GROUPS: tuple[str, ...] = (
    "apps",
    "dynos",
    "formation",
    "config-vars",
    "releases",
    "builds",
    "add-ons",
    "domains",
    "collaborators",
    "pipelines",
    "logs",
    "account",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What `who` may do: a level for each group, on these apps. What it does not name is off.

    `apps` holds ids, names and globs of names (`acme-*`). An app that is called by its id matches only its id
    (or `*`): to call by id what was granted by name, put the id into the grant as well. No glob means those in
    `apart`, ids and names: they must be in `apps` in full.
    """

    who: str
    levels: Mapping[str, Level] = field(default_factory=dict)
    apps: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        unknown = sorted(set(self.levels) - set(GROUPS))
        if unknown:
            raise ValueError(f"no such group of endpoints: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
        # Copied and closed, so that a grant cannot grow after somebody has looked at it.
        object.__setattr__(self, "levels", MappingProxyType(dict(self.levels)))

    @classmethod
    def everything(cls, who: str, *, level: Level = Level.FULL) -> "Grant":
        """This level in every group on every app; for a person at a terminal, never for a rule."""
        return cls(who, dict.fromkeys(GROUPS, level), frozenset({"*"}))

    def covers(self, app: str) -> bool:
        """Whether this app, by the id or the name it is called by, is one of `apps`."""
        return app in self.apps or (app not in self.apart and any(fnmatchcase(app, glob) for glob in self.apps))


NOTHING = Grant("nobody")
"""Covers no call at all: what a client has before it was granted something."""


def check(grant: Grant, endpoint: "Endpoint", app: str | None) -> None:
    """Raise `AccessDenied` unless the grant covers this endpoint on this app."""
    granted = grant.levels.get(endpoint.group, Level.OFF)
    if granted < endpoint.level:
        reason = f"{grant.who} needs {endpoint.group}: {endpoint.level.word} and has {granted.word}"
        raise _denied(endpoint, granted, app, reason)
    match endpoint.reaches:
        case "account":
            return
        case "every app" if "*" not in grant.apps:
            raise _denied(endpoint, granted, app, f"{grant.who} may not reach beyond its apps")
        case "app" if not (app and grant.covers(app)):
            apart = ", which it does not name in full" if app in grant.apart else ""
            raise _denied(endpoint, granted, app, f"{grant.who} may not touch {app or 'an app without a name'}{apart}")


def _denied(endpoint: "Endpoint", granted: Level, app: str | None, reason: str) -> AccessDenied:
    return AccessDenied(
        endpoint=endpoint.name,
        group=endpoint.group,
        needed=endpoint.level.word,
        granted=granted.word,
        app=app,
        reason=reason,
    )
