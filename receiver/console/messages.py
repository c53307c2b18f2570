"""Messages to people: those that gather notes now, and which of those that were sent arrived."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.hands import Hands
from core.runs import Run
from core.telling.runs import UNDER_WAY, steps
from receiver.console.desk import Desk
from receiver.console.lists import Wanted, wanted

SHOWN = 50  # of one page
LOOKED_AT = 1_000  # runs, the newest, among which the messages are


class Message(NamedTuple):
    """One message: to which target, what came of it, how it begins, and of how many notes it was made."""

    run: Run
    target: str
    sentence: str
    words: str
    notes: int


def routes(desk: Desk) -> list[BaseRoute]:
    """The page about messages."""

    async def show(request: Request) -> Response:
        asked = wanted(request, "state", "target")
        return await desk.page(request, "messages.html", lambda hands: found(hands, asked))

    return [Route("/messages", show)]


def found(hands: Hands, asked: Wanted) -> Mapping[str, Any]:
    """The messages of one page, the newest first."""
    runs = hands.messages(most=LOOKED_AT)
    fitting = [run for run in runs if asked.fits(state=run.state, target=run.key)]
    shown = fitting[asked.skip : asked.skip + SHOWN]
    rows = [_message(run, notes) for run, notes in zip(shown, hands.notes([run.id for run in shown]), strict=True)]
    targets = sorted({run.key for run in runs})
    return {"rows": rows, "asked": asked, "more": len(fitting) > asked.skip + SHOWN, "shown": SHOWN, "targets": targets}


def _message(run: Run, notes: int) -> Message:
    step = next(steps(run), None)
    sentence = step.sentence if step else ""
    record = step.record if step else None
    words = str(record.memory.get("words", "")) if record else ""
    waits = "It waits a moment for more to go with it." if run.state in UNDER_WAY else ""
    return Message(run, run.key, sentence or run.note or waits, words, notes)
