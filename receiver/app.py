"""The web application put together from its parts, around one Redis."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from core import connections
from core.accepting import Keeper
from core.settings import Settings
from heroku.signature import Verifier
from receiver.aside import Aside
from receiver.body import LIMITS, Limits
from receiver.counting import Tally
from receiver.deliveries import Deliveries
from receiver.grouping import PATIENCE, Grouping, Patience
from receiver.health import Metrics, Readyz
from receiver.routes import routed


def build_app(
    settings: Settings, server: Redis, *, limits: Limits = LIMITS, patience: Patience = PATIENCE
) -> Starlette:
    """The application. Nothing connects before it is needed, so that it starts while Redis is down."""
    aside = Aside(server)
    tally = Tally(aside.add, time.monotonic)
    grouping = Grouping(Keeper(server).keep, patience)
    deliveries = Deliveries(
        Verifier([secret.get_secret_value() for secret in settings.webhook_secrets]),
        grouping.keep,
        tally,
        authorization=_bytes(settings.webhook_authorization),
        limits=limits,
    )
    return routed(
        deliveries,
        Readyz(aside.readiness, time.monotonic),
        Metrics(aside.metrics_page, _bytes(settings.metrics_token)),
        _console(settings),
        lifespan=_lifespan(grouping, tally, server),
    )


def _console(settings: Settings) -> Sequence[BaseRoute]:
    """Nothing without a password; then not even its code is loaded."""
    if settings.console_password is None:
        return ()
    from receiver.console.app import routes

    address = settings.public_url or ""
    return routes(settings.console_password, lambda: connections.for_console(settings), address=address)


def _lifespan(grouping: Grouping, tally: Tally, server: Redis) -> Lifespan[Starlette]:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        saving = asyncio.create_task(tally.save_always())
        try:
            yield
        finally:
            await grouping.close()
            saving.cancel()
            await asyncio.wait([saving])
            await tally.save()
            await server.aclose()

    return lifespan


def _bytes(secret: SecretStr | None) -> bytes | None:
    return None if secret is None else secret.get_secret_value().encode("utf-8", "surrogateescape")
