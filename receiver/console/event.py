"""The page of one event: what was decided about it, by which rule and why, what came of it, and deciding it again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import links
from core.hands import Hands
from core.sight import Sight
from core.sightings import KeptEvent
from core.telling.decisions import Verdict, verdicts
from core.telling.events import app_name, asked_by, beginning, content, kind, read, unreadable
from core.telling.runs import UNDER_WAY, gist
from core.telling.words import gate_in_words
from heroku.events import Event
from receiver.console.desk import Asked, Desk
from receiver.console.events import state

DECISIONS = 20  # of one event, the latest
RUNS = 50  # of one event, the latest
WHOLE_BYTES = 64_000  # of what was sent; of what is longer only the beginning is shown
TOLD_SECONDS = 120  # after a wait was due, and by then what came of it stands there

RUN_GATES = ("planned", "queued", "planned before", "own effect")  # that name a run
EVENT_GATES = ("repeat", "came")  # that name another event


class Part(NamedTuple):
    """A rule's part in a decision: in a word, in a sentence where its clauses do not say it, and what to look at.

    `would` are the steps that it would have taken, had it not been in shadow.
    """

    verdict: Verdict
    word: str
    sentence: str
    run: str = ""
    event: str = ""
    would: Sequence[str] = ()


def routes(desk: Desk) -> list[BaseRoute]:
    """The page, and what its form leads to."""

    async def one(request: Request) -> Response:
        id = request.path_params["id"]
        return await desk.page(request, "event.html", lambda hands: about(hands, id))

    async def replay(request: Request) -> Response:
        id = request.path_params["id"]
        return await desk.act(
            request, lambda hands, asked: decide_again(hands, id, asked), to=links.event(links.CONSOLE, id)
        )

    return [
        Route("/events/{id:path}", one, methods=["GET"]),
        Route("/events/{id:path}", replay, methods=["POST"]),
    ]


def about(hands: Hands, id: str) -> Mapping[str, Any]:
    """Everything about one event. Raises NotThere."""
    one = hands.event(id)
    event = read(one)
    kept = one.kept.decisions[-DECISIONS:] if one.kept else ()
    runs = hands.runs_of(one.id)[-RUNS:]
    return {
        "one": one,
        "event": event,
        "state": state(one, event),
        "what": kind(event) if event else "",
        "app": app_name(event),
        "reason": unreadable(one) if one.kept and event is None else "",
        "decisions": list(_told(kept, event, hands)),
        "runs": [(run, gist(run)) for run in runs],
        "is_open": one.state == "waiting" or any(run.state in UNDER_WAY for run in runs) or _is_put_off(kept, hands),
        "sent": _sent(one, event),
    }


def decide_again(hands: Hands, id: str, asked: Asked) -> str:
    """Replay it; answers what comes of that. Raises NotThere, NotNow."""
    hands.replay(id, by=asked.by, why=asked.why)
    return "It is decided again, by today's rules. What was done for it before stands, and is not undone."


def _told(kept: Sequence[Mapping[str, Any]], event: Event | None, sight: Sight) -> Iterator[Mapping[str, Any]]:
    """Each decision, the oldest first, with the part of every rule that listened."""
    books: dict[str, Any] = {}
    for decision in kept:
        digest = decision.get("b", "")
        if digest not in books:
            books[digest] = sight.book(digest) if digest else None
        found = verdicts(decision, event, books[digest], None) if event and "b" in decision else ()
        steps = {rule["name"]: rule.get("do", ()) for rule in books[digest] or ()}
        parts = [_part(verdict, steps.get(verdict.rule, ())) for verdict in found]
        yield {"at": decision["at"] / 1000, "asked": asked_by(decision), "parts": parts}


def _is_put_off(kept: Sequence[Mapping[str, Any]], hands: Hands) -> bool:
    """Whether a rule still waits for what else comes, or has been told lately."""
    due = [gate[3] for decision in kept for gate in decision.get("g", ()) if gate[1] == "waits"]
    return bool(due) and max(due) / 1000 + TOLD_SECONDS > hands.now()


def _part(verdict: Verdict, steps: Sequence[str]) -> Part:
    if not verdict.matched:
        return Part(verdict, "no match", "" if verdict.clauses else verdict.sentence)
    name, about = (str(verdict.gate[0]), str(verdict.gate[1])) if len(verdict.gate) > 1 else ("", "")
    word = str(verdict.gate[0]) if verdict.gate else "matched"
    return Part(
        verdict,
        word,
        gate_in_words(verdict.gate),
        run=about if name in RUN_GATES else "",
        event=about if name in EVENT_GATES else "",
        would=steps if word == "shadow" else (),
    )


def _sent(one: KeptEvent, event: Event | None) -> Mapping[str, Any] | None:
    """What was sent, without secrets: whole where that is of use to anybody, else its beginning."""
    if one.kept is None:
        return None
    length = len(one.kept.body)
    if event is None or length > WHOLE_BYTES:
        return {"beginning": beginning(one.kept.body), "bytes": length}
    return {"json": content(one), "bytes": length}
