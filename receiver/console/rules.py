"""Rules: those that workers run now, and one of them with its breaker, its silences and its runs."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core import links
from core.hands import Breaker, Hands, NotThere
from core.presence import Worker
from core.runs import RUN_STATES
from receiver.console.desk import Asked, Desk
from rules.model import Mode
from rules.silences import EVERY, Silence

LOOKED_AT = 500  # runs, the newest: what became of a rule lately
UNTOLD: Mapping[str, Any] = {"description": "", "asks": (), "do": ()}  # by what older versions kept of a rule

Outline = Mapping[str, Any]


class Book(NamedTuple):
    """The rules that some workers run; `outline` is None while it is not kept, or not any more."""

    digest: str
    workers: Sequence[Worker]
    outline: Sequence[Outline] | None

    @property
    def acts(self) -> set[str]:
        """Where ACT stands for those workers, as far as they say so."""
        return {worker.act for worker in self.workers} - {""}


class Wording(NamedTuple):
    """A rule as some workers run it; during a deploy one may be worded in two ways. `held_to` is where ACT holds it."""

    outline: Outline
    books: Sequence[Book]

    @property
    def held_to(self) -> str:
        own = Mode(self.outline["mode"])
        acts = {own.at_most(Mode(act)) for book in self.books for act in book.acts}
        return next((act.value for act in acts if act is not own), "")


class Rule(NamedTuple):
    """All that is known of the rules of one name; without wordings no worker runs it any more."""

    name: str
    wordings: Sequence[Wording]
    breakers: Sequence[Breaker]
    silences: Sequence[Silence]
    runs: Sequence[tuple[str, int]]  # state, and how many of the newest LOOKED_AT are in it


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
    books, breakers, silences = books_of(hands), hands.breakers(), hands.silences()
    names = [one["name"] for book in books for one in book.outline or ()]
    rules = seen(hands, books, breakers, silences, dict.fromkeys([*names, *(breaker.rule for breaker in breakers)]))
    return {"books": books, "rules": rules, "looked_at": LOOKED_AT, "silences": silences, "every": EVERY}


def about(hands: Hands, name: str) -> Mapping[str, Any]:
    """One rule. Raises NotThere if nothing at all is known of it."""
    books = books_of(hands)
    [rule] = seen(hands, books, hands.breakers(), hands.silences(), [name])
    if not (rule.wordings or rule.breakers or rule.runs):
        known = {one["name"] for book in books for one in book.outline or ()}
        raise NotThere("rule", name, get_close_matches(name, known, n=3))
    return {"rule": rule, "books": books, "looked_at": LOOKED_AT}


def close_breaker(hands: Hands, name: str, asked: Asked) -> str:
    """Let it act again; answers what that means. Raises NotThere."""
    hands.close_breaker(name, by=asked.by, why=asked.why)
    return f"{name} may act again, with its count at nothing. What it was kept from doing is not done now."


def books_of(hands: Hands) -> list[Book]:
    """What workers run that have been seen lately: one book, or during a deploy two."""
    workers = hands.workers()
    digests = list(dict.fromkeys(worker.rules for worker in workers if worker.rules))
    return [
        Book(digest, [one for one in workers if one.rules == digest], _outline(hands, digest)) for digest in digests
    ]


def seen(
    hands: Hands,
    books: Sequence[Book],
    breakers: Sequence[Breaker],
    silences: Sequence[Silence],
    names: Iterable[str],
) -> list[Rule]:
    """What is known of the rules of those names, in their order."""
    runs = hands.outcomes(most=LOOKED_AT)
    return [
        Rule(
            name,
            wordings(books, name),
            [breaker for breaker in breakers if breaker.rule == name],
            [silence for silence in silences if fnmatchcase(name, silence.rule)],
            [(state, runs[name, state]) for state in RUN_STATES if runs[name, state]],
        )
        for name in names
    ]


def wordings(books: Sequence[Book], name: str) -> list[Wording]:
    """How the books have the rule of that name; once, where they agree."""
    found: dict[str, tuple[Outline, list[Book]]] = {}
    for book in books:
        for one in book.outline or ():
            if one["name"] == name:
                found.setdefault(one["digest"], (one, []))[1].append(book)
    return [Wording(*each) for each in found.values()]


def _outline(hands: Hands, digest: str) -> Sequence[Outline] | None:
    kept = hands.book(digest)
    return None if kept is None else [{**UNTOLD, **one} for one in kept]
