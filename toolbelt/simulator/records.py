"""What the fake Heroku remembers: apps, their releases, builds and dynos."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ARTIFACT_DAYS = 30  # older code is thrown away,
ARTIFACTS_KEPT = 20  # unless it belongs to one of so many newest releases


class Outcome(StrEnum):
    """What becomes of a release with this code or this config."""

    SUCCEED = "succeed"
    FAIL_RELEASE_PHASE = "fail-release-phase"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class User:
    """Who did something."""

    id: str
    email: str


@dataclass(frozen=True, slots=True)
class Slug:
    """Built code, and what it will do when it is released."""

    id: str
    commit: str
    commit_description: str
    outcome: Outcome = Outcome.SUCCEED


@dataclass(slots=True)
class Release:
    """One release; `config` is the map that it was made with."""

    id: str
    version: int
    description: str
    slug: Slug | None
    config: dict[str, str] = field(repr=False)
    user: User
    created_at: datetime
    updated_at: datetime
    status: str = "pending"
    current: bool = False

    def outcome(self) -> Outcome:
        """What becomes of it: as its code says, or one of its config values (see `deploying.config_value`)."""
        if self.slug is not None and self.slug.outcome is not Outcome.SUCCEED:
            return self.slug.outcome
        said = {value.partition(":")[0] for value in self.config.values()}
        return next((bad for bad in (Outcome.FAIL_RELEASE_PHASE, Outcome.CRASH) if bad in said), Outcome.SUCCEED)


@dataclass(slots=True)
class Build:
    """One build; slug and release are unknown until it is done."""

    id: str
    user: User
    commit: str
    created_at: datetime
    updated_at: datetime
    status: str = "pending"
    slug: Slug | None = None
    release: Release | None = None


@dataclass(slots=True)
class Dyno:
    """One dyno of a process type; its successor under the same name is another one."""

    id: str
    name: str
    release: Release
    created_at: datetime
    updated_at: datetime
    type: str = "web"
    state: str = "starting"
    exit_status: int | None = None
    crashed: int = 0  # how many predecessors under this name crashed on this release
    crashes_ahead: int = 0  # how often it and its successors will still crash


@dataclass(slots=True)
class Pending:
    """A release whose release phase has not ended, and what to do when it has."""

    release: Release
    settled: Callable[[], None]


@dataclass(slots=True)
class App:
    """One app with all that belongs to it."""

    id: str
    name: str
    owner: User
    created_at: datetime
    updated_at: datetime
    released_at: datetime | None = None
    release_phase: bool = True
    container: bool = False
    web_dynos: int = 1
    config: dict[str, str] = field(default_factory=dict, repr=False)
    releases: list[Release] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    dynos: dict[str, Dyno] = field(default_factory=dict)
    pending: deque[Pending] = field(default_factory=deque)

    @property
    def current(self) -> Release | None:
        """The release that runs."""
        return next((release for release in reversed(self.releases) if release.current), None)

    def eligible(self, release: Release, now: datetime) -> bool:
        """Whether it can be rolled back to: it succeeded, has code, and the code is still kept."""
        if release.status != "succeeded" or release.slug is None:
            return False
        recent = release.version > len(self.releases) - ARTIFACTS_KEPT
        return recent or now - release.created_at <= timedelta(days=ARTIFACT_DAYS)
