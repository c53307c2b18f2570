"""The environment of processes that must not see the caller's accounts, secrets or settings."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from core.settings import Settings

NAMES = {name.upper() for name in Settings.model_fields}
# What Heroku, Celery and uvicorn read by themselves, besides our own settings.
FOREIGN = ("HEROKU_", "CELERY_", "UVICORN_", "REDIS_", "INFERENCE_")
ALSO = {"DYNO", "FORWARDED_ALLOW_IPS", "PORT", "WEB_CONCURRENCY"}

NOBODY = "http://127.0.0.1:9"  # the discard port: an address of Heroku's API at which there is never an answer


def without_the_callers(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy that holds nothing by which the service could be configured."""
    return {
        name: value
        for name, value in environment.items()
        if name not in NAMES and name not in ALSO and not name.startswith(FOREIGN)
    }


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine; the demo and the tests call no other."""
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")
