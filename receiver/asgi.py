"""The web process: `uvicorn receiver.asgi:app`. Reads the settings and opens the connection."""

import gc
import sys
from typing import NoReturn

from starlette.applications import Starlette

from core import connections, logs
from core.settings import SettingsError, read
from receiver.app import build_app

CANNOT_START = 3  # uvicorn's own status for it: then its parent process ends too, and does not try for ever


def start() -> Starlette:
    """The application as the environment sets it; a process that lacks a setting ends here, in one line."""
    try:
        settings = read("webhook_secret", "redis_url")
        server = connections.for_receiver(settings)
    except SettingsError as error:
        _refuse(str(error))
    except ValueError:  # its message could hold the password
        _refuse("REDIS_URL is no address of a Redis: it looks like redis://…, rediss://… or unix://…")
    logs.set_up(settings.log_format)
    app = build_app(settings, server)
    _settle()
    return app


def _settle() -> None:
    """What is loaded by now stays: looking through it in each full collection stopped the loop for 15 ms and more."""
    gc.collect()
    gc.freeze()


def _refuse(why: str) -> NoReturn:
    print(f"The web process cannot start. {why}", file=sys.stderr)
    raise SystemExit(CANNOT_START)


app = start()
