"""What belongs to an app beside releases and dynos: process types, add-ons, domains, collaborators; and pipelines."""

from dataclasses import dataclass, field
from datetime import datetime

from toolbelt.simulator.users import User

PERMISSIONS = ("deploy", "operate", "view")


@dataclass(slots=True)
class ProcessType:
    """One line of the formation: how many dynos of this type are to run, and how large each is."""

    id: str
    type: str
    command: str
    created_at: datetime
    updated_at: datetime
    quantity: int = 0
    size: str = "Standard-1X"


@dataclass(slots=True)
class Addon:
    """One add-on with its one attachment; `values` are the config vars that it brings."""

    id: str
    name: str
    service: str
    plan: str
    attachment_id: str
    attachment: str
    provider_id: str
    created_at: datetime
    updated_at: datetime
    state: str = "provisioning"
    values: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Domain:
    """One host name; the app's first one is Heroku's own and has no `cname`."""

    id: str
    hostname: str
    kind: str
    cname: str | None
    created_at: datetime
    updated_at: datetime
    status: str = "pending"


@dataclass(slots=True)
class Collaborator:
    """Somebody who may work on the app."""

    id: str
    user: User
    role: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Pipeline:
    """A named row of stages; which apps stand in it is not told."""

    id: str
    name: str
    owner: User
    created_at: datetime
    updated_at: datetime
