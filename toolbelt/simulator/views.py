"""What the control plane shows, typed for those who drive it: `remote.Remote` reads these, `control` writes them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


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


class GrantView(View):
    """What a client was given by somebody who let it in."""

    authorization: str
    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)


class ClientView(View):
    """An OAuth client, with the secret that it proves itself by."""

    id: str
    name: str
    redirect_uri: str
    secret: str = Field(repr=False)
