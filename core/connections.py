"""How each process talks to Redis and to Heroku: time-outs everywhere, as few connections as it can live with."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.settings import Settings

if TYPE_CHECKING:
    from heroku.calls import CallRecord
    from heroku.client import Heroku
    from heroku.credentials import Credentials

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 2.0  # in the receiver: a delivery must not wait long for its 503
WORK_SECONDS = 10.0  # in a worker: a script over a full batch, on a slow server
PAGE_SECONDS = 4.0  # in the console: a person waits, and others behind
CHECK_SECONDS = 25  # Heroku cuts idle connections after 300 s


def for_receiver(settings: Settings) -> redis.asyncio.Redis:
    """One connection, short time-outs, no retry: whatever fails is answered 503, and Heroku tries again."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        _url(settings),
        max_connections=1,
        timeout=ANSWER_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        health_check_interval=0,
        retry=AsyncRetry(NoBackoff(), 0),
        protocol=2,
        **_transport(settings),
    )
    return redis.asyncio.Redis.from_pool(pool)


def for_worker(settings: Settings, *, connections: int = 2, seconds: float = WORK_SECONDS) -> redis.Redis:
    """One small pool for all threads; a thread waits for a free connection rather than opening another."""
    pool = redis.BlockingConnectionPool.from_url(
        _url(settings),
        max_connections=connections,
        timeout=seconds,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=seconds,
        health_check_interval=CHECK_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        **_transport(settings),
    )
    return redis.Redis.from_pool(pool)


def for_console(settings: Settings) -> redis.Redis:
    """One connection for one page."""
    return for_worker(settings, connections=1, seconds=PAGE_SECONDS)


def for_heroku(
    settings: Settings, redis: redis.Redis, *, who: str, exchanged: "Callable[[CallRecord], None]"
) -> "Heroku | None":
    """Heroku's API for whoever is granted something; None without credentials. Plain token first, then OAuth.

    `exchanged` hears of each token that is got by OAuth on the way, in the name of `who`.
    """
    # Here, as neither the web process nor most commands call Heroku, and the client takes a third of a second to load.
    from core.vault import RedisVault
    from heroku.client import Heroku
    from heroku.oauth import IdHost
    from heroku.refreshing import RefreshedToken

    if settings.heroku_api_key is not None:
        token: str | Credentials = settings.heroku_api_key.get_secret_value()
    elif settings.heroku_oauth_client_secret is not None and settings.heroku_oauth_refresh_token is not None:
        id_host = IdHost(
            settings.heroku_oauth_client_secret.get_secret_value(),
            base_url=settings.heroku_id_url,
            who=who,
            after=exchanged,
        )
        refresh_token = settings.heroku_oauth_refresh_token.get_secret_value()
        token = RefreshedToken(refresh_token, id_host, vault=RedisVault(redis))
    else:
        return None
    return Heroku(token, base_url=settings.heroku_api_url, user_agent="dynohook")


def broker_url(settings: Settings) -> str:
    """The same server as Celery spells it."""
    url = _url(settings)
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://")
    if url.startswith("rediss://") and "ssl_cert_reqs" not in url:
        return url + ("&" if "?" in url else "?") + "ssl_cert_reqs=none"
    return url


def _url(settings: Settings) -> str:
    assert settings.redis_url is not None  # noqa: S101  `read("redis_url")` has seen to it
    return settings.redis_url.get_secret_value()


def _transport(settings: Settings) -> dict[str, Any]:
    """What depends on the kind of address. Heroku's certificates are self-signed; a unix socket knows no keepalive."""
    url = _url(settings)
    if url.startswith("unix://"):
        return {}
    return {"socket_keepalive": True} | ({"ssl_cert_reqs": "none"} if url.startswith("rediss://") else {})
