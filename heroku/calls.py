"""The values of one API call: what is asked, what came back, and what is written down about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from heroku.endpoints import Endpoint

Result = Literal["done", "denied", "stopped", "refused", "unavailable", "unknown"]


@dataclass(frozen=True, slots=True)
class Call:
    """What is about to be sent; `app` is the app as the caller named it, None for the account's own endpoints."""

    endpoint: Endpoint
    method: str
    path: str
    app: str | None
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer, its body parsed; `next_range` asks for the next page, `remaining` is the account's pool."""

    call: Call
    status: int
    body: Any
    request_id: str | None = None
    remaining: int | None = None
    next_range: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call for the record, whether it was made or not. Holds no body, no token, nothing secret.

    `outcome`: done; denied (not granted); stopped (the `before` hook raised, nothing was sent); refused,
    unavailable and unknown as the errors of these names. `warning` is Heroku's own, about things that will
    change.
    """

    who: str
    endpoint: str
    app: str | None
    allowed: bool
    outcome: Result
    seconds: float
    status: int | None = None
    request_id: str | None = None
    remaining: int | None = None
    warning: str | None = None
