"""What tests hold of a simulator that is being served."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import httpx2

from toolbelt.simulator.remote import Remote

HEADERS = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": "Bearer HRKU-a-token"}

Passing = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Live:
    """Its control plane, and a client of its API."""

    remote: Remote
    api: httpx2.Client


Serving = Callable[..., AbstractContextManager[Live]]
