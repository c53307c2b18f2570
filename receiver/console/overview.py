"""The overview: what needs a person, the service in figures, what happened lately."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import outbox
from core.hands import Hands
from core.runs import Run
from core.telling.runs import gist
from core.telling.service import memory, refusals, since
from receiver.console import charts
from receiver.console.desk import Desk
from receiver.console.events import rows
from receiver.console.needs import needs

LAST = 6  # events, and runs, that are shown
LOOKED_AT = 24  # runs, the newest: among them are those that only send messages, which have a page of their own
HOURS = 24


def routes(desk: Desk) -> list[BaseRoute]:
    """The console's first page."""

    async def overview(request: Request) -> Response:
        return await desk.page(request, "overview.html", look)

    return [Route("/", overview)]


def look(hands: Hands) -> Mapping[str, Any]:
    """Everything on the page."""
    found = hands.status()
    hours = hands.hours(most=HOURS)
    return {
        "needs": needs(found, hands),
        "found": found,
        "counters": found["counters"],
        "refused": refusals(found["counters"]),
        "memory": memory(found["redis"]),
        "since": since(found["epoch"]),
        "hours": hours,
        "strips": [
            ("events", charts.bars([hour.events for hour in hours]), [hour.events for hour in hours]),
            ("runs", charts.bars([hour.runs for hour in hours]), [hour.runs for hour in hours]),
        ],
        "drawing": (charts.WIDTH, charts.HEIGHT),
        "runs": [(run, gist(run)) for run in _last_runs(hands)],
        "events": list(rows(hands.event_ids(most=LAST), hands)),
    }


def _last_runs(hands: Hands) -> list[Run]:
    return [run for run in hands.runs(most=LOOKED_AT) if not run.id.startswith(outbox.RUNS)][:LAST]
