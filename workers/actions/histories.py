"""An app's releases read as a history: which code each runs, what each one changed, which of them ran well.

Heroku makes a release of every deploy, rollback, config change and add-on change; which it was stands in the
description only (https://devcenter.heroku.com/articles/releases).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from heroku.models import Release

WELL_SECONDS = 600.0  # a code that was live this long is known to run,
CRASH_SECONDS = 86_400.0  # unless it crashed more than once in so long
KEPT_CONFIG = "Dynohook: code of v{version}, config kept"  # how we describe a release of an old slug

Kind = Literal["deploy", "rollback", "slug rollback", "config", "add-on", "other"]

_ROLLBACK = re.compile(r"Rollback to v(\d+)")
_SLUG_ROLLBACK = re.compile(KEPT_CONFIG.format(version=r"(\d+)"))
_CONFIG = re.compile(r"(?:Set|Unset|Remove|Add) (?P<names>.+) config vars?")
_KEYS = re.compile(r"[\w.-]+(?:, [\w.-]+)*")
_DEPLOY = re.compile(r"(?:Deploy|Deployed|Promote)\b")
_ADDON = re.compile(r"(?:Attach|Detach|Update|Upgrade|Downgrade|Provision|Add|Remove|Create|Destroy) [\w@:.,()/ -]+")


@dataclass(frozen=True)
class History:
    """Releases, the newest first, with what earlier events left to know about them.

    `bad`: ids of releases and codes that were taken back; `crashes`: how many crashes of each release were seen;
    `now` in seconds since 1970.
    """

    releases: Sequence[Release]
    bad: Collection[str]
    crashes: Mapping[str, int]
    now: float

    @property
    def live(self) -> Release | None:
        """The release that runs; where Heroku does not tell which is current, the newest that succeeded."""
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

    def kind(self, release: Release) -> Kind:
        """What made this release. Heroku's own words first; where they say nothing, whether the slug is a new one."""
        said = release.description or ""
        if _ROLLBACK.fullmatch(said):
            return "rollback"
        if _SLUG_ROLLBACK.fullmatch(said):
            return "slug rollback"
        if _CONFIG.fullmatch(said):
            return "config"
        if _DEPLOY.match(said) or self._has_new_slug(release):
            return "deploy"
        if _ADDON.fullmatch(said):
            return "add-on"
        return "deploy" if release.slug is None else "other"

    def code(self, release: Release) -> str:
        """What tells one code from another: the slug; where there is none (containers), the deploy it stems from."""
        if release.slug is not None:
            return release.slug.id
        rollback = _ROLLBACK.fullmatch(release.description or "")
        if rollback:
            source = next((r for r in self.releases if r.version == int(rollback[1])), None)
            return self.code(source) if source and source.version < release.version else f"v{rollback[1]}"
        if self.kind(release) == "deploy":
            return f"v{release.version}"
        before = self.below(release)
        return self.code(before) if before else f"v{release.version}"

    def is_bad(self, release: Release) -> bool:
        """Whether it, or its code, was taken back before."""
        return release.id in self.bad or self.code(release) in self.bad

    def ran_well(self, release: Release) -> bool:
        """Whether this code was once live for WELL_SECONDS in a release that crashed at most now and then."""
        code = self.code(release)
        same = (r for r in self.releases if r.status == "succeeded" and self.code(r) == code)
        return any(self._was_well(r) for r in same)

    def is_suspect(self, release: Release) -> bool:
        """It may be no better than what crashes now: taken back before, or seen crashing and never running well."""
        return self.is_bad(release) or (bool(self.crashes.get(release.id)) and not self.ran_well(release))

    def _was_well(self, release: Release) -> bool:
        lived = self.lived(release)
        return lived >= WELL_SECONDS and self.crashes.get(release.id, 0) <= lived / CRASH_SECONDS

    def lived(self, release: Release) -> float:
        """Seconds from its going live to the making of the next one that did, or to now."""
        if release.created_at is None:
            return 0.0
        successors = [r.created_at for r in self.newer(release) if r.status == "succeeded" and r.created_at is not None]
        ended = successors[-1].timestamp() if successors else self.now
        began = release.created_at.timestamp()
        changed = release.updated_at.timestamp() if release.updated_at else began
        return ended - (changed if began <= changed <= ended else began)  # its release phase may have taken long

    def _has_new_slug(self, release: Release) -> bool:
        if release.slug is None:
            return False
        beneath = (next((r for r in self.releases if r.version < release.version), None), self.below(release))
        return release.slug.id not in {r.slug.id for r in beneath if r and r.slug}


def told(history: History, release: Release) -> str:
    """What a release did to config and add-ons, by the names of config vars and never by a value."""
    said = release.description or ""
    match history.kind(release):
        case "config":
            found = _CONFIG.fullmatch(said)
            if found and _KEYS.fullmatch(found["names"]):
                return found["names"]
            return f"the config vars of v{release.version}"
        case "add-on":
            return said
        case "rollback":
            return f"v{release.version} ({said})"
    return f"v{release.version}"
