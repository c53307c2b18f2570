"""An app's releases read as a history: which code each runs, what each one changed, which of them ran well.

Heroku makes a release of every deploy, rollback, config change and add-on change; which it was stands in the
description only (https://devcenter.heroku.com/articles/releases).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from heroku.models import Release

WELL_SECONDS = 600.0  # a code that was live this long without a crash is known to run
Kind = Literal["deploy", "rollback", "config", "add-on"]

_ROLLBACK = re.compile(r"^Rollback to v(\d+)$")
_CONFIG = re.compile(r"^(?:Set|Unset|Remove|Add) (?P<names>.+?) config vars?$")
_ADDON = re.compile(r"^(?:Attach|Detach|Update|Upgrade|Downgrade|Provision|Remove|Create|Destroy|Promote)\b")


def kind_of(release: Release) -> Kind:
    """What made this release; one without a description counts as a deploy."""
    said = release.description or ""
    if _ROLLBACK.match(said):
        return "rollback"
    if _CONFIG.match(said):
        return "config"
    if _ADDON.match(said) and not said.startswith("Deploy"):
        return "add-on"
    return "deploy"


def config_names(release: Release) -> str:
    """The names of the config vars that a config release set or took away; never values."""
    found = _CONFIG.match(release.description or "")
    return found["names"] if found else (release.description or f"v{release.version}")


@dataclass(frozen=True)
class History:
    """Releases, the newest first, with what earlier events left to know about them.

    `bad`: ids of releases and slugs that were taken back; `crashes`: how many crashes of each release were seen;
    `now` in seconds since 1970.
    """

    releases: Sequence[Release]
    bad: Collection[str]
    crashes: Mapping[str, int]
    now: float

    @property
    def live(self) -> Release | None:
        """The release that runs; before Heroku told which is current, the newest that succeeded."""
        current = next((release for release in self.releases if release.current), None)
        return current or next((release for release in self.releases if release.status == "succeeded"), None)

    def find(self, id: str) -> Release | None:
        """The release of that id."""
        return next((release for release in self.releases if release.id == id), None)

    def newer(self, than: Release) -> list[Release]:
        """Those made after it."""
        return [release for release in self.releases if release.version > than.version]

    def below(self, release: Release) -> Release | None:
        """The one that ran before it."""
        return next((r for r in self.releases if r.version < release.version and r.status == "succeeded"), None)

    def code(self, release: Release) -> str:
        """What tells one code from another: the slug; where there is none (containers), the deploy it stems from."""
        if release.slug is not None:
            return release.slug.id
        rollback = _ROLLBACK.match(release.description or "")
        if rollback:
            source = next((r for r in self.releases if r.version == int(rollback[1])), None)
            return self.code(source) if source else f"v{rollback[1]}"
        if kind_of(release) == "deploy":
            return f"v{release.version}"
        before = self.below(release)
        return self.code(before) if before else f"v{release.version}"

    def is_bad(self, release: Release) -> bool:
        """Whether it, or its code, was taken back before."""
        return release.id in self.bad or self.code(release) in self.bad

    def ran_well(self, release: Release) -> bool:
        """Whether this code was once live for WELL_SECONDS in a release of which no crash was seen."""
        code = self.code(release)
        same = [r for r in self.releases if r.status == "succeeded" and self.code(r) == code]
        return any(self._lived(r) >= WELL_SECONDS and not self.crashes.get(r.id) for r in same)

    def _lived(self, release: Release) -> float:
        """Seconds from its making to the next one that went live, or to now."""
        if release.created_at is None:
            return 0.0
        successors = [r for r in self.newer(release) if r.status == "succeeded" and r.created_at is not None]
        ended = successors[-1].created_at.timestamp() if successors and successors[-1].created_at else self.now
        return ended - release.created_at.timestamp()
