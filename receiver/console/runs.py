"""Runs: the list, the page of one with its steps, and the answers that one asks for."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import links
from core.hands import Hands
from core.runs import Run
from core.telling.events import without_secrets
from core.telling.runs import UNDER_WAY, StepTold, gist, steps
from core.telling.transcripts import Told, transcripts
from receiver.console.desk import Asked, Desk, Refused
from receiver.console.lists import Wanted, wanted
from receiver.console.rules_known import books_of, wordings

SHOWN = 50  # runs of one page of the list
LOOKED_AT = 2_000  # the newest, among which those of a state, an app or a rule are
CALLS = 100  # of one run


def routes(desk: Desk) -> list[BaseRoute]:
    """The pages about runs."""

    async def all_(request: Request) -> Response:
        asked = wanted(request, "state", "app", "rule")
        return await desk.page(request, "runs.html", lambda hands: found(hands, asked))

    async def one(request: Request) -> Response:
        id = request.path_params["id"]
        return await desk.page(request, "run.html", lambda hands: about(hands, id))

    async def act(request: Request) -> Response:
        id = request.path_params["id"]
        return await desk.act(request, lambda hands, asked: lay_hands_on(hands, id, asked), to=_page(id))

    return [
        Route("/runs", all_),
        Route("/runs/{id:path}", one, methods=["GET"]),
        Route("/runs/{id:path}", act, methods=["POST"]),
    ]


def found(hands: Hands, asked: Wanted) -> Mapping[str, Any]:
    """The runs of one page of the list, the newest first."""
    runs = hands.runs(most=LOOKED_AT if asked.narrow else asked.skip + SHOWN + 1)
    fitting = [run for run in runs if asked.fits(state=run.state, app=run.app_name, rule=run.rule)]
    rows = [(run, gist(run)) for run in fitting[asked.skip : asked.skip + SHOWN]]
    return {"rows": rows, "asked": asked, "more": len(fitting) > asked.skip + SHOWN, "shown": SHOWN}


def about(hands: Hands, id: str) -> Mapping[str, Any]:
    """Everything about one run. Raises NotThere."""
    run = hands.run(id)
    told = {each.field: each for each in transcripts(run, hands.answers())}
    calls = [line for line in hands.calls() if line.run == run.id][:CALLS]
    return {
        "run": run,
        "steps": [step_view(step, told.get(step.field)) for step in steps(run)],
        "calls": list(reversed(calls)),
        "is_under_way": run.state in UNDER_WAY,
        "asks": run.state == "needs approval",
        "gist": gist(run) if _is_ours(run) else "",
        "is_for": _is_for(hands, run),
        "event": None if _is_ours(run) else run.event_id,
    }


def step_view(step: StepTold, told: Told | None) -> Mapping[str, Any]:
    """A step as the page shows it: what came out of it is without secrets, once more."""
    output = dict(step.record.output) if step.record else {}
    output.pop("transcript", None)
    return {
        "told": step,
        "at": step.record.at if step.record and step.record.at else None,
        "changed": bool(step.record and step.record.changed),
        "output": {name: without_secrets(value) for name, value in output.items() if value not in (None, "", [], {})},
        "transcript": without_secrets(told.transcript) if told else None,
        "is_speaking": bool(told and not told.is_over),
    }


def lay_hands_on(hands: Hands, id: str, asked: Asked) -> str:
    """Approve, deny or stop; answers what came of it. Raises NotThere, NotNow, Refused."""
    match asked.fields.get("do"):
        case "approve":
            hands.answer(id, "approve", by=asked.by, why=asked.why)
            return "Approved: the run goes on."
        case "deny":
            hands.answer(id, "deny", by=asked.by, why=asked.why)
            return "Denied: its step is not taken."
        case "stop":
            hands.stop(id, by=asked.by, why=asked.why)
            return "Stopped: no step of it is taken any more. What was done already is not undone."
        case other:
            raise Refused(f"There is no {other!r} for a run.")


def _is_for(hands: Hands, run: Run) -> str:
    """What its rule is for, as that is worded now: whoever is asked at night may have never heard of the rule."""
    known = [] if _is_ours(run) else wordings(books_of(hands), run.rule)
    return next((text for each in known if (text := each.outline.get("description"))), "")


def _is_ours(run: Run) -> bool:
    """Whether it tells people something, and no event stands behind it by that id."""
    return run.event is None


def _page(id: str) -> str:
    return links.run(links.CONSOLE, id)
