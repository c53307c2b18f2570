"""Which path leads where, and how a request that leads nowhere is told so."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan

from receiver.deliveries import PATH
from receiver.health import Metrics, Readyz, healthz


def routed(
    deliveries: ASGIApp,
    readyz: Readyz,
    metrics: Metrics,
    console: Sequence[BaseRoute] = (),
    *,
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """The application; whatever is wrong with a request is told as JSON."""
    app = Starlette(
        routes=[
            Route(PATH, deliveries, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz.answer),
            Route("/metrics", metrics.answer),
            *console,
        ],
        exception_handlers={HTTPException: _told},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # Heroku takes a redirect for a failure
    return app


async def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  it is registered for nothing else
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
