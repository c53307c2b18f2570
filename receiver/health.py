"""Is it alive, is it ready, and what has it counted: /healthz, /readyz and /metrics."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.presence import Readiness

REMEMBER_SECONDS = 1.0  # whoever asks more often gets the same answer, and Redis is left in peace


class Readyz:
    """200 if Redis answers and a worker has beaten lately, with the digests of the rules that workers run."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Readiness]],
        clock: Callable[[], float],
    ) -> None:
        self._look = look
        self._clock = clock
        self._turn = asyncio.Lock()
        self._until = 0.0
        self._seen: Readiness | None = None

    async def answer(self, _: Request) -> Response:
        """The endpoint."""
        async with self._turn:
            if self._clock() >= self._until:
                self._seen = await self._look_now()
                self._until = self._clock() + REMEMBER_SECONDS
        if self._seen is None:
            return JSONResponse({"ready": False, "error": "Redis does not answer"}, 503)
        if not self._seen.ready:
            return JSONResponse(self._seen.to_json() | {"error": "no worker has been seen lately"}, 503)
        return JSONResponse(self._seen.to_json())

    async def _look_now(self) -> Readiness | None:
        try:
            return await self._look()
        except (RedisError, OSError):
            return None


class Metrics:
    """The counters in Prometheus's text format, for whoever holds the token; without one there is no such page."""

    def __init__(self, page: Callable[[], Awaitable[bytes]], token: bytes | None) -> None:
        self._page = page
        self._token = token

    async def answer(self, request: Request) -> Response:
        """The endpoint."""
        if self._token is None:
            raise HTTPException(404)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
            raise HTTPException(401, "the bearer token METRICS_TOKEN is needed", {"WWW-Authenticate": "Bearer"})
        try:
            return Response(await self._page(), media_type=CONTENT_TYPE_LATEST)
        except (RedisError, OSError):
            raise HTTPException(503, "Redis does not answer") from None


async def healthz(_: Request) -> Response:
    """The process is alive; that says nothing of Redis, lest a restart be tried as its cure."""
    return JSONResponse({"status": "ok"})
