"""The values of one API call: what is asked, what came back, and what is written down about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import SecretStr

from heroku.endpoint import Endpoint

Result = Literal["done", "denied", "stopped", "refused", "unavailable", "unknown"]


@dataclass(frozen=True, slots=True)
class Call:
    """What is about to be sent; `app` is the app as the caller named it, None for the account's own endpoints.

    The body does not show: it may hold config vars or a webhook's secret. `secrets` are those texts in it that must not
    be quoted from an answer.
    """

    endpoint: Endpoint
    method: str
    path: str
    app: str | None
    body: Mapping[str, Any] | None = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer, its body parsed; `next_range` asks for the next page, `remaining` is the account's pool.

    The body does not show: it may hold config vars, tokens and signed links. `parsing.value` makes of it what may be
    shown. `scopes` are those of the token, `secret` is a webhook's that Heroku made up. `unchanged` says that Heroku
    had nothing new to say, and the body is what it said before.
    """

    call: Call
    status: int
    body: Any = field(repr=False)
    request_id: str | None = None
    remaining: int | None = None
    next_range: str | None = None
    warning: str | None = None
    scopes: frozenset[str] = frozenset()
    secret: SecretStr | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call for the record, whether it was made or not. Holds no body, no token, nothing secret.

    `outcome`: done; denied (not granted); stopped (the `before` hook raised, nothing was sent); refused,
    unavailable and unknown as the errors of these names. `warning` is Heroku's own, about things that will
    change. `without_effect`: it is sure that a call that was sent did nothing.
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
    without_effect: bool = field(default=False, repr=False)
