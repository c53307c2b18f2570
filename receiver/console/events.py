"""Events: the list of them, narrowed to those that somebody looks for, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.hands import Hands
from core.sight import Sight
from core.sightings import KeptEvent
from core.telling.events import app_name, became, kind, names, read
from heroku.events import Event
from receiver.console.desk import Desk
from receiver.console.lists import Wanted, wanted

SHOWN = 50  # events of one page of the list
LOOKED_AT = 200  # for one page, to find those that are wanted
AT_ONCE = 25  # of them in memory: each may be as long as 1 MB


class Row(NamedTuple):
    """An event in a list. `apps` are the names it goes by, `became` what was decided in short."""

    id: str
    at: float
    include: str
    what: str
    app: str
    apps: tuple[str | None, ...]
    state: str
    became: str


def routes(desk: Desk) -> list[BaseRoute]:
    """The list."""

    async def all_(request: Request) -> Response:
        asked = wanted(request, "state", "app", "entity")
        return await desk.page(request, "events.html", lambda hands: found(hands, asked))

    return [Route("/events", all_)]


def found(hands: Hands, asked: Wanted) -> Mapping[str, Any]:
    """The events of one page, the newest first, and how many had to be looked at to find them."""
    ids = hands.event_ids(asked.of("state"), most=LOOKED_AT + 1, skip=asked.skip)
    fitting: list[Row] = []
    looked, last_at = 0, 0.0
    for row in rows(ids[:LOOKED_AT], hands):
        looked, last_at = looked + 1, row.at
        fitting += [row] if _fits(row, asked) else []
        if len(fitting) == SHOWN:
            break
    return {"rows": fitting, "asked": asked, "more": looked < len(ids), "looked": looked, "last_at": last_at}


def rows(ids: Sequence[str], sight: Sight) -> Iterator[Row]:
    """These events as rows of a list, few of them in memory at a time; each version of the rules is looked up once."""
    books: dict[str, Any] = {}
    for begin in range(0, len(ids), AT_ONCE):
        for one in sight.kept_events(ids[begin : begin + AT_ONCE]):
            yield _row(one, sight, books)


def state(one: KeptEvent, event: Event | None) -> str:
    """What became of it in a word; of a record of another version nobody knows more than where it stands."""
    if one.state == "decided" and one.kept is not None and event is None:
        return "unreadable"
    return one.state


def _row(one: KeptEvent, sight: Sight, books: dict[str, Any]) -> Row:
    event = read(one)
    word = state(one, event)
    told = became(one, event, sight, books) if one.kept and word in ("decided", "unreadable") else ""
    what = kind(event) if event else "" if one.kept else "of another version"
    return Row(
        id=one.id,
        at=one.accepted_at,
        include=event.include if event else "",
        what=what,
        app=app_name(event),
        apps=names(event),
        state=word,
        became=told.removeprefix("unreadable: "),
    )


def _fits(row: Row, asked: Wanted) -> bool:
    app = asked.of("app")
    return (not app or app in row.apps) and all(
        wish in ("", has) for wish, has in ((asked.of("state"), row.state), (asked.of("entity"), row.include))
    )
