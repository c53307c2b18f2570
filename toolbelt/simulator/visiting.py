"""Apps as visitors see them: each answers under an address of the simulator's own, as its web dynos let it.

https://devcenter.heroku.com/articles/error-codes
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from toolbelt.simulator.errors import Refused
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

PATH = "/visits/{app}/{rest:path}"
METHODS = ["GET", "HEAD", "POST"]
CRASHED, STARTING, NO_DYNOS, MAINTENANCE = "H10", "H20", "H14", "H80"


def web_url(base_url: str, app: App) -> str:
    """Where the app answers."""
    return f"{base_url.rstrip('/')}/visits/{app.name}/"


@dataclass
class Visits:
    """The front doors of one simulator's apps."""

    simulator: Simulator
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        return [Route(PATH, self._visit, methods=METHODS)]

    async def _visit(self, request: Request) -> Response:
        self.simulator.advance_to(self.clock())
        try:
            app = self.simulator.app(request.path_params["app"])
        except Refused:
            return PlainTextResponse("No such app.\n", 404)
        why = trouble(app)
        if why:
            return PlainTextResponse(f"Application error ({why}).\n", 503)
        release = app.current
        return PlainTextResponse(f"{app.name} v{release.version if release else 0} is well.\n")


def trouble(app: App) -> str:
    """The code of the error page that visitors see; empty if they see the app."""
    if app.maintenance:
        return MAINTENANCE
    states = {dyno.state for dyno in app.dynos.values() if dyno.type == "web"}
    if not states:
        return NO_DYNOS
    if "up" in states:
        return ""
    return STARTING if "starting" in states else CRASHED
