"""What the fake Heroku remembers: apps, their releases, builds and dynos."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from toolbelt.simulator.belongings import Addon, Collaborator, Domain, ProcessType
from toolbelt.simulator.logbook import LogBook
from toolbelt.simulator.users import User

PROCESSES = ("web", "worker")  # what usual code can run
ARTIFACT_DAYS = 30  # older code is thrown away,
ARTIFACTS_KEPT = 20  # unless it belongs to one of so many newest releases


class Outcome(StrEnum):
    """What becomes of a build, or of a release with this code or this config."""

    SUCCEED = "succeed"
    FAIL_BUILD = "fail-build"
    FAIL_RELEASE_PHASE = "fail-release-phase"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class Slug:
    """Built code, the process types it has, and what it will do when it is released."""

    id: str
    commit: str
    commit_description: str
    outcome: Outcome = Outcome.SUCCEED
    processes: tuple[str, ...] = PROCESSES


@dataclass(slots=True)
class Release:
    """One release; `config` and `addon_plans` are what the app had when it was made."""

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
    addon_plans: tuple[str, ...] = ()

    def outcome(self) -> Outcome:
        """What becomes of it: as its code says, or one of its config values (see `configuring.config_value`)."""
        if self.slug is not None and self.slug.outcome is not Outcome.SUCCEED:
            return self.slug.outcome
        said = {value.partition(":")[0] for value in self.config.values()}
        return next((bad for bad in (Outcome.FAIL_RELEASE_PHASE, Outcome.CRASH) if bad in said), Outcome.SUCCEED)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a build's code came from; the link is a secret and is never followed."""

    url: str = field(repr=False)
    version: str | None
    version_description: str | None = None
    checksum: str | None = None
    buildpacks: tuple[str, ...] = ("heroku/python",)


@dataclass(slots=True)
class Build:
    """One build; slug and release are unknown until it is done. `output`: what it printed, if not the usual; None if
    that is not kept any more."""

    id: str
    user: User
    commit: str
    source: Source
    created_at: datetime
    updated_at: datetime
    status: str = "pending"
    slug: Slug | None = None
    release: Release | None = None
    output: str | None = ""


@dataclass(slots=True)
class Dyno:
    """One dyno; its successor under the same name is another one. A one-off has no successor."""

    id: str
    name: str
    release: Release
    created_at: datetime
    updated_at: datetime
    command: str
    size: str
    type: str = "web"
    one_off: bool = False
    attach_url: str | None = field(default=None, repr=False)
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
    """One app with all that belongs to it.

    Where it is `guarded`, what destroys or costs is done only when the request confirms it. `next_outcome` is what
    becomes of the next build that the API is asked for. In a private space each event of a release is told several
    times.
    """

    id: str
    name: str
    owner: User
    created_at: datetime
    updated_at: datetime
    released_at: datetime | None = None
    release_phase: bool = True
    container: bool = False
    private_space: bool = False
    guarded: bool = False
    maintenance: bool = False
    stack: str = "heroku-24"
    build_stack: str = "heroku-24"
    region: str = "us"
    next_outcome: Outcome = Outcome.SUCCEED
    config: dict[str, str] = field(default_factory=dict, repr=False)
    releases: list[Release] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    formation: dict[str, ProcessType] = field(default_factory=dict)
    dynos: dict[str, Dyno] = field(default_factory=dict)
    addons: list[Addon] = field(default_factory=list)
    domains: list[Domain] = field(default_factory=list)
    collaborators: list[Collaborator] = field(default_factory=list)
    log: LogBook = field(default_factory=LogBook, repr=False)
    pending: deque[Pending] = field(default_factory=deque)

    @property
    def current(self) -> Release | None:
        """The release that runs."""
        return next((release for release in reversed(self.releases) if release.current), None)

    def open_to(self, user: User) -> bool:
        """Whether this account may see and change it."""
        return any(each.user == user for each in self.collaborators)

    def addon_plans(self) -> tuple[str, ...]:
        return tuple(addon.plan for addon in self.addons)

    def eligible(self, release: Release, now: datetime) -> bool:
        """Whether it can be rolled back to: it succeeded, has code, and the code is still kept."""
        if release.status != "succeeded" or release.slug is None:
            return False
        recent = release.version > len(self.releases) - ARTIFACTS_KEPT
        return recent or now - release.created_at <= timedelta(days=ARTIFACT_DAYS)
