"""What tests hold of a simulator that is being served."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import httpx2

from toolbelt.simulator.delivering import Manner
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.simulator import Simulator

HEADERS = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": "Bearer HRKU-a-token"}
FAST = Manner(first_wait=0.01, longest_wait=0.05, time_out=0.3, idle=60)  # so that only being told makes it look

Passing = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Live:
    """Its control plane, and a client of its API."""

    remote: Remote
    api: httpx2.Client


Serving = Callable[..., AbstractContextManager[Live]]


def told(simulator: Simulator, *includes: str) -> list[tuple[str, str]]:
    """The events so far, in short, oldest first: of these includes, or all."""
    events = simulator.outbox.events
    return [(each.include, each.body["action"]) for each in events if not includes or each.include in includes]


def last(simulator: Simulator, include: str) -> dict[str, Any]:
    """The body of the newest event of this kind."""
    return next(each.body for each in reversed(simulator.outbox.events) if each.include == include)
