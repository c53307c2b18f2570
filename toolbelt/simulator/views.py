"""What the control plane shows, typed for those who drive it: `remote.Remote` reads these, `control` writes them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from toolbelt.simulator.records import Outcome


class View(BaseModel):
    """A frozen picture; fields that it does not name are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class CallView(View):
    """One API call that was received; `status` is None while, or if, no answer was sent."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    body: Any
    status: int | None
    fault: str | None
    effect: bool
    seconds: float | None
    request_id: str | None


class AttemptView(View):
    """One try at a delivery: the status of the answer, or the name of what went wrong."""

    id: str
    at: datetime
    status: int | None
    error: str | None


class DeliveryView(View):
    """One event for one subscription."""

    id: str
    subscription_id: str
    event_id: str
    include: str
    action: str
    status: str
    attempts: list[AttemptView]


class SlugView(View):
    id: str
    commit: str


class ReleaseView(View):
    id: str
    version: int
    status: str
    current: bool
    description: str
    eligible_for_rollback: bool
    slug: SlugView | None


class BuildView(View):
    id: str
    status: str


class DynoReleaseView(View):
    id: str
    version: int


class DynoView(View):
    id: str
    name: str
    type: str
    state: str
    release: DynoReleaseView


class ProcessTypeView(View):
    type: str
    quantity: int
    size: str


class AddonView(View):
    id: str
    name: str
    state: str
    config_vars: list[str]


class DomainView(View):
    id: str
    hostname: str
    kind: str
    status: str


class UserView(View):
    id: str
    email: str


class CollaboratorView(View):
    id: str
    role: str
    user: UserView


class AppView(View):
    """One app, its releases with the oldest first."""

    id: str
    name: str
    maintenance: bool = False
    releases: list[ReleaseView]
    builds: list[BuildView]
    dynos: list[DynoView]
    formation: list[ProcessTypeView] = []
    config: dict[str, str] = Field(default={}, repr=False)
    addons: list[AddonView] = []
    domains: list[DomainView] = []
    collaborators: list[CollaboratorView] = []

    @property
    def current(self) -> ReleaseView | None:
        """The release that runs."""
        return next((release for release in self.releases if release.current), None)

    @property
    def newest(self) -> ReleaseView:
        return self.releases[-1]

    @property
    def well(self) -> bool:
        """Whether every dyno of the formation is up, on the release that runs."""
        current, types = self.current, {process.type for process in self.formation}
        dynos = [dyno for dyno in self.dynos if not types or dyno.type in types]
        return current is not None and all(dyno.state == "up" and dyno.release.id == current.id for dyno in dynos)

    def scaled(self, process_type: str) -> ProcessTypeView:
        """One line of the formation."""
        return next(process for process in self.formation if process.type == process_type)


class StateView(View):
    """Everything there is."""

    apps: list[AppView]

    def app(self, id_or_name: str) -> AppView:
        return next(app for app in self.apps if id_or_name in {app.id, app.name})


class SubscriptionView(View):
    id: str
    url: str
    include: list[str]
    level: str


class TokenView(View):
    """A token that was issued, told once."""

    id: str
    token: str = Field(repr=False)
    scope: list[str]
    account: str


class ClientView(View):
    """An OAuth client, with the secret that it proves itself by."""

    id: str
    name: str
    redirect_uri: str
    secret: str = Field(repr=False)


class Order(BaseModel):
    """The body of a request to the control plane."""

    model_config = ConfigDict(extra="forbid")


class AppOrder(Order):
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,28}[a-z0-9]$")
    releases: int = Field(default=41, ge=1, le=10_000)
    release_phase: bool = True
    container: bool = False
    web_dynos: int = Field(default=1, ge=0, le=100)
    private_space: bool = False
    guarded: bool = True


class AppChange(Order):
    """What null leaves as it is; `next_outcome` is what becomes of the next build that the API is asked for."""

    guarded: bool | None = None
    private_space: bool | None = None
    release_phase: bool | None = None
    next_outcome: Outcome | None = None


class DeployOrder(Order):
    outcome: Outcome = Outcome.SUCCEED
    processes: list[str] | None = None


class CrashOrder(Order):
    times: int = Field(default=1, ge=1, le=1_000)


class ConfigOrder(Order):
    keys: list[str] = Field(min_length=1)
    outcome: Outcome = Outcome.SUCCEED


class SubscriptionOrder(Order):
    url: str
    app: str | None = None
    include: list[str] | None = None
    level: str = "sync"
    secret: str | None = None
    authorization: str | None = None


class RateOrder(Order):
    remaining: int = Field(ge=0, le=4_500)
    account: str | None = None


class AccountOrder(Order):
    """How an account stands from now on: the caller's own when none is named by its address."""

    account: str | None = None
    suspended: bool = False
    delinquent: bool = False
    two_factor_required: bool = False
    verified: bool = True


class TokenOrder(Order):
    scope: list[str] = ["global"]
    account: str | None = None
    expires_in: int | None = Field(default=None, ge=1)


class ClientOrder(Order):
    name: str = "a client"
    redirect_uri: str
