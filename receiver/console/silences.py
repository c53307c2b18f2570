"""Silences: those in force, one more, and the end of one before its time."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.hands import Hands
from core.links import CONSOLE
from core.telling.silences import LONGEST_GLOB, unknown
from receiver.console.desk import Asked, Desk, Refused
from receiver.console.rules_known import books_of
from rules import durations
from rules.silences import EVERY

PATH = "/silences"
FIELDS = ("app", "rule", "for", "why")  # of the form


def routes(desk: Desk) -> list[BaseRoute]:
    """The page, what its form leads to, and what ends one."""

    async def show(request: Request) -> Response:
        typed = {name: request.query_params.get(name, "") for name in FIELDS}
        return await desk.page(request, "silences.html", lambda hands: standing(hands, typed))

    async def act(request: Request) -> Response:
        return await desk.act(request, lay_hands_on, to=f"{CONSOLE}{PATH}", keep=FIELDS)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, act, methods=["POST"])]


def standing(hands: Hands, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Those in force, and the form with what was typed before."""
    return {"silences": hands.silences(), "typed": typed, "every": EVERY, "rule_names": rule_names(hands) or ()}


def lay_hands_on(hands: Hands, asked: Asked) -> str:
    """Begin one, or end one; answers what came of it. Raises NotThere, NotNow, Refused."""
    match asked.fields.get("do"):
        case "add":
            return add(hands, asked)
        case "end":
            ended = hands.end_silence(asked.fields.get("silence", ""), by=asked.by, why=asked.why)
            return f"The silence of {ended.scope} is over. What it kept rules from doing is not done now."
        case other:
            raise Refused(f"There is no {other!r} for a silence.")


def add(hands: Hands, asked: Asked) -> str:
    """Silence what the form names, from now on."""
    app, rule = (asked.fields.get(name, "").strip() for name in ("app", "rule"))
    if not app and not rule:
        raise Refused("Name an app, a rule or both. To stop every rule about every app, pause the service.")
    if max(len(app), len(rule)) > LONGEST_GLOB:
        raise Refused(f"An app or a rule has at most {LONGEST_GLOB} characters.")
    try:
        seconds = durations.seconds(asked.fields.get("for", "").strip())
    except ValueError as error:
        raise Refused(f"How long it lasts {error}.") from None
    warnings = list(unknown(hands, app or None, rule or None, rule_names(hands)))
    kept = hands.silence(app=app or EVERY, rule=rule or EVERY, seconds=seconds, by=asked.by, why=asked.why)
    return " But ".join(
        [f"From now on {kept.scope} is silent for {durations.in_words(seconds)}.", *map(_also, warnings)]
    )


def rule_names(hands: Hands) -> list[str] | None:
    """Those that workers run; None if no worker told."""
    books = [book.outline for book in books_of(hands)]
    if not books or None in books:
        return None
    return list(dict.fromkeys(one["name"] for outline in books for one in outline or ()))


def _also(warning: str) -> str:
    return f"{warning}: is it spelt right?"
