"""What is written down: each call to Heroku's API, and what people did and why."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import layout, links
from core.audit import OUTCOMES, AuditLine
from core.hands import Hands
from core.history import Deed, Did
from core.telling.calls import chosen
from receiver.console.desk import Desk
from receiver.console.lists import Wanted, wanted

SHOWN = 50  # lines of one page
ALL_DEEDS = 2 * layout.HISTORY_LINES  # it is trimmed now and then
ABOUT_AN_ID: tuple[Did, ...] = ("approve", "deny", "stop", "replay")  # of a run, or of an event


def routes(desk: Desk) -> list[BaseRoute]:
    """The two records, and the first of them for programs."""

    async def calls(request: Request) -> Response:
        asked = wanted(request, "app", "who", "run", "outcome")
        return await desk.page(request, "calls.html", lambda hands: calls_found(hands, asked))

    async def all_calls(request: Request) -> Response:
        lines = await desk.look(request, lambda hands: "".join(map(_json_line, reversed(hands.calls()))))
        named = {"Content-Disposition": 'attachment; filename="dynohook-calls.jsonl"'}
        return Response(lines, media_type="application/jsonl", headers=named)

    async def people(request: Request) -> Response:
        asked = wanted(request, "by", "did")
        return await desk.page(request, "people.html", lambda hands: deeds_found(hands, asked))

    return [Route("/calls", calls), Route("/calls.jsonl", all_calls), Route("/people", people)]


def calls_found(hands: Hands, asked: Wanted) -> Mapping[str, Any]:
    """The calls of one page, the latest first."""
    app, who, run, outcome = map(asked.of, ("app", "who", "run", "outcome"))
    fitting = list(chosen(hands.calls(), app=app, who=who, run=run, outcome=outcome))
    return {**_page(fitting, asked), "outcomes": tuple(OUTCOMES)}


def deeds_found(hands: Hands, asked: Wanted) -> Mapping[str, Any]:
    """What people did, the latest first."""
    fitting = [deed for deed in hands.history(most=ALL_DEEDS) if asked.fits(by=deed.by, did=deed.did)]
    page = _page(fitting, asked)
    return {**page, "doings": get_args(Did), "leads_to": _leading(hands, page["rows"])}


def _leading(hands: Hands, deeds: Sequence[Deed]) -> Mapping[str, str]:
    """What those deeds were about → its page, as far as it is still there."""
    ids = [deed.about for deed in deeds if deed.did in ABOUT_AN_ID]
    rules = [deed.about for deed in deeds if deed.did == "close breaker"]
    events = [one.id for one in hands.kept_events(ids) if one.state != "gone"]
    return {
        **{about: links.rule(links.CONSOLE, about.removesuffix(" in shadow")) for about in rules},
        **{run.id: links.run(links.CONSOLE, run.id) for run in hands.kept_runs(ids)},
        **{id: links.event(links.CONSOLE, id) for id in events},
    }


def _page(fitting: list[Any], asked: Wanted) -> dict[str, Any]:
    rows = fitting[asked.skip : asked.skip + SHOWN]
    return {"rows": rows, "asked": asked, "more": len(fitting) > asked.skip + SHOWN, "shown": SHOWN}


def _json_line(line: AuditLine) -> str:
    return json.dumps(line.to_json(), ensure_ascii=False) + "\n"
