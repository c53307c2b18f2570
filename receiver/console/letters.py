"""Dead letters: what was given up, and having it tried again."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import links
from core.hands import Hands
from core.telling.letters import letters
from receiver.console.desk import Asked, Desk
from receiver.console.lists import Wanted, wanted

PATH = f"{links.CONSOLE}/dead"
SHOWN = 50  # of one page


def routes(desk: Desk) -> list[BaseRoute]:
    """The list, and what its forms lead to."""

    async def all_(request: Request) -> Response:
        asked = wanted(request)
        return await desk.page(request, "letters.html", lambda hands: found(hands, asked))

    async def replay(request: Request) -> Response:
        return await desk.act(request, try_again, to=PATH)

    return [Route("/dead", all_, methods=["GET"]), Route("/dead", replay, methods=["POST"])]


def found(hands: Hands, asked: Wanted) -> Mapping[str, Any]:
    """The dead letters of one page, the latest first."""
    dead = hands.dead()
    page = dict(islice(dead.items(), asked.skip, asked.skip + SHOWN))
    return {
        "rows": letters(page, hands),
        "asked": asked,
        "more": len(dead) > asked.skip + SHOWN,
        "shown": SHOWN,
        "number": len(dead),
    }


def try_again(hands: Hands, asked: Asked) -> str:
    """Replay one; answers what comes of that. Raises NotThere, NotNow."""
    id = asked.fields.get("id", "")
    dead = hands.dead()
    hands.replay(id, by=asked.by, why=asked.why)
    if f"act {id}" in dead:
        return f"Run {id} goes on where it stood."
    if f"wait {id}" in dead:
        return f"Whether {id} fires is judged now."
    return f"Event {id} is decided again."
