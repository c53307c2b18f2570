"""Looking into Redis for a page, and doing what a person asked on one: never on the loop that takes deliveries.

One at a time, on a connection of its own that is closed after it: a crowd at a desk costs one connection and one
thread, and takes nothing from the deliveries. Nobody waits for longer than Heroku's router does.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import redis
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from core import sign_outs
from core.hands import Hands
from core.sightings import NotNow, NotThere
from heroku.redacting import clean
from receiver.console import drawing, forms, sessions

TURN_SECONDS = 8.0  # that a page waits for those before it
LOOK_SECONDS = 15.0  # that it may take after that; what goes on for longer still has the turn
LONGEST_WORD = 300  # characters of a reason: it is kept

Found = TypeVar("Found")
Look = Callable[[Hands], Mapping[str, Any]]


class Refused(Exception):
    """What was sent is not right; the message says what, and what would be."""


class SignedOut(Exception):
    """The cookie is a good one, of a session that was ended before its time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for: who, why, and the fields of the form."""

    by: str
    why: str
    fields: Mapping[str, str]


class Desk:
    """`connect` makes a client of at most one connection."""

    def __init__(self, connect: Callable[[], redis.Redis]) -> None:
        self._connect = connect
        self._turn = asyncio.Semaphore(1)

    async def ask(self, question: Callable[[redis.Redis], Found]) -> Found:
        """The answer, for whomever. Raises what the question raises, RedisError, and TimeoutError if its turn does not
        come, or takes too long; then it may still be done."""
        await asyncio.wait_for(self._turn.acquire(), TURN_SECONDS)
        asked = asyncio.ensure_future(run_in_threadpool(self._asked, question))
        asked.add_done_callback(self._over)
        return await asyncio.wait_for(asyncio.shield(asked), LOOK_SECONDS)

    async def look(self, request: Request, look: Callable[[Hands], Found]) -> Found:
        """The same for whoever is signed in. Raises SignedOut besides."""
        token = sessions.of(request).token

        def looked(client: redis.Redis) -> Found:
            if sign_outs.noted(client, token):
                raise SignedOut
            return look(Hands(client))

        return await self.ask(looked)

    async def page(self, request: Request, template: str, look: Look) -> Response:
        """A page drawn from what is found. The template also knows `session`, `said`, the `pause` that is in force, and
        Redis's time as `now`."""
        session = sessions.of(request)
        said = None if "hx-request" in request.headers else session.said  # of a part of a page nobody would see it
        known = {"session": session, "said": said, "here": request.scope["path"]}

        def drawn(hands: Hands) -> str:
            return drawing.draw(template, known | {"now": hands.now(), "pause": hands.paused()} | dict(look(hands)))

        page = HTMLResponse(await self.look(request, drawn))
        if said:
            session.told()
        return page

    async def act(
        self, request: Request, act: Callable[[Hands, Asked], str], *, to: str, keep: Sequence[str] = ()
    ) -> Response:
        """Do it in the name of who is signed in, and lead back `to` a page that tells what came of it.

        `act` answers a sentence, and raises NotThere, NotNow or Refused with the reason why not. Then the fields to
        `keep` go back in the address, so that nobody has to type them again.
        """
        session = sessions.of(request)
        fields = await forms.read(request)
        session.check(fields)
        asked = Asked(session.by, clean(fields.get("why", ""), limit=LONGEST_WORD), fields)
        try:
            if not asked.why:
                raise Refused("Say why: it is kept beside what you did.")  # noqa: TRY301  told like any other reason
            session.say("done", await self.look(request, lambda hands: act(hands, asked)))
        except (NotThere, NotNow, Refused) as error:
            session.say("not done", str(error))
            typed = {name: value for name in keep if (value := clean(fields.get(name, "").strip(), limit=LONGEST_WORD))}
            to += f"?{urlencode(typed)}" if typed else ""
        return RedirectResponse(to, 303)

    def _asked(self, question: Callable[[redis.Redis], Found]) -> Found:
        with self._connect() as client:
            return question(client)

    def _over(self, asked: "asyncio.Future[Found]") -> None:
        self._turn.release()
        if not asked.cancelled():
            asked.exception()  # whoever asked has heard it, or waits no more
