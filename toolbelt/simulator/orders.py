"""What the control plane can be told to do: the bodies of requests to it."""

from pydantic import BaseModel, ConfigDict, Field

from toolbelt.simulator.records import Outcome


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
    guarded: bool = False


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


class GrantOrder(Order):
    scope: list[str] = ["global"]
    account: str | None = None


class ClientOrder(Order):
    name: str = "a client"
    redirect_uri: str
