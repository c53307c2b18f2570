"""What tests hold of a simulator that is being served."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import httpx2

from toolbelt.simulator.delivering import Manner
from toolbelt.simulator.remote import Remote

HEADERS = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": "Bearer HRKU-a-token"}
FAST = Manner(first_wait=0.01, longest_wait=0.05, time_out=0.3, idle=60)  # so that only being told makes it look

Passing = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Live:
    """Its control plane, and a client of its API."""

    remote: Remote
    api: httpx2.Client


Serving = Callable[..., AbstractContextManager[Live]]
