"""Rules: those that workers run now, and one of them with its breaker, its silences and its runs."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import links
from core.hands import Hands
from core.sightings import NotThere
from core.telling.runs import gist
from receiver.console.desk import Asked, Desk
from receiver.console.rules_known import LOOKED_AT, known, look
from rules.silences import EVERY

SHOWN = 5  # of its runs


def routes(desk: Desk) -> list[BaseRoute]:
    """The pages about rules."""

    async def all_(request: Request) -> Response:
        return await desk.page(request, "rules.html", in_force)

    async def one(request: Request) -> Response:
        name = request.path_params["name"]
        return await desk.page(request, "rule.html", lambda hands: about(hands, name))

    async def close(request: Request) -> Response:
        name = request.path_params["name"]
        to = links.rule(links.CONSOLE, name)
        return await desk.act(request, lambda hands, asked: close_breaker(hands, name, asked), to=to)

    return [
        Route("/rules", all_),
        Route("/rules/{name:path}", one, methods=["GET"]),
        Route("/rules/{name:path}", close, methods=["POST"]),
    ]


def in_force(hands: Hands) -> Mapping[str, Any]:
    """The rules that workers run, in their order, and after them those that only have an open breaker left."""
    facts = look(hands)
    names = dict.fromkeys([*facts.names, *(breaker.rule for breaker in facts.breakers)])
    rules = [known(name, facts) for name in names]
    return {"books": facts.books, "rules": rules, "looked_at": LOOKED_AT, "silences": facts.silences, "every": EVERY}


def about(hands: Hands, name: str) -> Mapping[str, Any]:
    """One rule. Raises NotThere if nothing at all is known of it."""
    facts = look(hands)
    rule = known(name, facts)
    if not (rule.wordings or rule.breakers or rule.runs):
        raise NotThere("rule", name, get_close_matches(name, facts.names, n=3))
    latest = hands.kept_runs([one.run for one in facts.outcomes if one.rule == name][:SHOWN])
    told = [(run, gist(run)) for run in latest]
    return {"rule": rule, "books": facts.books, "looked_at": LOOKED_AT, "latest": told}


def close_breaker(hands: Hands, name: str, asked: Asked) -> str:
    """Let it act again; answers what that means. Raises NotThere."""
    hands.close_breaker(name, by=asked.by, why=asked.why)
    return f"{name} may act again, with its count at nothing. What it was kept from doing is not done now."
