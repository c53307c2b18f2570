"""The fake Heroku as one ASGI app: API and id.heroku.com with faults, logs, apps, control plane, deliveries."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from datetime import UTC, datetime

import httpx2
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from toolbelt.simulator.agents import Agents
from toolbelt.simulator.api import Api
from toolbelt.simulator.calls import CallLog, Recorded
from toolbelt.simulator.control import Control
from toolbelt.simulator.delivering import Deliverer, Manner
from toolbelt.simulator.faults import FaultBook
from toolbelt.simulator.identity import Identity
from toolbelt.simulator.logplex import Logplex
from toolbelt.simulator.outputs import Outputs
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.spoiling import Spoiled
from toolbelt.simulator.visiting import Visits

AS_HEROKU = Manner()


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    simulator: Simulator,
    *,
    manner: Manner = AS_HEROKU,
    tokens: Collection[str] = (),
    clock: Callable[[], datetime] = utc_now,
) -> Starlette:
    """The app over this simulator; its deliveries go out while its lifespan lasts."""
    log, faults, agents = CallLog(clock), FaultBook(), Agents()
    deliverer: Deliverer | None = None

    def look() -> None:
        if deliverer is not None:
            deliverer.look()

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        nonlocal deliverer
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=False) as client:
            deliverer = Deliverer(simulator, clock, client, manner)
            running = asyncio.create_task(deliverer.run())
            try:
                yield
            finally:
                running.cancel()
                await asyncio.wait([running])

    called = Starlette(
        routes=[*Identity(simulator, clock).routes(), *agents.routes(), *Api(simulator, clock, tokens).routes()]
    )
    api = Recorded(Spoiled(Watched(called, look), faults), log)
    control = Watched(Control(simulator, log, faults, clock, agents).app(), look)
    aside = [route for kind in (Logplex, Outputs, Visits) for route in kind(simulator, clock).routes()]
    routes = [Mount("/simulator", app=control), *aside, Mount("/", app=api)]
    return Starlette(routes=routes, lifespan=lifespan)


class Watched:
    """Lets the deliverer look once a request's work is done.

    It lies beneath the faults: deliveries go out even while the answer is held back.
    """

    def __init__(self, app: ASGIApp, look: Callable[[], None]) -> None:
        self._app = app
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        self._look()
