"""The brake that a person pulls: pausing the whole service, and letting it go on."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import layout
from core.hands import Hands
from core.links import CONSOLE
from core.sightings import NotNow
from core.telling.pausing import NOT_PAUSED, PAUSED, from_before, goes_on
from core.telling.runs import gist
from receiver.console.desk import Asked, Desk, Refused

PATH = "/pause"
LOOKED_AT = 100  # runs under way, for those that act and do not only tell
SHOWN = 20  # of them


def routes(desk: Desk) -> list[BaseRoute]:
    """The page, and what its form leads to."""

    async def show(request: Request) -> Response:
        why = request.query_params.get("why", "")
        return await desk.page(request, "pause.html", lambda hands: {**standing(hands), "typed_why": why})

    async def act(request: Request) -> Response:
        return await desk.act(request, lay_hands_on, to=f"{CONSOLE}{PATH}", keep=("why",))

    return [Route(PATH, show, methods=["GET"]), Route(PATH, act, methods=["POST"])]


def standing(hands: Hands) -> Mapping[str, Any]:
    """What waits and what is under way: it goes on after a pause."""
    status = hands.status()
    runs = [run for run in hands.under_way(most=LOOKED_AT) if run.rule != layout.SYSTEM]
    return {
        "events_waiting": status["events_waiting"],
        "runs_under_way": status["runs_under_way"],
        "runs": [(run, gist(run)) for run in runs[:SHOWN]],
    }


def lay_hands_on(hands: Hands, asked: Asked) -> str:
    """Pause or go on; answers what that means. Raises NotNow, Refused."""
    match asked.fields.get("do"):
        case "pause":
            hands.pause(by=asked.by, why=asked.why)
            return PAUSED
        case "resume":
            going_on = hands.status()["runs_under_way"]
            ended = hands.resume(by=asked.by, why=asked.why)
            if ended is None:
                raise NotNow(f"{NOT_PAUSED[0].upper()}{NOT_PAUSED[1:]}.")
            return " ".join(filter(None, (goes_on(ended), from_before(going_on))))
        case other:
            raise Refused(f"There is no {other!r} for the service.")
